// Which runs of a sweep are launched and called off, where some were begun on another machine.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Launcher } from '../../../src/launchers/index.ts';
import {
  cancelSweep,
  launchSweep,
  parseAxis,
  planRuns,
  prepareSweep,
  SweepFolder,
  type SweepRun,
} from '../../../src/sweeps/index.ts';

let root: string;
let folder: SweepFolder;
let runs: SweepRun[];
beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'rastergrad-launch-'));
  folder = new SweepFolder(path.join(root, 'sweep'));
  const file = path.join(root, 'base.yaml');
  writeFileSync(file, 'task: train\nlosses: { chamfer: { weight: 1 } }\n');
  runs = await prepareSweep(folder, file, await planRuns(file, { axes: [parseAxis('seed=1..4')] }));
  const [stopped, atWork, failed] = runs;
  for (const { name } of [stopped, atWork]) begun(name, 'elsewhere:1');
  begun(failed.name, `${hostname()}:999999999`);
  writeFileSync(`${folder.logOf(stopped)}.exit`, '143\n');
  writeFileSync(`${folder.logOf(failed)}.exit`, '1\n');
});
afterEach(() => rmSync(root, { recursive: true }));

const begun = (run: string, job: string) => folder.attempts.append({ run, launcher: 'local', job, time: '' });

/** The names of the runs that a sweep launches now. */
async function launched(retry: boolean): Promise<string[]> {
  const names: string[] = [];
  const launcher: Launcher = {
    name: 'local',
    waits: true,
    async launch(tasks) {
      names.push(...tasks.map(({ name }) => name));
    },
  };
  await launchSweep(folder, runs, launcher, { retry });
  return names;
}

describe('a sweep that was begun on another machine', () => {
  it('goes on with what has stopped there', async () => {
    expect(await launched(false)).toEqual(['seed=1', 'seed=4']);
  });

  it('takes over what cannot be reached when asked', async () => {
    expect(await launched(true)).toEqual(['seed=1', 'seed=2', 'seed=3', 'seed=4']);
  });

  it('is called off as far as it can be reached', async () => {
    const before = folder.attempts.read();
    expect(await cancelSweep(folder, { config: '', runs })).toEqual({ told: 0, outOfReach: 1 });
    expect(folder.attempts.read()).toEqual(before);
  });
});
