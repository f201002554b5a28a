// The results of several runs side by side: each table that ranks, with a row a run in place of a model and its baselines.

import type { ResultColumn, ResultRow, Results, ResultTable } from '../runs/results.ts';

/** Tables of the same title are one; a note that is not the same for all runs is left out. */
export function tablesOfRuns(runs: readonly { label: string; results: Results }[]): ResultTable[] {
  const byTitle = new Map<string, { table: ResultTable; row: ResultRow }[]>();
  for (const { label, results } of runs) {
    for (const table of results.tables) {
      const own = table.rows.find(({ kind }) => kind === 'model');
      if (table.ranked === false || !own) continue;
      byTitle.set(table.title, [...(byTitle.get(table.title) ?? []), { table, row: { ...own, label } }]);
    }
  }
  return Array.from(byTitle, ([title, entries]) => {
    const columns = new Map<string, ResultColumn>();
    for (const { table } of entries) for (const column of table.columns) columns.set(column.key, column);
    const [{ note }] = entries.map(({ table }) => table);
    const isShared = entries.every(({ table }) => table.note === note);
    return {
      title,
      note: isShared ? note : '',
      columns: [...columns.values()],
      rows: entries.map(({ row }) => row),
    };
  });
}
