// Perceptual feature pooling where loops do not reach tensors: the formulas of featurePooling.ts in TensorFlow.js's operations.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../../renderer/errors.ts';
import { takeRows } from '../../renderer/kernels/webgpu/index.ts';
import type { Lens, LensAxis } from './featurePooling.ts';

/** As `poolFeatures`. @throws ArgumentError for a lens that is `legacy`. */
export function poolOnDevice(vertices: tf.Tensor3D, maps: readonly tf.Tensor4D[], lens: Lens): tf.Tensor3D {
  if (lens.legacy) {
    throw new ArgumentError(
      'the "webgpu" back end has no legacy pooling of features yet; choose the back end "wasm", "tensorflow" or "cpu"',
    );
  }
  const [batch, vertexCount] = vertices.shape;
  const [x, y, z] = tf.split(vertices.reshape([batch * vertexCount, 3]), 3, 1);
  const depth = tf.maximum(tf.sub(lens.distance, z), lens.nearest);
  const [across, down] = [x.div(depth), y.div(depth).neg()];
  const items = tf.tensor2d(
    Float32Array.from({ length: batch * vertexCount }, (_, row) => Math.floor(row / vertexCount)),
    [batch * vertexCount, 1],
  );
  const pooled = maps.map((map) => {
    const [, height, width, channels] = map.shape;
    const texels = map.reshape([-1, channels]) as tf.Tensor2D;
    const [columns, lines] = [ends(across, lens.axis(width)), ends(down, lens.axis(height))];
    const corners = lines.flatMap((row) =>
      columns.map((column) => {
        const at = items.mul(height).add(row.place).mul(width).add(column.place);
        const rows = at.squeeze<tf.Tensor1D>([1]).toInt() as tf.Tensor1D;
        return takeRows(texels, rows).mul(row.weight.mul(column.weight));
      }),
    );
    return tf.addN(corners);
  });
  return tf.concat(pooled, 1).reshape([batch, vertexCount, -1]);
}

/** The two texels along an axis between which a coordinate lies, and their weights, which carry its gradient. */
function ends(coordinate: tf.Tensor, { scale, offset, low, high }: LensAxis) {
  const texel = tf.clipByValue(coordinate.mul(scale).add(offset), low, high);
  const first = tf.floor(texel);
  const beyond = texel.sub(first);
  return [
    { place: first, weight: tf.sub(1, beyond) },
    { place: tf.minimum(first.add(1), Math.floor(high)), weight: beyond },
  ];
}
