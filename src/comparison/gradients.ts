// The two gradients that a comparison is about, as [V·2] arrays of dL/d(image-plane x, y): a method's and the oracle's.

import * as tf from '@tensorflow/tfjs';
import { hostScalar, scoped } from '../../renderer/backend/index.ts';
import type { MethodOptions } from '../../renderer/methods/index.ts';
import { exactGradient, exactPicture, type OracleOptions } from '../../renderer/oracle/index.ts';
import { comparedLosses } from './losses.ts';
import { longest } from './measures.ts';
import type { LossName } from './results.ts';
import {
  background,
  draw,
  type Layer,
  pictureOf,
  planeGradient,
  positionTensor,
  sceneOf,
  type View,
} from './view.ts';

export interface LossGradient {
  loss: number;
  /** [V·2] */
  gradient: Float64Array;
}

/** Loss and gradient of `view` against a target picture, through a method. */
export function methodGradient(
  view: View,
  method: MethodOptions,
  resolution: number,
  lossName: LossName,
  target: Float64Array,
): LossGradient {
  const { layer, evaluate } = comparedLosses[lossName];
  return backward(view, method, resolution, layer, (picture, gradient) =>
    evaluate(picture, target, gradient),
  );
}

/** Σ_pixels ∂α/∂(x, y), of the silhouette that a method draws. */
export const methodAreaGradient = (view: View, method: MethodOptions, resolution: number): Float64Array =>
  backward(view, method, resolution, 'silhouette', (_, gradient) => {
    gradient.fill(1);
    return 0;
  }).gradient;

/** The gradient of a function of one layer of a method's picture; `loss` returns its value and fills dL/d(picture). */
export function backward(
  view: View,
  method: MethodOptions,
  resolution: number,
  layer: Layer,
  loss: (picture: Float32Array, gradient: Float32Array) => number,
): LossGradient {
  return scoped(() => {
    const { value, grad } = tf.valueAndGrad((positions) => {
      const picture = draw(view, positions as tf.Tensor3D, { method, resolution, layer });
      return hostScalar([picture], ([values], [gradient]) =>
        loss(values as Float32Array, gradient as Float32Array),
      );
    })(positionTensor(view));
    return { loss: value.dataSync()[0], gradient: planeGradient(view, grad.dataSync()) };
  });
}

/** One layer of the picture that a method draws. */
export const methodPicture = (view: View, method: MethodOptions, resolution: number, layer: Layer) =>
  scoped(() => draw(view, positionTensor(view), { method, resolution, layer }).dataSync() as Float32Array);

/** One layer of the exactly area-sampled picture of the visible surface. */
export const oraclePicture = (view: View, resolution: number, layer: Layer): Float64Array =>
  exactPicture(sceneOf(view), pictureOf(resolution), oracleOptions(view, layer))[layer];

export interface OracleGradient extends LossGradient {
  /** The oracle's own estimate of its error, relative to the longest gradient of a vertex. */
  error: number;
}

/** Loss and gradient of the exactly area-sampled picture. */
export function oracleGradient(
  view: View,
  resolution: number,
  lossName: LossName,
  target: Float64Array,
): OracleGradient {
  const { layer, evaluate } = comparedLosses[lossName];
  const upstream = new Float64Array(target.length);
  const loss = evaluate(oraclePicture(view, resolution, layer), target, upstream);
  return { loss, ...oracleBackward(view, resolution, layer, upstream) };
}

/** ∂(visible area in pixels)/∂(x, y): Σ_pixels ∂α/∂(x, y) of the exact picture. */
export const oracleAreaGradient = (view: View, resolution: number): Float64Array =>
  oracleBackward(view, resolution, 'silhouette', new Float64Array(resolution ** 2).fill(1)).gradient;

function oracleBackward(view: View, resolution: number, layer: Layer, upstream: Float64Array) {
  const { positions, errorEstimate } = exactGradient(
    sceneOf(view),
    pictureOf(resolution),
    { [layer]: upstream },
    oracleOptions(view, layer),
  );
  const gradient = planeGradient(view, positions);
  const largest = longest(gradient);
  const error = errorEstimate.reduce(
    (most, value, v) => Math.max(most, Math.abs(view.positions[4 * v + 3] * value)),
    0,
  );
  return { gradient, error: largest > 0 ? error / largest : 0 };
}

const oracleOptions = ({ colors }: View, layer: Layer): OracleOptions =>
  layer === 'silhouette'
    ? {}
    : {
        attributes: { values: colors.values, channels: 3, indices: colors.indices, rowStarts: [0] },
        background,
      };
