// What a user waits for before anything happens: the command line's help, and a fresh process up to the end of its first training step.

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { packageRoot } from '../../src/packageRoot.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';
import { type Side, StepProcess } from '../steps/stepProcess.ts';

export const benchmark: Benchmark = {
  name: 'startup',
  title: 'fresh processes, from source, time on the clock',
  baseline:
    'help: Node that loads the same loader of TypeScript and does nothing; first step: the frozen baseline',
  *cases({ short }) {
    if (short) return;
    yield {
      name: 'rastergrad --help',
      run: node(path.join(packageRoot, 'src/cli/main.ts'), '--help'),
      baseline: node('--eval', ''),
      clock: 'wall',
      seconds: 10,
    } satisfies Case;
    yield {
      name: 'quickstart, to the end of the first step',
      run: firstStep('wasm'),
      baseline: firstStep('baseline'),
      clock: 'wall',
      seconds: 20,
    } satisfies Case;
  },
};

const node =
  (...args: string[]) =>
  () => {
    const { status, stderr } = spawnSync(process.execPath, [...process.execArgv, ...args], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with code ${status}: ${stderr}`);
  };

const firstStep = (side: Side) => async () => {
  const training = await StepProcess.start({ network: 'quickstart' }, side);
  await training.run();
  training.close();
};
