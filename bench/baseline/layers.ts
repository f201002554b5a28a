// FROZEN. Graph convolution as it was before any of it was compiled: a product by the back end, then loops in plain TypeScript.

import * as tf from '@tensorflow/tfjs';
import { hostFunction, type RealArray } from '../../renderer/backend/index.ts';
import { GraphConvolution, type GraphSupport } from '../../src/nn/index.ts';

type SparseRows = GraphSupport['transpose'];

/** Makes the graph convolutions of this process the baseline's. */
export function usePlainLayers(): void {
  Object.assign(GraphConvolution.prototype, {
    mix,
    apply(
      this: GraphConvolution,
      features: tf.Tensor3D,
      ...[support, activation, residual]: [GraphSupport, 'relu' | 'linear', tf.Tensor3D?]
    ) {
      const [batch, vertexCount, inputs] = features.shape;
      const { weights } = this as unknown as { weights: tf.Tensor2D };
      const rows = features.reshape([batch * vertexCount, inputs]) as tf.Tensor2D;
      const products = tf.matMul(rows, weights).reshape([batch, vertexCount, -1]) as tf.Tensor3D;
      return mix.call(this, products, support, activation, residual);
    },
  });
}

/** act(Z₀ + S·Z₁ + b), and with a residual R ½(R + act(…)); Z₀ and Z₁ side by side in `products`. */
function mix(
  this: GraphConvolution,
  products: tf.Tensor3D,
  support: GraphSupport,
  activation: 'relu' | 'linear',
  residual?: tf.Tensor3D,
): tf.Tensor3D {
  const [batch, vertexCount, doubled] = products.shape;
  const channels = doubled / 2;
  const { bias } = this as unknown as { bias: tf.Tensor1D };
  const scale = residual ? 0.5 : 1;
  return hostFunction<Float32Array>({
    inputs: residual ? [products, bias, residual] : [products, bias],
    shape: [batch, vertexCount, channels],
    readsInputs: false,
    forward([z, b, r], output) {
      for (let row = 0; row < output.length; row += channels) {
        for (let c = 0; c < channels; c++) output[row + c] = z[2 * row + c] + b[c];
      }
      addProduct(support, batch, channels, z, 2 * channels, channels, output, channels, 0);
      const factors = new Float32Array(output.length);
      for (let i = 0; i < output.length; i++) {
        const isActive = activation === 'linear' || output[i] > 0;
        factors[i] = isActive ? scale : 0;
        output[i] = isActive ? scale * output[i] : 0;
      }
      if (r) for (let i = 0; i < output.length; i++) output[i] += 0.5 * r[i];
      return factors;
    },
    backward(upstream, _inputs, [dz, db, dr], factors) {
      const sums = new Float64Array(channels);
      for (let row = 0; row < upstream.length; row += channels) {
        for (let c = 0; c < channels; c++) {
          const g = factors[row + c] * upstream[row + c];
          dz[2 * row + c] = g;
          sums[c] += g;
        }
      }
      addProduct(support.transpose, batch, channels, dz, 2 * channels, 0, dz, 2 * channels, channels);
      db.set(sums);
      if (dr) for (let i = 0; i < dr.length; i++) dr[i] = 0.5 * upstream[i];
    },
  }) as tf.Tensor3D;
}

/** Adds matrix · from to `to`; rows of both are `stride` apart, the first one at `offset`. */
function addProduct(
  { offsets, indices, values }: SparseRows,
  batch: number,
  channels: number,
  from: RealArray,
  fromStride: number,
  fromOffset: number,
  to: RealArray,
  toStride: number,
  toOffset: number,
): void {
  const vertexCount = offsets.length - 1;
  for (let first = 0; first < batch * vertexCount; first += vertexCount) {
    for (let v = 0; v < vertexCount; v++) {
      const row = (first + v) * toStride + toOffset;
      for (let k = offsets[v]; k < offsets[v + 1]; k++) {
        const start = (first + indices[k]) * fromStride + fromOffset;
        for (let c = 0; c < channels; c++) to[row + c] += values[k] * from[start + c];
      }
    }
  }
}
