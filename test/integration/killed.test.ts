// A run whose process is killed again and again, wherever it happens to be, and that ends as one which never was.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, loadParent } from '../../src/config/index.ts';
import { runExperiment } from '../../src/experiments/index.ts';
import { packageRoot } from '../../src/packageRoot.ts';
import { EVENT_FILE } from '../../src/report/index.ts';
import { Random } from '../../src/tensor/random.ts';
import { program } from '../program.ts';

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-killed-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const config = path.join(packageRoot, 'experiments', 'quickstart.yaml');

/** Everything that a checkpoint keeps is in use, steps diverge as the learning rate rises, and much of the time goes to writing. */
const overrides = [
  'name=tiny',
  'dataset.categories=[lamp]',
  'model={type: pixel2mesh, encoder: {channels: [4, 4]}, hidden: 4, template: {level: 0, levels: 2}}',
  'renderer.imageSize=16',
  'math=wasm',
  'training.steps=24',
  'training.batchSize=1',
  'training.accumulate=2',
  'training.ema=0.9',
  'training.learningRate=1',
  'training.warmupSteps=24',
  'training.schedule={type: plateau, patience: 1}',
  'training.validateEvery=6',
  'training.checkpointEvery=3',
  'training.onDivergence=rewind',
  'training.divergenceFactor=2',
  'training.divergenceLimit=100',
  'evaluation={checkpoint: best, views: 1, points: 50}',
  'report.objects=1',
];

/** Runs the command line in a process of its own. */
const rastergrad = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [...program, 'run', '-q', ...args], {
    cwd: packageRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

/** Kills a process so many milliseconds after the run has come to its steps, if it has not ended by then. */
async function killAfter(child: ChildProcess, milliseconds: number, isAtWork: () => boolean): Promise<void> {
  const end = new Promise((resolve) => child.on('exit', resolve));
  while (child.exitCode === null && !isAtWork()) await pause(2);
  await pause(milliseconds);
  child.kill('SIGKILL');
  await end;
}

/** Files that must not depend on anything but config and seed, by their path within the run. */
function lastingFiles(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !['environment.json', 'timings.jsonl', 'report.html', EVENT_FILE].includes(name));
  return new Map(names.sort().map((name) => [name, readFileSync(path.join(folder, name))]));
}

describe.each([
  { backend: 'wasm', kills: 3, fields: [] },
  // Convolutions are slow there; what a smaller picture teaches needs a higher rate to diverge.
  { backend: 'cpu', kills: 2, fields: ['model.imageSize=32', 'training.learningRate=3'] },
])('a run on $backend', { timeout: 480_000 }, ({ backend, kills, fields: more }) => {
  it('ends with the same bytes however often it was killed', async () => {
    const fields = [...overrides, `backend=${backend}`, ...more];
    const loaded = await loadConfig(config, fields);
    const parent = await loadParent(config, fields);
    const whole = await runExperiment(loaded, { output: path.join(root, backend, 'whole'), parent });

    const output = path.join(root, backend, 'killed');
    const folder = path.join(output, 'tiny');
    const metrics = path.join(folder, 'metrics.jsonl');
    const sizeOf = () => (existsSync(metrics) ? statSync(metrics).size : 0);
    const random = new Random(backend);
    for (let kill = 0; kill < kills; kill++) {
      const before = sizeOf();
      const child = rastergrad(...(kill === 0 ? [config, ...fields, '-o', output] : ['--resume', folder]));
      await killAfter(child, 600 * random.uniform(), () => sizeOf() !== before);
    }
    expect((await runExperiment(loaded, { resume: folder })).finished).toBe(true);

    const [expected, actual] = [lastingFiles(whole.folder), lastingFiles(folder)];
    expect([...actual.keys()]).toEqual([...expected.keys()]);
    for (const [name, bytes] of expected) expect(actual.get(name)!.equals(bytes), name).toBe(true);
    expect([...actual.keys()]).toContain('diverged/step-000002/state.safetensors');
  });
});
