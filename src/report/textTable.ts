// Result tables for the terminal.

import { bestRow, columnHeading, formatValue, type ResultTable } from '../runs/results.ts';

/**
 * A table as lines of text: labels to the left, numbers to the right. The best number of a column is bold, or followed by an
 * asterisk where the output cannot be bold.
 */
export function formatTable(table: ResultTable, { bold }: { bold: boolean }): string {
  const best = table.columns.map((column) => bestRow(table, column));
  const header = ['', ...table.columns.map(columnHeading)];
  const body = table.rows.map((row) => [
    row.label,
    ...table.columns.map((column) => formatValue(row, column)),
  ]);
  const widths = header.map((title, c) =>
    Math.max(displayWidth(title), ...body.map((cells) => displayWidth(cells[c]))),
  );

  const formatRow = (cells: string[], isBest: (column: number) => boolean) =>
    cells
      .map((cell, c) => {
        const space = ' '.repeat(widths[c] - displayWidth(cell));
        if (c === 0) return cell + space;
        if (bold) return space + (isBest(c - 1) ? `\x1b[1m${cell}\x1b[22m` : cell);
        return `${space}${cell}${isBest(c - 1) ? '*' : ' '}`;
      })
      .join('  ')
      .trimEnd();

  const width = displayWidth(formatRow(header, () => false));
  const rule = '─'.repeat(width);
  return [
    table.title,
    formatRow(header, () => false),
    rule,
    ...body.map((cells, r) => formatRow(cells, (c) => best[c] === table.rows[r])),
    ...(table.note ? [rule, ...wrapped(table.note, Math.max(width, 72))] : []),
  ].join('\n');
}

/** Lines of whole words, no wider than `width` where words allow it. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && displayWidth(`${line} ${word}`) <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const segmenter = new Intl.Segmenter();
const wide =
  /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}！-｠]/u;

/** Columns that a text takes on a terminal: none for combining marks, two for wide characters such as CJK. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}
