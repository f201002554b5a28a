// A training step of the published Pixel2Mesh network at its full size: 224 × 224 pixels, 18 convolutions, 43 graph convolutions of width
// 256, 9,000 surface points; how near it comes to the time that its products alone would take, and the memory that it takes.

import type { Benchmark, Case } from '../harness/benchmark.ts';
import { StepProcess } from '../steps/stepProcess.ts';

export const benchmark: Benchmark = {
  name: 'pixel2mesh',
  title: 'a training step of the published Pixel2Mesh network',
  baseline: 'the same on the frozen baseline of the wasm back end, all loops above it in plain TypeScript',
  async *cases({ short, template }) {
    if (short) return;
    for (const batch of [1, 4]) {
      const training = { network: 'pixel2mesh', batch, template } as const;
      const [own, baseline] = [
        await StepProcess.start(training, 'own'),
        await StepProcess.start(training, 'baseline'),
      ];
      // A step of the baseline takes so long that its code is compiled on the way.
      for (let step = 0; step < 2; step++) await own.run();
      const { flops, flopsPerMillisecond } = await own.facts();
      const bound = flops / flopsPerMillisecond;
      let fastest = Number.POSITIVE_INFINITY;
      yield {
        name: `step, batch ${batch}`,
        run: async () => {
          const time = await own.run();
          fastest = Math.min(fastest, time);
          return time;
        },
        baseline: () => baseline.run(),
        clock: 'own',
        work: { amount: flops, unit: 'FLOP' },
        facts: () => ({
          bestProductGigaflops: flopsPerMillisecond / 1e6,
          percentOfBound: (100 * bound) / fastest,
        }),
      } satisfies Case;
      yield {
        name: `forward, batch ${batch}`,
        run: () => own.run('forward'),
        baseline: () => baseline.run('forward'),
        clock: 'own',
      } satisfies Case;
      const [ownFacts, baselineFacts] = [await own.facts(), await baseline.facts()];
      yield {
        name: `most memory held, batch ${batch}`,
        run: () => ownFacts.peakMegabytes,
        baseline: () => baselineFacts.peakMegabytes,
        clock: 'own',
        unit: 'MB',
        facts: () => ({ wasmMegabytes: ownFacts.wasmMegabytes, tensors: ownFacts.tensors }),
      } satisfies Case;
      own.close();
      baseline.close();
    }
  },
};
