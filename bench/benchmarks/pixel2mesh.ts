// A training step of the published Pixel2Mesh network at its full size: 224 × 224 pixels, 18 convolutions, 43 graph convolutions of width
// 256, 9,000 surface points; how near it comes to the time that its products alone would take, and the memory that it takes.

import { hasOpenBlas } from '../backend.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';
import { type StepFacts, StepProcess } from '../steps/stepProcess.ts';

export const benchmark: Benchmark = {
  name: 'pixel2mesh',
  title: 'a training step of the published Pixel2Mesh network',
  baseline: 'the same on the frozen baseline of the wasm back end, all loops above it in plain TypeScript',
  async *cases({ short, template }) {
    if (short) return;
    const sides = (await hasOpenBlas()) ? (['wasm', 'openblas'] as const) : (['wasm'] as const);
    for (const batch of [1, 4]) {
      const training = { network: 'pixel2mesh', batch, template } as const;
      // A step of one picture takes it twenty seconds, of four a minute and a half: once, beside our own kernels, is enough.
      const baseline = batch === 1 ? await StepProcess.start(training, 'baseline') : undefined;
      for (const side of sides) {
        const own = await StepProcess.start(training, side);
        for (let step = 0; step < 2; step++) await own.run();
        const label = `batch ${batch}${side === 'openblas' ? ', products by OpenBLAS' : ''}`;
        const beside = side === 'wasm' ? baseline : undefined;
        yield stepCase(`step, ${label}`, own, beside, await own.facts());
        yield {
          name: `forward, ${label}`,
          run: () => own.run('forward'),
          baseline: beside && (() => beside.run('forward')),
          clock: 'own',
        } satisfies Case;
        yield memoryCase(`most memory held, ${label}`, await own.facts(), await beside?.facts());
        own.close();
      }
      baseline?.close();
    }
  },
};

/** A step, and which share of its time is that of its products at the best rate that products reach in the same process. */
function stepCase(name: string, own: StepProcess, baseline: StepProcess | undefined, facts: StepFacts): Case {
  const { flops, flopsPerMillisecond } = facts;
  let fastest = Number.POSITIVE_INFINITY;
  return {
    name,
    run: async () => {
      const time = await own.run();
      fastest = Math.min(fastest, time);
      return time;
    },
    baseline: baseline && (() => baseline.run()),
    clock: 'own',
    work: { amount: flops, unit: 'FLOP' },
    facts: () => ({
      'GFLOP/s in the best product': flopsPerMillisecond / 1e6,
      '% of that in the step': (100 * flops) / flopsPerMillisecond / fastest,
    }),
  };
}

const memoryCase = (name: string, own: StepFacts, baseline: StepFacts | undefined): Case => ({
  name,
  run: () => own.peakMegabytes,
  baseline: baseline && (() => baseline.peakMegabytes),
  clock: 'own',
  unit: 'MB',
  facts: () => ({ 'MB of them the wasm memory': own.wasmMegabytes, tensors: own.tensors }),
});
