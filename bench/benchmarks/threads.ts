// What a second thread gains, on the clock: a process with one thread and one with two, a step of each in turns.

import type { Benchmark, Case } from '../harness/benchmark.ts';
import { StepProcess, type Training } from '../steps/stepProcess.ts';

export const benchmark: Benchmark = {
  name: 'threads',
  title: 'two threads, on the clock',
  baseline: 'the same in one thread',
  async *cases({ short, template }) {
    if (short) return;
    const trainings: [name: string, training: Training, warmUp: number, seconds: number][] = [
      ['256², 1280 faces, 8 views, forward and back', { network: 'none', views: 8, size: 256 }, 20, 4],
      ['256², 1280 faces, 4 views, forward and back', { network: 'none', views: 4, size: 256 }, 20, 4],
      ['64², 1280 faces, 8 views, forward and back', { network: 'none', views: 8, size: 64 }, 50, 4],
      ['step of the quickstart', { network: 'quickstart' }, 10, 12],
      ['step of Pixel2Mesh, batch 1', { network: 'pixel2mesh', batch: 1, template }, 2, 20],
      ['step of Pixel2Mesh, batch 4', { network: 'pixel2mesh', batch: 4, template }, 1, 30],
    ];
    for (const [name, training, warmUp, seconds] of trainings) {
      const [one, two] = [await warm(training, 1, warmUp), await warm(training, 2, warmUp)];
      yield {
        name,
        run: () => two.run('step on the clock'),
        baseline: () => one.run('step on the clock'),
        clock: 'own',
        seconds,
      } satisfies Case;
      one.close();
      two.close();
    }
  },
};

/** The process of a training in so many threads, after some steps. */
async function warm(training: Training, threads: number, steps: number): Promise<StepProcess> {
  const started = await StepProcess.start(training, 'wasm', threads);
  for (let step = 0; step < steps; step++) await started.run();
  return started;
}
