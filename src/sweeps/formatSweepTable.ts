// Tables of sweeps as text: Markdown, which a terminal shows well too, and CSV with all digits.

import { displayWidth } from '../report/textTable.ts';
import { columnHeading } from '../runs/results.ts';
import type { Statistic, SweepTable } from './table.ts';

/** With a line below that says what is missing. */
export function formatMarkdown({ axes, metrics, perRun, rows, missing }: SweepTable): string {
  const head = [...axes, ...(perRun ? [] : ['runs']), ...metrics.map(columnHeading)];
  const body = rows.map(({ values, runs, cells }) => [
    ...values.map(valueText),
    ...(perRun ? [] : [String(runs)]),
    ...cells.map((cell, i) => cellText(cell, metrics[i].digits)),
  ]);
  const lines = [head, ...body].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, c) => Math.max(3, ...lines.map((cells) => displayWidth(cells[c]))));
  const isText = (c: number) => c < axes.length;
  const formatLine = (cells: string[]) =>
    `| ${cells.map((cell, c) => padded(cell, widths[c], isText(c))).join(' | ')} |`;
  const rule = `| ${widths.map((width, c) => (isText(c) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const note = missing > 0 ? [`\n${missing} ${missing === 1 ? 'run has' : 'runs have'} no results yet.`] : [];
  return [formatLine(lines[0]), rule, ...lines.slice(1).map(formatLine), ...note].join('\n');
}

/** A header, then a line a row: axes, number of runs, and mean and standard deviation of every metric. */
export function formatCsv({ axes, metrics, perRun, rows }: SweepTable): string {
  const columns = metrics.flatMap(({ key }) => (perRun ? [key] : [`${key} mean`, `${key} sd`]));
  const head = [...axes, ...(perRun ? [] : ['runs']), ...columns];
  const body = rows.map(({ values, runs, cells }) => [
    ...values.map(valueText),
    ...(perRun ? [] : [String(runs)]),
    ...cells.flatMap((cell) => {
      const [mean, sd] = [cell?.mean, cell?.sd].map((number) => (number === undefined ? '' : String(number)));
      return perRun ? [mean] : [mean, sd];
    }),
  ]);
  return [head, ...body].map((cells) => cells.map(csvCell).join(',')).join('\n');
}

function padded(cell: string, width: number, left: boolean): string {
  const space = ' '.repeat(width - displayWidth(cell));
  return left ? cell + space : space + cell;
}

function cellText(cell: Statistic | undefined, digits: number): string {
  if (!cell) return '–';
  return cell.mean.toFixed(digits) + (cell.sd === undefined ? '' : ` ± ${cell.sd.toFixed(digits)}`);
}

/** A dash where a run leaves the field to the config. */
function valueText(value: unknown): string {
  if (value === undefined) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const csvCell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
