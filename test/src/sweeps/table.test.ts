// The table of a sweep, from run folders with results that are known.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRun } from '../../../src/runs/index.ts';
import {
  formatCsv,
  formatMarkdown,
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

const table = async (options?: SweepTableOptions) =>
  sweepTable(folder, (await openSweep(folder.path)).record, options);

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
    expect(await sweepTable(folder, { ...record, runs })).toMatchObject({
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
