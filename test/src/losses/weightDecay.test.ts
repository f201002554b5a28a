import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { weightDecayLoss } from '../../../src/losses/index.ts';
import { weightDecayKernel } from '../../../src/losses/weightDecay.ts';
import type { NamedVariable } from '../../../src/tensor/adam.ts';
import { useTestBackend } from '../../backend.ts';
import { kernelGradientError, testNumbers } from '../../gradient.ts';

let parameters: NamedVariable[] = [];
beforeAll(async () => {
  await useTestBackend();
  const named = (name: string, ...values: number[]) => ({ name, variable: tf.variable(tf.tensor1d(values)) });
  parameters = [
    named('encoder.0.0.kernel', 1, 2),
    named('encoder.0.0.bias', 3),
    named('block.first.weights', 4),
    named('block.first.bias', 5),
    named('encoders', 6),
  ];
});
afterAll(() => {
  for (const { variable } of parameters) variable.dispose();
});

const evaluate = (loss: () => tf.Scalar) => tf.tidy(() => loss().dataSync()[0]);

describe('weightDecayLoss', () => {
  it('weighs the encoder’s kernels, its biases and everything else by themselves', () => {
    const halves = { kernel: (1 + 4) / 2, bias: 9 / 2, graph: (16 + 25 + 36) / 2 };
    expect(evaluate(() => weightDecayLoss(parameters, { graph: 1, encoder: 10, encoderBiases: 100 }))).toBe(
      halves.graph + 10 * halves.kernel + 100 * halves.bias,
    );
    expect(evaluate(() => weightDecayLoss(parameters))).toBeCloseTo(
      5e-6 * halves.graph + 3e-6 * halves.kernel,
      10,
    );
  });

  it('has the gradient coefficient · w, and none where the coefficient is 0', () => {
    const gradients = tf.tidy(() => {
      const { grads } = tf.variableGrads(
        () => weightDecayLoss(parameters, { graph: 2, encoder: 3 }).mul(10),
        parameters.map(({ variable }) => variable),
      );
      return parameters.map(({ variable }) =>
        grads[variable.name] ? Array.from(grads[variable.name].dataSync()) : undefined,
      );
    });
    expect(gradients).toEqual([[30, 60], undefined, [80], [100], [120]]);
  });

  it('has the gradient of its value', () => {
    const kernel = weightDecayKernel([0.3, 2, 0.01]);
    expect(kernelGradientError(kernel, [3, 1, 7].map(testNumbers), 1)).toBeLessThan(1e-6);
  });

  it('does not look at parameters whose coefficient is 0', () => {
    const untouchable = {
      name: 'encoder.code.bias',
      get variable(): tf.Variable {
        throw new Error('was looked at');
      },
    };
    const loss = () => weightDecayLoss([...parameters, untouchable], { graph: 1, encoder: 0 });
    expect(evaluate(loss)).toBe((16 + 25 + 36) / 2);
    expect(evaluate(() => weightDecayLoss([untouchable]))).toBe(0);
  });

  it('copies no parameter, for the value or for its gradient', () => {
    tf.tidy(() => {
      const before = tf.memory().numDataBuffers;
      let growth = 0;
      tf.variableGrads(() => {
        const value = weightDecayLoss(parameters, { encoderBiases: 1 });
        growth = tf.memory().numDataBuffers - before;
        return value;
      });
      expect(growth).toBe(1);
    });
  });
});
