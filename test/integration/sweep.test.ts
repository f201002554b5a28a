// A sweep on this machine, from the command line: it is interrupted, goes on, grows, and keeps what is finished.

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/packageRoot.ts';
import { program, programFromSource } from '../program.ts';

/** The smallest training there is, and nothing to look at afterwards. */
const tiny = `
task: train
dataset: { categories: [lamp] }
model: { encoder: { channels: [4, 4] }, hidden: 4, template: { level: 0, levels: 2 }, blocks: { residualBlocks: 0 } }
losses: { chamfer: { weight: 1 }, silhouette: { weight: 1 } }
training: { steps: 2, batchSize: 1 }
evaluation: { views: 1, points: 100 }
report: { objects: 0 }
`;

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-sweep-'));
const config = path.join(root, 'tiny.yaml');
const folder = path.join(root, 'tiny-sweep');

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

const rastergrad = (...args: string[]) =>
  new Promise<Outcome>((resolve) => {
    execFile(process.execPath, [...program, ...args], { cwd: packageRoot }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
const sweep = (...args: string[]) => rastergrad('sweep', config, '-o', folder, ...args);
const results = (name: string) => path.join(folder, 'runs', name, 'results.json');

describe('a sweep on this machine', { timeout: 180_000 }, () => {
  beforeAll(() => writeFileSync(config, tiny));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('saves its runs when it is interrupted, and goes on with them', async () => {
    // From the sources, as are the processes that it starts.
    const args = [
      ...programFromSource,
      'sweep',
      config,
      '-o',
      folder,
      'training.steps=4000',
      '-j',
      '1',
      'seed=1..2',
    ];
    const child = spawn(process.execPath, args, { cwd: packageRoot, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const metrics = path.join(folder, 'runs', 'seed=1', 'metrics.jsonl');
    await expect
      .poll(() => statSync(metrics, { throwIfNoEntry: false })?.size ?? 0, { timeout: 60_000 })
      .toBeGreaterThan(500);
    const busy = await sweep('training.steps=4000', 'seed=1..2');
    expect(busy.stderr).toMatch(/another command \(\S+\) is at work on this sweep/);
    expect((await rastergrad('sweep', 'status', folder)).stdout).toMatch(
      /^seed=1 {2}running {2}step \d+\/4000 {2}job \S+\nseed=2 {2}pending\n/,
    );
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(said).toMatch(
      /\nseed=1: interrupted \(0 of 2 finished\)\n2 runs: 1 pending, 1 interrupted\nSaved\. To go on: rastergrad sweep \S+ -o \S+ training\.steps=4000 -j 1 seed=1\.\.2\n$/,
    );
    expect(readFileSync(path.join(folder, 'logs', 'seed=1.log'), 'utf8')).toMatch(
      /Saved\. To go on: rastergrad run --resume/,
    );
    rmSync(folder, { recursive: true });
  });

  it('runs every run, and once only', async () => {
    const first = await sweep('seed=1..2');
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/^Sweep folder \S+\n2 runs: 2 pending\n/);
    const time = statSync(results('seed=1')).mtimeMs;
    const more = await sweep('seed=1..3');
    expect(more.stderr).toMatch(
      /\n3 runs: 2 finished, 1 pending\nseed=3: started\nseed=3: finished \(3 of 3 finished\)\n3 runs: 3 finished\n/,
    );
    expect(statSync(results('seed=1')).mtimeMs).toBe(time);
    expect(more.stderr).toMatch(/\nReport: \S+report\.html\n$/);
    expect(readFileSync(path.join(folder, 'report.html'), 'utf8')).toContain('3 runs');
    const { stdout } = await rastergrad('sweep', 'table', folder, '--metric', 'chamfer');
    expect(stdout).toMatch(
      /^\| sweep +\| runs \| +chamfer ×10⁻³ ↓ \|\n\| -+ \| ---: \| -+: \|\n\| tiny-sweep \| +3 \| +[\d.]+ ± [\d.]+ \|\n$/,
    );
  });

  it('goes on past a run that fails, and repeats it only when asked', async () => {
    const failing = ['seed=1', 'dataset.categories=[lamp],[zeppelin]'];
    const { code, stderr } = await sweep(...failing);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\nseed=1,categories=zeppelin failed: dataset\.categories is \[zeppelin\].*; see \S+\.log\n2 runs: 1 finished, 1 failed\n/,
    );
    const again = await sweep(...failing);
    expect(again.stderr).toMatch(/1 failed run is left alone: --retry runs it again/);
    expect(again.stderr).not.toMatch(/started/);
    expect((await sweep(...failing, '--retry')).stderr).toMatch(/started/);
  });
});
