// Result tables on a terminal.

import { describe, expect, it } from 'vitest';
import { displayWidth, formatTable } from '../../../src/report/textTable.ts';
import type { ResultTable } from '../../../src/runs/results.ts';

const table: ResultTable = {
  title: 'Test objects',
  note: 'Two objects.',
  columns: [
    { key: 'chamfer', label: 'chamfer ×10⁻³', digits: 2, better: 'lower' },
    { key: 'f', label: 'F %', digits: 1, better: 'higher' },
  ],
  rows: [
    { label: 'this model', kind: 'model', values: { chamfer: 10.917, f: 59.94 } },
    { label: 'nächste 椅子', kind: 'baseline', values: { chamfer: 8.94, f: Number.NaN } },
  ],
};

describe('formatTable', () => {
  it('aligns columns, marks the best numbers and shows missing ones as dashes', () => {
    expect(formatTable(table, { bold: false }).split('\n')).toEqual([
      'Test objects',
      '              chamfer ×10⁻³ ↓   F % ↑',
      '─────────────────────────────────────',
      'this model              10.92    59.9*',
      'nächste 椅子             8.94*      –',
      '─────────────────────────────────────',
      'Two objects.',
    ]);
  });

  it('marks nothing where rows do not compete', () => {
    expect(formatTable({ ...table, ranked: false }, { bold: false })).not.toContain('*');
  });

  it('takes ratios to be best near one, and columns without a direction not to compete', () => {
    const columns: ResultTable['columns'] = [
      { key: 'ratio', label: 'ratio', digits: 1, better: 'one' },
      { key: 'ms', label: 'ms', digits: 1 },
    ];
    const rows: ResultTable['rows'] = [
      { label: 'half', kind: 'model', values: { ratio: 0.5, ms: 1 } },
      { label: 'more', kind: 'model', values: { ratio: 1.6, ms: 2 } },
      { label: 'none', kind: 'model', values: { ratio: 0, ms: 3 } },
    ];
    const text = formatTable({ ...table, columns, rows }, { bold: false });
    expect(text).toContain('ratio → 1    ms');
    expect(text.match(/\S+\*/g)).toEqual(['1.6*']);
  });

  it('wraps a long note between words', () => {
    const note = 'Squared distances, both directions summed. '.repeat(5).trim();
    const lines = formatTable({ ...table, note }, { bold: false })
      .split('\n')
      .slice(6);
    expect(lines.length).toBeGreaterThan(1);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(72);
    expect(lines.join(' ')).toBe(note);
  });

  it('makes the best bold where it can', () => {
    const text = formatTable(table, { bold: true });
    expect(text).toContain('\x1b[1m8.94\x1b[22m');
    expect(text).not.toContain('*');
  });
});

describe('displayWidth', () => {
  it('counts columns, not code units', () => {
    expect(['abc', '椅子', 'é', 'e\u0301', '👩‍🚀', '×10⁻³ ↓', ''].map(displayWidth)).toEqual([
      3, 4, 1, 1, 2, 7, 0,
    ]);
  });
});
