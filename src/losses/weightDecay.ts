// Weight decay: keeps the parameters of a network small. It is a loss like the others, so that its gradient goes through the
// optimiser as that of Pixel2Mesh's code does; what Adam calls weight decay here is AdamW's, which does not.

import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import {
  type HostKernel,
  hostOp,
  isOnDevice,
  type RealArray,
  simdFor,
} from '../../renderer/backend/index.ts';
import type { NamedVariable } from '../tensor/adam.ts';
import { weightsLoss } from './loss.ts';
import { weightDecayOnDevice } from './onDevice.ts';

export const weightDecay = weightsLoss({
  name: 'weightDecay',
  description: "sum of half the squares of the network's parameters, each with its coefficient",
  settings: z.strictObject({
    graph: z
      .number()
      .min(0)
      .default(5e-6)
      .describe("coefficient of all parameters but the image encoder's, biases included"),
    encoder: z.number().min(0).default(3e-6).describe("coefficient of the image encoder's kernels"),
    encoderBiases: z.number().min(0).default(0).describe("coefficient of the image encoder's biases"),
  }),
  evaluate: ({ parameters }, coefficients) => weightDecayLoss(parameters, coefficients),
});

export interface WeightDecayCoefficients {
  /** Of all parameters but those of the image encoder, biases included. Default 5e-6. */
  graph?: number;
  /** Of the image encoder's parameters but their biases. Default 3e-6. */
  encoder?: number;
  /** Of the image encoder's biases. Default 0. */
  encoderBiases?: number;
}

/**
 * Σ coefficient · ½‖w‖² over the parameters w. Those whose name starts with "encoder." are the image encoder's, and biases among
 * them those whose name ends in ".bias". The defaults are those of Pixel2Mesh's code: 5e-6 · ½‖w‖² on every variable of its graph
 * convolutions, biases too (nywang16/Pixel2Mesh, p2m/models.py), and tflearn's L2 regulariser, 1e-5 · ½‖w‖² on the kernels of
 * convolutions, times 0.3.
 *
 * Parameters whose coefficient is 0 are not looked at. None is copied.
 */
export function weightDecayLoss(
  parameters: readonly NamedVariable[],
  { graph = 5e-6, encoder = 3e-6, encoderBiases = 0 }: WeightDecayCoefficients = {},
): tf.Scalar {
  const coefficientOf = (name: string) =>
    !name.startsWith('encoder.') ? graph : name.endsWith('.bias') ? encoderBiases : encoder;
  const decaying = parameters.filter(({ name }) => coefficientOf(name) > 0);
  if (decaying.length === 0) return tf.scalar(0);
  const variables = decaying.map(({ variable }) => variable);
  if (isOnDevice()) {
    return tf.tidy(() =>
      weightDecayOnDevice(
        variables,
        decaying.map(({ name }) => coefficientOf(name)),
      ),
    );
  }
  const kernel = weightDecayKernel(decaying.map(({ name }) => coefficientOf(name)));
  const specs = variables.map(({ shape }) => ({ shape, dtype: 'float32' as const, uncleared: true }));
  // Not a `hostFunction`, since variables outlive the pass by themselves.
  const apply = tf.customGrad(() => {
    const [value] = hostOp(variables, [{ shape: [], dtype: 'float32' }], (weights, [output]) =>
      kernel.forward(weights as Float32Array[], output as Float32Array),
    );
    const gradFunc = (upstream: tf.Tensor) =>
      hostOp([upstream, ...variables], specs, ([dy, ...weights], gradients) =>
        kernel.backward(dy as Float32Array, weights as Float32Array[], gradients as Float32Array[]),
      );
    return { value, gradFunc };
  });
  return apply(...variables) as tf.Scalar;
}

/** Σ coefficient · ½‖w‖² over as many arrays as there are coefficients. */
export function weightDecayKernel(coefficients: readonly number[]) {
  return {
    forward(weights: RealArray[], output: RealArray) {
      let total = 0;
      for (const [i, values] of weights.entries()) {
        total += (coefficients[i] / 2) * squaredNorm(values);
      }
      output[0] = total;
    },
    /** Fills the gradients. */
    backward([upstream]: RealArray, weights: RealArray[], gradients: RealArray[]) {
      for (const [i, values] of weights.entries()) scaleTo(gradients[i], values, upstream * coefficients[i]);
    },
  } satisfies HostKernel;
}

function squaredNorm(values: RealArray): number {
  const compiled = simdFor(values);
  if (compiled) return compiled.exports.squaredNorm(values.byteOffset, values.length);
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k] * values[k];
  return sum;
}

function scaleTo(result: RealArray, values: RealArray, factor: number): void {
  const compiled = simdFor(result, values);
  if (compiled) {
    compiled.exports.scaleTo(result.byteOffset, values.byteOffset, factor, values.length);
    return;
  }
  for (let k = 0; k < values.length; k++) result[k] = factor * values[k];
}
