// A sweep on a real Slurm of two pretend nodes. In its middle a node's daemon dies, one job is put back into the queue, and one is
// told that its time is up; in the end every run is there as if nothing had happened.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { runExperiment } from '../../src/experiments/index.ts';
import { packageRoot } from '../../src/packageRoot.ts';
import { openSweep, type RunState, runStates } from '../../src/sweeps/index.ts';
import { program } from '../program.ts';
import { hasSlurm, Slurm } from '../slurm.ts';

const steps = 100;

/** The smallest training there is, with something to lose in the middle. */
const tiny = `
task: train
dataset: { categories: [lamp] }
model: { encoder: { channels: [4, 4] }, hidden: 4, template: { level: 0, levels: 2 }, blocks: { residualBlocks: 0 } }
losses: { chamfer: { weight: 1 }, silhouette: { weight: 1 } }
training: { steps: ${steps}, batchSize: 1, checkpointEvery: 20 }
evaluation: { views: 1, points: 100 }
report: { objects: 0 }
`;

if (!hasSlurm()) process.stderr.write('Slurm is not here: sweeps on a cluster are not tested.\n');

describe.skipIf(!hasSlurm())('a sweep on a cluster', { timeout: 600_000 }, () => {
  let root: string;
  let config: string;
  let folder: string;
  let slurm: Slurm;

  beforeAll(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'rastergrad-cluster-'));
    config = path.join(root, 'tiny.yaml');
    folder = path.join(root, 'sweep');
    writeFileSync(config, tiny);
    slurm = await Slurm.start(['n1', 'n2']);
    vi.stubEnv('SLURM_CONF', slurm.env.SLURM_CONF);
  }, 60_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await slurm?.stop();
    rmSync(root, { recursive: true, force: true });
  }, 60_000);

  const rastergrad = async (...args: string[]) => {
    return promisify(execFile)(process.execPath, [...program, ...args], { cwd: packageRoot, env: slurm.env });
  };
  const sweep = (...axes: string[]) =>
    rastergrad('sweep', config, ...axes, '-o', folder, '--launcher', 'slurm');

  /** What `find` finds in the states of the runs, asked for as the sweep goes on. */
  const waitFor = async <Found>(find: (states: RunState[]) => Found | undefined): Promise<Found> => {
    const sweep = await openSweep(folder);
    for (;;) {
      const states = await runStates(sweep.folder, sweep.record.runs);
      const found = find(states);
      if (found !== undefined) return found;
      const isUnderWay = states.some(({ job }) => job);
      expect(isUnderWay, JSON.stringify(states)).toBe(true);
      await setTimeout(100);
    }
  };
  /** A run in its middle on `node`, which is not one of `others`. */
  const inTheMiddle = (node: string, others: RunState[]) => (states: RunState[]) => {
    const jobs = slurm.run('squeue', '-h', '-r', '-w', node, '-t', 'R', '-o', '%F_%K').split('\n');
    return states.find(
      ({ run, step, job }) =>
        jobs.includes(job?.job ?? '') &&
        step > 3 &&
        step < steps / 2 &&
        others.every((other) => other.run.name !== run.name),
    );
  };

  const axes = ['model.hidden=4,6', 'seed=1..6'];

  it('ends complete, with nothing repeated and nothing lost', async () => {
    const { stderr } = await sweep(...axes);
    expect(stderr).toMatch(/\n12 runs: 12 pending\n/);

    const onLostNode = await waitFor(inTheMiddle('n2', []));
    await slurm.killNode('n2');
    const putBack = await waitFor(inTheMiddle('n1', [onLostNode]));
    slurm.run('scontrol', 'requeue', putBack.job!.job);
    const outOfTime = await waitFor(inTheMiddle('n1', [onLostNode, putBack]));
    slurm.signal(outOfTime.job!.job, 'USR1');
    // Nothing is submitted twice.
    expect((await sweep(...axes)).stderr).not.toMatch(/started/);
    await waitFor(() => /down/.test(slurm.run('sinfo', '-h', '-n', 'n2', '-o', '%T')) || undefined);
    slurm.startNode('n2');
    const ended = await waitFor((states) => (states.every(({ job }) => !job) ? states : undefined));
    expect(ended.map(({ run, phase, note }) => [run.name, phase, note])).toEqual(
      ended.map(({ run }) => [run.name, 'finished', undefined]),
    );
    expect(ended).toHaveLength(12);

    for (const {
      run: { name: run },
    } of ended) {
      const metrics = readFileSync(path.join(folder, 'runs', run, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n');
      const trained = metrics.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'train');
      expect(
        trained.map(({ step }) => step),
        run,
      ).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
      const log = readFileSync(path.join(folder, 'logs', `${run}.log`), 'utf8');
      expect(log.match(/^Evaluating/gm), run).toHaveLength(1);
    }
    for (const {
      run: { name: run },
    } of [putBack, outOfTime]) {
      const log = readFileSync(path.join(folder, 'logs', `${run}.log`), 'utf8');
      expect(log.match(/^Saved\./gm), run).toHaveLength(1);
    }
    for (const {
      run: { name: run, overrides },
    } of [onLostNode, putBack, outOfTime]) {
      const lines = Object.entries(overrides).map(([key, value]) => `${key}=${value}`);
      const alone = await runExperiment(await loadConfig(config, [`name=${run}`, ...lines]), {
        output: root,
      });
      for (const file of ['results.json', 'metrics.jsonl']) {
        const [expected, actual] = [alone.folder, path.join(folder, 'runs', run)].map((where) =>
          readFileSync(path.join(where, file), 'utf8'),
        );
        expect(actual, `${run}/${file}`).toBe(expected);
      }
    }
    const { stdout } = await rastergrad('sweep', 'table', folder, '--metric', 'chamfer');
    expect(stdout.match(/^\| [46] +\| +6 \|/gm)).toHaveLength(2);
  });

  it('is waited for on request, and says what failed', async () => {
    const some = ['training.steps=2', 'dataset.categories=[lamp],[zeppelin]'];
    const { code, stderr } = await sweep(...some, '--wait').catch((error) => error);
    expect(code).toBe(1);
    expect(stderr).toMatch(/zeppelin failed: dataset\.categories is \[zeppelin\]/);
    expect(stderr).toMatch(/\n2 runs: 1 finished, 1 failed\n/);
  });

  it('is called off, and goes on', async () => {
    const longer = ['training.steps=3000', 'seed=1..3'];
    await sweep(...longer);
    await waitFor((states) =>
      states.find(({ phase, step }) => phase === 'running' && step > 3 && step < 3000),
    );
    expect((await rastergrad('sweep', 'cancel', folder)).stdout).toMatch(/: 3 runs called off\n$/);
    const phases = await waitFor((states) =>
      states.some(({ phase }) => phase === 'running') ? undefined : states.map(({ phase }) => phase),
    );
    expect(phases).toContain('interrupted');
    expect(phases.slice(-3).filter((phase) => !['interrupted', 'pending'].includes(phase))).toEqual([]);
    const { stderr } = await sweep(...longer);
    expect(stderr.match(/: started$/gm)).toHaveLength(3);
    await rastergrad('sweep', 'cancel', folder);
  });
});
