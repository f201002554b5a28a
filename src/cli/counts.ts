// How many items there are of each kind: a small table for the terminal.

/** Counts of `items`, one line for each `rowOf` in alphabetical order, one column for each of `columns`, and the sums. */
export function formatCounts<Item>(
  items: readonly Item[],
  rowOf: (item: Item) => string,
  columnOf: (item: Item) => string,
  columns: readonly string[],
): string {
  const rows = [...new Set(items.map(rowOf))].sort();
  const counts = (some: readonly Item[]) => [
    ...columns.map((column) => String(some.filter((item) => columnOf(item) === column).length)),
    String(some.length),
  ];
  const lines = [
    ['', ...columns, 'all'],
    ...rows.map((row) => [row, ...counts(items.filter((item) => rowOf(item) === row))]),
    ['all', ...counts(items)],
  ];
  const widths = lines[0].map((_, c) => Math.max(...lines.map((cells) => cells[c].length)));
  return lines
    .map((cells) =>
      cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  '),
    )
    .join('\n');
}
