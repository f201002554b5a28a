// Derivatives of attributes over the picture, as a tensor: what the level of detail of a texture follows from.

import type * as tf from '@tensorflow/tfjs';
import { hostFunction } from '../backend/hostFunction.ts';
import type { Fragments, RealArray } from '../kernels/index.ts';
import {
  pixelDerivativesBackward,
  pixelDerivatives as writeDerivatives,
} from '../kernels/pixelDerivatives.ts';
import { attributeRows, type CornerAttributes } from './attributes.ts';
import type { Frame } from './frame.ts';
import type { Interpolate } from './surface.ts';

/** [N, 2C] at fragments: for each channel ∂/∂x and ∂/∂y per pixel, y upwards. Differentiable in attributes and positions. */
export function pixelDerivatives(
  { geometry, picture }: Frame,
  fragments: Fragments,
  attributes: CornerAttributes,
  interpolate: Interpolate,
): tf.Tensor2D {
  const { positions, stride, items } = geometry;
  const rows = interpolate(attributes);
  const homogeneous = stride === 4 && picture.perspectiveCorrect;
  const ofVertices = items.map(({ vertexStart }) => vertexStart);
  const depths = homogeneous
    ? [
        interpolate({
          values: positions.reshape([-1, 4]).slice([0, 3], [-1, 1]) as tf.Tensor2D,
          indices: geometry.faces,
          rowStarts: ofVertices,
        }),
      ]
    : [];
  const rowsOf = attributeRows(geometry, attributes);
  const inputs = (values: RealArray, atFragments: RealArray, w?: RealArray) => ({
    attributes: rowsOf(values),
    rows: atFragments,
    depths: w,
  });
  return hostFunction<void>({
    inputs: [positions, attributes.values, rows, ...depths],
    shape: [rows.shape[0], 2 * rows.shape[1]],
    forward: ([places, values, atFragments, w], output) =>
      writeDerivatives(geometry.scene(places), picture, fragments, inputs(values, atFragments, w), output),
    backward: (upstream, [places, values, atFragments, w], gradients) =>
      pixelDerivativesBackward(
        geometry.scene(places),
        picture,
        fragments,
        inputs(values, atFragments, w),
        upstream,
        {
          positions: gradients[0],
          attributes: gradients[1],
          rows: gradients[2],
          depths: gradients[3],
        },
      ),
  }) as tf.Tensor2D;
}
