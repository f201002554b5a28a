// The task fit from end to end: pictures alone pull a sphere into an object's shape and colours, also with a break in between.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, type RunObserver, type RunResult, runExperiment } from '../../src/experiments/index.ts';
import { packageRoot } from '../../src/packageRoot.ts';

const configFile = path.join(packageRoot, 'experiments', 'fit', 'furniture.yaml');
const overrides = [
  'target.objects=[blendswap-cc-0-lockedLocker, blendswap-cc-by-chest]',
  'start.level=2',
  'losses.laplacian.weight=15',
  'fitting.steps=60',
  'report.objects=1',
];
const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-fit-'));
const run = async (
  output: string,
  options: { observer?: RunObserver; signal?: AbortSignal; resume?: string } = {},
) => runExperiment(await loadConfig(configFile, overrides), { output: path.join(root, output), ...options });

afterAll(() => rmSync(root, { recursive: true }));

describe('fit', () => {
  let whole: RunResult;
  beforeAll(async () => {
    whole = await run('whole');
  }, 60_000);

  it('finds shape and colours that hold from sides it was not shown', () => {
    for (const { label, values } of whole.results!.tables[0].rows) {
      expect(values.iouHeldOut, label).toBeGreaterThan(80);
      expect(values.colorHeldOut, label).toBeLessThan(0.1);
    }
    expect(readdirSync(path.join(whole.folder, 'meshes')).sort()).toEqual([
      'blendswap-cc-0-lockedLocker.json',
      'blendswap-cc-0-lockedLocker.obj',
      'blendswap-cc-by-chest.json',
      'blendswap-cc-by-chest.obj',
    ]);
  });

  it('ends with the same bytes when it was stopped amid the second object and resumed', async () => {
    const controller = new AbortController();
    let done = 0;
    const observer: RunObserver = { onStep: () => ++done === 80 && controller.abort() };
    const stopped = await run('stopped', { observer, signal: controller.signal });
    expect(stopped.finished).toBe(false);
    const resumed = await run('stopped', { resume: stopped.folder });
    expect(resumed.results).toEqual(whole.results);
    for (const name of ['metrics.jsonl', 'results.json', 'meshes/blendswap-cc-by-chest.obj']) {
      const [expected, actual] = [whole, resumed].map((one) => readFileSync(path.join(one.folder, name)));
      expect(actual.equals(expected), name).toBe(true);
    }
  });
});
