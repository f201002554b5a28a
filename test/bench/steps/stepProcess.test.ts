// Trainings in processes of their own: that of the baseline does what ours does.

import { expect, it } from 'vitest';
import { type Side, StepProcess } from '../../../bench/steps/stepProcess.ts';

async function afterSteps(side: Side, steps: number) {
  const training = await StepProcess.start({ network: 'quickstart' }, side);
  try {
    const times = [];
    for (let step = 0; step < steps; step++) times.push(await training.run());
    return { times, ...(await training.facts()) };
  } finally {
    training.close();
  }
}

it('the frozen baseline and the kernels in use train alike', async () => {
  const [own, baseline] = await Promise.all([afterSteps('wasm', 3), afterSteps('baseline', 3)]);
  expect(Math.abs(own.loss - baseline.loss)).toBeLessThan(1e-3 * baseline.loss);
  for (const { times, tensors, peakMegabytes } of [own, baseline]) {
    expect(Math.min(...times)).toBeGreaterThan(1);
    expect(tensors).toBeLessThan(200);
    expect(peakMegabytes).toBeGreaterThan(50);
  }
});
