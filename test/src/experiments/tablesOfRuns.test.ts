import { describe, expect, it } from 'vitest';
import { tablesOfRuns } from '../../../src/experiments/tablesOfRuns.ts';
import type { Results, ResultTable } from '../../../src/runs/results.ts';

const table = (title: string, note: string, values: Record<string, number>, ranked?: false): ResultTable => ({
  title,
  note,
  columns: Object.keys(values).map((key) => ({ key, label: key, digits: 1 })),
  rows: [
    { label: 'ours', kind: 'model', values },
    { label: 'start shape', kind: 'baseline', values: {} },
  ],
  ranked,
});
const results = (...tables: ResultTable[]): Results => ({ title: 'x', tables });

describe('tables of several runs', () => {
  it('have a row a run, of its model, table by table', () => {
    const tables = tablesOfRuns([
      {
        label: 'a',
        results: results(table('test', 'n', { f: 1 }), table('by category', '', { f: 3 }, false)),
      },
      { label: 'b', results: results(table('test', 'n', { f: 2, iou: 4 }), table('dibr', 'm', { f: 5 })) },
    ]);
    expect(tables.map(({ title, note }) => [title, note])).toEqual([
      ['test', 'n'],
      ['dibr', 'm'],
    ]);
    expect(tables[0].columns.map(({ key }) => key)).toEqual(['f', 'iou']);
    expect(tables[0].rows).toEqual([
      { label: 'a', kind: 'model', values: { f: 1 } },
      { label: 'b', kind: 'model', values: { f: 2, iou: 4 } },
    ]);
  });

  it('say nothing that is true of some only', () => {
    const runs = ['chairs', 'planes'].map((note) => ({
      label: note,
      results: results(table('test', note, { f: 1 })),
    }));
    expect(tablesOfRuns(runs)[0].note).toBe('');
    expect(tablesOfRuns([])).toEqual([]);
  });
});
