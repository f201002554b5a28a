// A run is a function of its config and seed: done twice, or interrupted and resumed, it leaves the same bytes.

import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, loadParent } from '../../src/config/index.ts';
import { type RunObserver, runExperiment } from '../../src/experiments/index.ts';
import { packageRoot } from '../../src/packageRoot.ts';
import { EVENT_FILE } from '../../src/report/index.ts';
import { program } from '../program.ts';
import { readEvents } from '../src/report/tensorboard/readEvents.ts';

const steps = 16;
const overrides = [
  'name=tiny',
  `training.steps=${steps}`,
  'training.batchSize=2',
  'training.validateEvery=8',
  'training.checkpointEvery=4',
  'dataset.categories=[lamp]',
  'model.encoder.channels=[4, 8]',
  'model.hidden=12',
  'model.template={level: 1, levels: 2}',
  'renderer.imageSize=32',
  'evaluation.views=1',
  'evaluation.points=300',
  'report.objects=1',
];
const configFile = path.join(packageRoot, 'experiments', 'quickstart.yaml');
const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-resume-'));
const reference = path.join(root, 'reference', 'tiny');

const run = async (
  output: string,
  options: { observer?: RunObserver; signal?: AbortSignal; resume?: string } = {},
) => {
  const parent = await loadParent(configFile, overrides);
  return runExperiment(await loadConfig(configFile, overrides), {
    output: path.join(root, output),
    parent,
    ...options,
  });
};

/** Files of a run that must not depend on anything but config and seed, by their path within it. */
function lastingFiles(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !['environment.json', 'timings.jsonl', 'report.html', EVENT_FILE].includes(name));
  return new Map(names.sort().map((name) => [name, readFileSync(path.join(folder, name))]));
}

function expectSameRun(folder: string): void {
  const [expected, actual] = [lastingFiles(reference), lastingFiles(folder)];
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, bytes] of expected) expect(actual.get(name)!.equals(bytes), name).toBe(true);
  // Events tell the time, and are otherwise the same.
  const events = (of: string) =>
    readEvents(path.join(of, EVENT_FILE)).map((event) => ({ ...event, wallTime: undefined }));
  expect(events(folder)).toEqual(events(reference));
}

/** Starts the command line's `run`, sends it `signal` once when its metrics have come to step `step`, and waits for its end. */
async function runUntilStep(
  step: number,
  signal: NodeJS.Signals,
): Promise<{ code: number | null; says: string }> {
  const child = spawn(
    process.execPath,
    [...program, 'run', configFile, ...overrides, '-o', path.join(root, signal)],
    { cwd: packageRoot, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let says = '';
  child.stderr.on('data', (text) => {
    says += text;
  });
  const metrics = path.join(root, signal, 'tiny', 'metrics.jsonl');
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const watch = setInterval(() => {
    try {
      if (readFileSync(metrics, 'utf8').split('\n').length <= step) return;
      clearInterval(watch);
      child.kill(signal);
    } catch {
      // Not written yet.
    }
  }, 5);
  const code = await ended;
  clearInterval(watch);
  return { code, says };
}

describe('a run', { timeout: 240_000 }, () => {
  const tensors: number[] = [];

  beforeAll(async () => {
    const { finished } = await run('reference', {
      observer: { onStep: () => tensors.push(tf.memory().numTensors) },
    });
    expect(finished).toBe(true);
  }, 240_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('keeps the number of tensors constant from step to step', () => {
    expect(tensors).toHaveLength(steps);
    expect(new Set(tensors).size).toBe(1);
  });

  it('leaves the same bytes when done twice', async () => {
    await run('again');
    expectSameRun(path.join(root, 'again', 'tiny'));
  });

  it('ends the same when it was stopped by a signal at half and resumed', async () => {
    const controller = new AbortController();
    const stop: RunObserver = { onStep: ({ step }) => step === 7 && controller.abort() };
    const { finished, folder } = await run('stopped', { observer: stop, signal: controller.signal });
    expect(finished).toBe(false);
    expect((await run('stopped', { resume: folder })).finished).toBe(true);
    expectSameRun(folder);
  });

  for (const [signal, code, says] of [
    ['SIGINT', 130, /\nSaved\. To go on: rastergrad run --resume \S+tiny\n$/],
    ['SIGKILL', null, /^Run folder/],
  ] as const) {
    it(`ends the same when ${signal} ended its process at half and it was resumed`, async () => {
      expect(await runUntilStep(9, signal)).toEqual({ code, says: expect.stringMatching(says) });
      const folder = path.join(root, signal, 'tiny');
      await run(signal, { resume: folder });
      expectSameRun(folder);
    });
  }

  it('refuses to go on with a checkpoint of another model', async () => {
    const folder = path.join(root, 'other');
    cpSync(reference, folder, { recursive: true });
    const config = await loadConfig(configFile, [...overrides, 'model.hidden=8']);
    await expect(runExperiment(config, { resume: folder })).rejects.toThrow(
      /step-0+16\.safetensors: of another model: "model\..*" has shape/,
    );
  });
});
