// The table of a sweep, from run folders with results that are known.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRun } from '../../../src/runs/index.ts';
import {
  formatCsv,
  formatMarkdown,
  type OpenedSweep,
  openSweep,
  parseAxis,
  planRuns,
  prepareSweep,
  runStates,
  SweepFolder,
  type SweepTableOptions,
  sweepTable,
} from '../../../src/sweeps/index.ts';

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-table-'));
const folder = new SweepFolder(path.join(root, 'sweep'));
afterAll(() => rmSync(root, { recursive: true }));

const column = (key: string, digits: number) => ({ key, label: key, digits, better: 'lower' as const });

beforeAll(async () => {
  const file = path.join(root, 'base.yaml');
  writeFileSync(file, 'task: train\nlosses: { chamfer: { weight: 1 }, silhouette: { weight: 1 } }\n');
  const axes = ['renderer.method=dibr,hard', 'seed=1..3'].map(parseAxis);
  const runs = await folder.locked(async () => prepareSweep(folder, file, await planRuns(file, { axes })));
  for (const [i, run] of runs.slice(0, 5).entries()) {
    const values: Record<string, number> = i < 3 ? { chamfer: 10 + i, f: 50 } : { chamfer: 20 };
    await openRun(folder.runFolder(run)).writeResults({
      title: run.name,
      tables: [
        {
          title: 'Held-out',
          note: '',
          columns: [column('chamfer', 1), column('f', 0)],
          rows: [
            { label: run.name, kind: 'model', values },
            { label: 'baseline', kind: 'baseline', values: { chamfer: 99 } },
          ],
        },
        {
          title: 'Protocol',
          note: '',
          columns: [column('emd', 2)],
          rows: [{ label: run.name, kind: 'model', values: { emd: i } }],
        },
      ],
    });
  }
});

const table = async (options?: SweepTableOptions) => sweepTable([await openSweep(folder.path)], options);

describe('the table of a sweep', () => {
  it('has means and deviations over seeds', async () => {
    expect(formatMarkdown(await table())).toBe(`\
| method | runs |  chamfer ↓ |    f ↓ |
| ------ | ---: | ---------: | -----: |
| dibr   |    3 | 11.0 ± 1.0 | 50 ± 0 |
| hard   |    2 | 20.0 ± 0.0 |      – |

1 run has no results yet.`);
    expect(formatCsv(await table())).toBe(
      'method,runs,chamfer mean,chamfer sd,f mean,f sd\ndibr,3,11,1,50,0\nhard,2,20,0,,',
    );
  });

  it('has a line a run on request, and metrics of any table', async () => {
    expect(formatCsv(await table({ perRun: true, metrics: ['emd', 'chamfer'] }))).toBe(
      'method,seed,emd,chamfer\ndibr,1,0,10\ndibr,2,1,11\ndibr,3,2,12\nhard,1,3,20\nhard,2,4,20',
    );
  });

  it('names the nearest metric', async () => {
    await expect(table({ metrics: ['chamfre'] })).rejects.toThrow(
      'there is no metric "chamfre"; did you mean chamfer?',
    );
  });

  it('leaves out runs whose folders are gone', async () => {
    const { record } = await openSweep(folder.path);
    const runs = [{ name: 'gone', overrides: { 'renderer.method': 'nmr' } }, ...record.runs];
    expect(await sweepTable([{ folder, record: { ...record, runs } }])).toMatchObject({
      missing: 2,
      rows: [{ runs: 3 }, { runs: 2 }],
    });
  });

  it('knows what is finished', async () => {
    const { record } = await openSweep(folder.path);
    const states = await runStates(folder, record.runs);
    expect(states.map(({ phase }) => phase)).toEqual([...Array(5).fill('finished'), 'pending']);
  });
});

describe('with the numbers of objects', () => {
  const category = { a: 'chair', b: 'chair', c: 'lamp' } as const;
  const sweeps: OpenedSweep[] = [];

  /** A sweep of two seeds, whose objects have these chamfer distances in thousandths; the baseline's are 10, 20 and 30. */
  async function makeSweep(name: string, chamfers: Record<'a' | 'b' | 'c', number>[]): Promise<void> {
    const sweep = new SweepFolder(path.join(root, name));
    const file = path.join(root, `${name}.yaml`);
    writeFileSync(file, 'task: train\nlosses: { chamfer: { weight: 1 } }\n');
    const runs = await sweep.locked(async () =>
      prepareSweep(sweep, file, await planRuns(file, { axes: [parseAxis('seed=1..2')] })),
    );
    for (const [i, run] of runs.entries()) {
      const objects = (['a', 'b', 'c'] as const).map((id, k) => ({
        id,
        category: category[id],
        rows: [{ chamfer: chamfers[i][id] / 1e3 }, { chamfer: (10 * (k + 1)) / 1e3 }],
      }));
      const mean = (row: number) =>
        (1e3 * objects.reduce((sum, { rows }) => sum + rows[row].chamfer, 0)) / objects.length;
      await openRun(sweep.runFolder(run)).writeResults({
        title: run.name,
        tables: [
          {
            title: 'Held-out',
            note: '',
            columns: [column('chamfer', 1)],
            rows: [
              { label: run.name, kind: 'model', values: { chamfer: mean(0) } },
              { label: 'mean shape', kind: 'baseline', values: { chamfer: mean(1) } },
            ],
          },
        ],
        objects,
      });
    }
    sweeps.push(await openSweep(sweep.path));
  }

  beforeAll(async () => {
    await makeSweep('near', [
      { a: 9, b: 19, c: 26 },
      { a: 11, b: 21, c: 28 },
    ]);
    await makeSweep('far', [
      { a: 14, b: 24, c: 31 },
      { a: 16, b: 26, c: 33 },
    ]);
  });

  it('tells sweeps apart by their folders, and has rows of categories and baselines', async () => {
    const numbers = await sweepTable(sweeps, { categories: true, baselines: true });
    expect(formatMarkdown(numbers)).toBe(`\
| sweep      | category | runs |  chamfer ↓ |
| ---------- | -------- | ---: | ---------: |
| near       | all      |    2 | 19.0 ± 1.4 |
| near       | chair    |    2 | 15.0 ± 1.4 |
| near       | lamp     |    2 | 27.0 ± 1.4 |
| far        | all      |    2 | 24.0 ± 1.4 |
| far        | chair    |    2 | 20.0 ± 1.4 |
| far        | lamp     |    2 | 32.0 ± 1.4 |
| mean shape | all      |    2 | 20.0 ± 0.0 |
| mean shape | chair    |    2 | 15.0 ± 0.0 |
| mean shape | lamp     |    2 | 30.0 ± 0.0 |`);
  });

  it('has differences to a baseline, object by object, with an interval over seeds and objects', async () => {
    const { rows } = await sweepTable(sweeps, { against: 'mean shape', categories: true });
    expect(rows.map(({ cells: [cell] }) => cell!.mean)).toEqual(
      [-1, 0, -3, 4, 5, 2].map((mean) => expect.closeTo(mean, 6)),
    );
    // Of the chairs no two differ, so that the interval is that of two seeds.
    expect(rows[1].cells[0]).toMatchObject({ low: expect.closeTo(-1, 6), high: expect.closeTo(1, 6) });
  });

  it('has differences to another row, seed by seed', async () => {
    const numbers = await sweepTable(sweeps, { against: 'sweep far', baselines: true });
    expect(formatMarkdown(numbers)).toBe(`\
| sweep      | runs |         chamfer ↓ |
| ---------- | ---: | ----------------: |
| near       |    2 | -5.0 [-5.0, -5.0] |
| far        |    2 |    0.0 [0.0, 0.0] |
| mean shape |    2 | -4.0 [-6.0, -2.0] |`);
    expect(formatCsv(numbers).split('\n')[0]).toBe('sweep,runs,chamfer mean,chamfer low,chamfer high');
  });

  it('counts a sweep that is named twice once, and tells sweeps of one name apart by their paths', async () => {
    const twice = await sweepTable([...sweeps, sweeps[0]]);
    expect(twice.rows.map(({ runs }) => runs)).toEqual([2, 2]);
    const [{ folder, record }] = sweeps;
    mkdirSync(path.join(root, 'other'));
    cpSync(folder.path, path.join(root, 'other', 'near'), { recursive: true });
    const namesake = await openSweep(path.join(root, 'other', 'near'));
    const { rows } = await sweepTable([{ folder, record }, namesake]);
    expect(rows.map(({ values }) => values)).toEqual([[folder.path], [namesake.folder.path]]);
  });

  it('says where no runs have seeds in common', async () => {
    const [near, { folder, record }] = sweeps;
    const [first, ...others] = record.runs;
    const unseeded = { ...record, runs: [{ ...first, overrides: {} }, ...others.slice(1)] };
    await expect(sweepTable([near, { folder, record: unseeded }], { against: 'sweep far' })).rejects.toThrow(
      'no row has runs of the same seeds as "sweep far"',
    );
  });

  it('names the nearest row where nothing is called so', async () => {
    await expect(sweepTable(sweeps, { against: 'mean shapes' })).rejects.toThrow(
      'there is no row or baseline "mean shapes"; did you mean "mean shape"?',
    );
  });
});
