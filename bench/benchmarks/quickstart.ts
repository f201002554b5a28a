// A training step of the main job, experiments/quickstart.yaml, and the memory that a training takes.

import type { Benchmark, Case } from '../harness/benchmark.ts';
import { StepProcess } from '../steps/stepProcess.ts';

/** Steps of each side before any is measured: code is compiled by then. */
const warmUp = 10;

export const benchmark: Benchmark = {
  name: 'quickstart',
  title: 'a training step of experiments/quickstart.yaml, data included',
  baseline: 'the same on the frozen baseline of the wasm back end, all loops above it in plain TypeScript',
  async *cases({ short }) {
    const training = { network: 'quickstart' } as const;
    const [own, baseline] = [
      await StepProcess.start(training, 'own'),
      await StepProcess.start(training, 'baseline'),
    ];
    for (let step = 0; step < (short ? 3 : warmUp); step++) {
      await own.run();
      await baseline.run();
    }
    yield {
      name: 'step, batch 4',
      run: () => own.run(),
      baseline: () => baseline.run(),
      clock: 'own',
      seconds: 12,
      // Transposed products and convolution gradients alone, without which nobody would train here, halve it.
      floor: 1.5,
    } satisfies Case;
    if (!short) {
      const [ownFacts, baselineFacts] = [await own.facts(), await baseline.facts()];
      yield {
        name: 'most memory held by a training',
        run: () => ownFacts.peakMegabytes,
        baseline: () => baselineFacts.peakMegabytes,
        clock: 'own',
        unit: 'MB',
        facts: () => ({ wasmMegabytes: ownFacts.wasmMegabytes, tensors: ownFacts.tensors }),
      } satisfies Case;
    }
    own.close();
    baseline.close();
  },
};
