// What is said of a run, from what its folder, its log and its last job leave to be seen.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  parseAxis,
  planRuns,
  prepareSweep,
  runStates,
  SweepFolder,
  type SweepRun,
} from '../../../src/sweeps/index.ts';

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-states-'));
const folder = new SweepFolder(path.join(root, 'sweep'));
let run: SweepRun;
beforeAll(async () => {
  const file = path.join(root, 'base.yaml');
  writeFileSync(file, 'task: train\nlosses: { chamfer: { weight: 1 } }\ntraining: { steps: 50 }\n');
  const plan = await planRuns(file, { axes: [parseAxis('seed=1')] });
  [run] = await folder.locked(() => prepareSweep(folder, file, plan));
});
afterAll(() => rmSync(root, { recursive: true }));

const gone = `${hostname()}:999999999`;
const attempt = (job: string, more: { cancelled?: true } = {}) =>
  folder.attempts.append({ run: run.name, launcher: 'local', job, time: '', ...more });
const metrics = (text: string) => writeFileSync(path.join(folder.runFolder(run), 'metrics.jsonl'), text);
const exit = (code: number, log = '') => {
  writeFileSync(`${folder.logOf(run)}.exit`, `${code}\n`);
  writeFileSync(`${folder.logOf(run)}.log`, log);
};
const state = async () => {
  const [{ run: _, ...said }] = await runStates(folder, [run]);
  return said;
};

describe('a run is', () => {
  beforeEach(() => {
    rmSync(folder.attempts.path, { force: true });
    rmSync(`${folder.logOf(run)}.exit`, { force: true });
    metrics('');
  });

  it('pending before its first job', async () => {
    expect(await state()).toEqual({ phase: 'pending', step: 0, steps: 0 });
  });

  it('running while its job is there, with the last whole line of its metrics', async () => {
    attempt('elsewhere:1');
    metrics('{"step":6,"kind":"train"}\n{"step":7,"kind":"train"}\n{"step":8');
    expect(await state()).toMatchObject({
      phase: 'running',
      step: 7,
      steps: 50,
      job: { job: 'elsewhere:1' },
    });
  });

  it('perhaps running on another machine, which cannot be asked', async () => {
    attempt('elsewhere:1');
    expect(await state()).toMatchObject({
      phase: 'running',
      note: 'on elsewhere, cannot be reached',
      isOutOfReach: true,
    });
  });

  it('what its exit code says where it ended on another machine', async () => {
    attempt('elsewhere:1');
    exit(143);
    expect(await state()).toMatchObject({ phase: 'interrupted' });
    expect((await state()).job).toBeUndefined();
    exit(1, 'rastergrad: no such data set\n');
    expect(await state()).toMatchObject({ phase: 'failed', note: 'no such data set' });
  });

  it('lost where its job left no word', async () => {
    attempt(gone);
    metrics('{"step":7}\n');
    expect(await state()).toMatchObject({ phase: 'lost', step: 7, steps: 50 });
  });

  it('interrupted where it was told to stop', async () => {
    attempt(gone);
    for (const code of [130, 143]) {
      exit(code);
      expect((await state()).phase).toBe('interrupted');
    }
  });

  it('failed for the reason that it gave', async () => {
    attempt(gone);
    exit(1, 'step 1\nrastergrad: no such data set\nTry "rastergrad run --help".\n');
    expect(await state()).toMatchObject({ phase: 'failed', note: 'no such data set' });
    exit(1, 'Segmentation fault\n\n');
    expect(await state()).toMatchObject({ phase: 'failed', note: 'Segmentation fault' });
    exit(7);
    expect(await state()).toMatchObject({ phase: 'failed', note: 'exit code 7' });
    exit(137, 'step 9\n');
    expect(await state()).toMatchObject({ phase: 'failed', note: 'ended by signal 9' });
  });

  it('pending again, or interrupted, where it was called off', async () => {
    attempt(gone, { cancelled: true });
    expect((await state()).phase).toBe('pending');
    metrics('{"step":7}\n');
    expect((await state()).phase).toBe('interrupted');
  });
});
