// Graph unpooling: every edge gets a new vertex whose features are the mean of the edge's ends (Pixel2Mesh, section 3.3).

import * as tf from '@tensorflow/tfjs';
import { type HostKernel, hostFunction, simdFor } from '../../renderer/backend/index.ts';
import { type CompressedRows, sparseProduct } from '../../renderer/kernels/webgpu/index.ts';

/**
 * @param features [B, V, C]
 * @param edges [E·2] pairs of vertices
 * @returns [B, V + E, C]: the old rows, then one row an edge in the order of `edges`
 */
export function graphUnpool(features: tf.Tensor3D, edges: Int32Array): tf.Tensor3D {
  const [batch, coarse, channels] = features.shape;
  return hostFunction({
    inputs: [features],
    shape: [batch, coarse + edges.length / 2, channels],
    ...unpoolKernel(edges, { batch, coarse, channels }),
    onDevice: () => tf.concat([features, sparseProduct(meanOfEnds(edges, coarse), features)], 1),
  }) as tf.Tensor3D;
}

/** The matrix with a row an edge, ½ for both of its ends. */
const meanOfEnds = (edges: Int32Array, columnCount: number): CompressedRows => ({
  columnCount,
  offsets: Int32Array.from({ length: edges.length / 2 + 1 }, (_, e) => 2 * e),
  columns: edges,
  values: new Float32Array(edges.length).fill(0.5),
});

/** `graphUnpool` on arrays. */
export function unpoolKernel(
  edges: Int32Array,
  { batch, coarse, channels }: { batch: number; coarse: number; channels: number },
): HostKernel {
  const edgeCount = edges.length / 2;
  const fine = coarse + edgeCount;
  return {
    fills: 'output and gradients',
    readsInputs: false,
    forward([input], output) {
      const compiled = simdFor(input, output);
      if (compiled) {
        const { exports, scratch } = compiled;
        const pairs = scratch.copy(edges);
        exports.unpool(input.byteOffset, pairs, batch, coarse, edgeCount, channels, output.byteOffset);
        return;
      }
      for (let item = 0; item < batch; item++) {
        const from = item * coarse * channels;
        const to = item * fine * channels;
        output.set(input.subarray(from, from + coarse * channels), to);
        for (let e = 0; e < edgeCount; e++) {
          const a = from + edges[2 * e] * channels;
          const b = from + edges[2 * e + 1] * channels;
          const row = to + (coarse + e) * channels;
          for (let c = 0; c < channels; c++) output[row + c] = 0.5 * (input[a + c] + input[b + c]);
        }
      }
    },
    backward(upstream, _inputs, [gradient]) {
      const compiled = simdFor(upstream, gradient);
      if (compiled) {
        const { exports, scratch } = compiled;
        const pairs = scratch.copy(edges);
        exports.unpoolBackward(
          upstream.byteOffset,
          pairs,
          batch,
          coarse,
          edgeCount,
          channels,
          gradient.byteOffset,
        );
        return;
      }
      for (let item = 0; item < batch; item++) {
        const to = item * coarse * channels;
        const from = item * fine * channels;
        gradient.set(upstream.subarray(from, from + coarse * channels), to);
        for (let e = 0; e < edgeCount; e++) {
          const a = to + edges[2 * e] * channels;
          const b = to + edges[2 * e + 1] * channels;
          const row = from + (coarse + e) * channels;
          for (let c = 0; c < channels; c++) {
            const half = 0.5 * upstream[row + c];
            gradient[a + c] += half;
            gradient[b + c] += half;
          }
        }
      }
    },
  };
}
