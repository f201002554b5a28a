// A data set built, and runs evaluated, on a real Slurm of two pretend nodes: jobs die, the same command goes on, and everything is as
// if it had been made here.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { furniture } from '../../src/datasets/furniture.ts';
import { evaluateRun, runExperiment } from '../../src/experiments/index.ts';
import { packageRoot } from '../../src/packageRoot.ts';
import { program } from '../program.ts';
import { hasSlurm, Slurm } from '../slurm.ts';
import { boxLibrary, writeLibraries } from '../src/datasets/build/boxLibraries.ts';

/** The smallest training there is. */
const tiny = `
task: train
dataset: { categories: [lamp] }
model: { encoder: { channels: [4, 4] }, hidden: 4, template: { level: 0, levels: 2 }, blocks: { residualBlocks: 0 } }
losses: { chamfer: { weight: 1 } }
training: { steps: 1, batchSize: 1 }
evaluation: { views: 1, points: 100 }
report: { objects: 0 }
`;

if (!hasSlurm())
  process.stderr.write('Slurm is not here: builds and evaluations on a cluster are not tested.\n');

describe.skipIf(!hasSlurm())('on a cluster', { timeout: 300_000 }, () => {
  const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-tasks-'));
  const inRoot = (...parts: string[]) => path.join(root, ...parts);
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await Slurm.start(['n1', 'n2']);
  }, 60_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await slurm?.stop();
    rmSync(root, { recursive: true, force: true });
  }, 60_000);

  const rastergrad = async (...args: string[]) => {
    return promisify(execFile)(process.execPath, [...program, ...args], { cwd: packageRoot, env: slurm.env });
  };
  /** Waits until Slurm's queue is as `pattern` says: a line a task, `ARRAY_INDEX STATE`. */
  const untilQueue = async (pattern: RegExp) => {
    while (!pattern.test(slurm.run('squeue', '-h', '-r', '-o', '%F_%K %T'))) await setTimeout(100);
  };

  it('a data set is built in parts, and joined by the same command', async () => {
    const boxes = (name: string, widths: readonly number[]) =>
      boxLibrary(
        name.toLowerCase(),
        widths.map((width, i) => ({ name, file: `${name.toLowerCase()}${i}`, width })),
      );
    await writeLibraries(inRoot('source'), {
      'BlendSwap-CC-0': boxes('Sofa', [0.4, 1, 1.6]),
      'BlendSwap-CC-BY': boxes('Chair', [0.3, 0.8]),
      KatorLegaz: boxes('Rug', [0.001]),
      Scopia: boxes('Table', [0.5, 1.1]),
      Reallusion: boxes('Lamp', [0.2]),
    });
    const options = ['--source', inRoot('source'), '--size', '16', '--points', '300'];
    const build = (...more: string[]) =>
      rastergrad(
        'dataset',
        'build',
        'furniture',
        ...options,
        '-o',
        inRoot('set'),
        '--launcher',
        'slurm',
        ...more,
      );

    expect((await build('--jobs', '3')).stderr).toMatch(/^3 parts submitted$/m);
    await untilQueue(/^\d+_0 RUNNING$/m);
    const [array] = slurm.run('squeue', '-h', '-o', '%F').split('\n');
    slurm.run('scancel', `${array}_0`, `${array}_2`);
    const again = await build('--jobs', '3', '--json').catch((error) => error);
    expect(again.stderr).not.toMatch(/1-of-3|3 parts submitted/);
    await expect(build('--jobs', '2')).rejects.toThrow(
      /is being built in 3 parts \(job \d+_\d\): give --jobs 3/,
    );
    await untilQueue(/^$/);
    const { stdout, stderr } = await build('--jobs', '3', '--wait');
    expect(stderr).toMatch(/\n?9\/9 .*3 parts: 3 finished/);
    expect(stdout).toMatch(/: \d objects/);
    expect((await build('--jobs', '3')).stdout).toMatch(/already built/);

    await furniture.build({ source: inRoot('source'), output: inRoot('here'), size: 16, points: 300 });
    const files = readdirSync(inRoot('here'), { recursive: true, encoding: 'utf8' });
    expect(readdirSync(inRoot('set'), { recursive: true })).toEqual(files);
    for (const file of files.filter((file) => /\.\w+$/.test(file))) {
      expect(readFileSync(inRoot('set', file)).equals(readFileSync(inRoot('here', file))), file).toBe(true);
    }
  });

  it('runs are evaluated, each once, and make one table', async () => {
    writeFileSync(inRoot('tiny.yaml'), tiny);
    const runs: string[] = [];
    for (const seed of [1, 2]) {
      const config = await loadConfig(inRoot('tiny.yaml'), [`seed=${seed}`, `name=seed${seed}`]);
      runs.push((await runExperiment(config, { output: root })).folder);
    }
    const evaluate = (...more: string[]) => rastergrad('evaluate', ...runs, '--split', 'validation', ...more);
    const submitted = await evaluate('--launcher', 'slurm');
    expect(submitted.stderr.match(/: submitted$/gm)).toHaveLength(2);
    const { stdout, stderr } = await evaluate('--launcher', 'slurm', '--wait', '--json');
    expect(stderr).not.toMatch(/submitted/);
    const said = JSON.parse(stdout);
    for (const [i, run] of runs.entries()) {
      expect(said[i]).toEqual({ run, results: await evaluateRun(run, { split: 'validation' }) });
      expect(readFileSync(path.join(run, 'results.json'), 'utf8')).toContain('Held-out objects (test)');
    }
    const kept = await evaluate();
    expect(kept.stderr).toBe('2 evaluations: 2 finished\n');
    expect(kept.stdout).toMatch(/Held-out objects \(validation\)\n.*\n─+\nseed1 .*\nseed2 .*\n─+\n/);
    expect(existsSync(path.join(runs[1], 'evaluations', 'slurm'))).toBe(false);
  });
});
