// Tables of sweeps as text: Markdown, which a terminal shows well too, and CSV with all digits.

import type { MeanInterval } from '../metrics/index.ts';
import { displayWidth } from '../report/textTable.ts';
import { columnHeading } from '../runs/results.ts';
import { valueName } from './groups.ts';
import { type Statistic, statisticText } from './statistics.ts';
import type { SweepTable } from './table.ts';

/** With a line below that says what is missing. */
export function formatMarkdown({ axes, metrics, cells: kind, rows, missing }: SweepTable): string {
  const isSingle = kind === 'single';
  const head = [...axes, ...(isSingle ? [] : ['runs']), ...metrics.map(columnHeading)];
  const body = rows.map(({ values, runs, cells }) => [
    ...values.map(valueName),
    ...(isSingle ? [] : [String(runs)]),
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

/** What the columns of a metric are called, and the numbers in them. */
const csvColumns: Readonly<Record<SweepTable['cells'], string[]>> = {
  single: ['mean'],
  spread: ['mean', 'sd'],
  difference: ['mean', 'low', 'high'],
};

/** A header, then a line a row: axes, number of runs, and mean and standard deviation or interval of every metric. */
export function formatCsv({ axes, metrics, cells: kind, rows }: SweepTable): string {
  const isSingle = kind === 'single';
  const names = csvColumns[kind];
  const columns = metrics.flatMap(({ key }) => (isSingle ? [key] : names.map((name) => `${key} ${name}`)));
  const head = [...axes, ...(isSingle ? [] : ['runs']), ...columns];
  const body = rows.map(({ values, runs, cells }) => [
    ...values.map(valueName),
    ...(isSingle ? [] : [String(runs)]),
    ...cells.flatMap((cell) => {
      const numbers: Partial<Record<string, number>> = { ...cell };
      return names.map((name) => (numbers[name] === undefined ? '' : String(numbers[name])));
    }),
  ]);
  return [head, ...body].map((cells) => cells.map(csvCell).join(',')).join('\n');
}

function padded(cell: string, width: number, left: boolean): string {
  const space = ' '.repeat(width - displayWidth(cell));
  return left ? cell + space : space + cell;
}

function cellText(cell: Statistic | MeanInterval | undefined, digits: number): string {
  if (!cell || !('low' in cell)) return statisticText(cell, digits);
  const [mean, low, high] = [cell.mean, cell.low, cell.high].map((number) => signed(number, digits));
  return `${mean} [${low}, ${high}]`;
}

/** With its sign, since it is a difference; nothing has none. */
function signed(number: number, digits: number): string {
  const text = number.toFixed(digits);
  return Number(text) > 0 ? `+${text}` : text.replace(/^-(?=[0.]*$)/, '');
}

const csvCell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
