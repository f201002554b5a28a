// A training step of the main job, experiments/quickstart.yaml, and the memory that a training takes.

import { hasOpenBlas } from '../backend.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';
import { type Side, StepProcess } from '../steps/stepProcess.ts';

/** Steps of each side before any is measured: code is compiled by then. */
const warmUp = 10;

export const benchmark: Benchmark = {
  name: 'quickstart',
  title: 'a training step of experiments/quickstart.yaml, data included',
  baseline: 'the same on the frozen baseline of the wasm back end, all loops above it in plain TypeScript',
  async *cases({ short }) {
    const start = async (side: Side) => {
      const training = await StepProcess.start({ network: 'quickstart' }, side);
      for (let step = 0; step < (short ? 3 : warmUp); step++) await training.run();
      return training;
    };
    const [own, baseline] = [await start('wasm'), await start('baseline')];
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
      if (await hasOpenBlas()) {
        const openBlas = await start('openblas');
        yield {
          name: 'step, batch 4, products by OpenBLAS',
          run: () => openBlas.run(),
          baseline: () => baseline.run(),
          clock: 'own',
          seconds: 12,
        } satisfies Case;
        openBlas.close();
      }
      const [ownFacts, baselineFacts] = [await own.facts(), await baseline.facts()];
      yield {
        name: 'most memory held by a training',
        run: () => ownFacts.peakMegabytes,
        baseline: () => baselineFacts.peakMegabytes,
        clock: 'own',
        unit: 'MB',
        facts: () => ({ 'MB of them the wasm memory': ownFacts.wasmMegabytes, tensors: ownFacts.tensors }),
      } satisfies Case;
    }
    own.close();
    baseline.close();
  },
};
