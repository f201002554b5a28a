// What a graph convolution does after its dense products: act(Z₀ + S·Z₁ + b), S the matrix that mixes neighbouring vertices, in one
// loop forward and one back.

import * as tf from '@tensorflow/tfjs';
import {
  type HostKernel,
  hostFunction,
  type RealArray,
  type Scratch,
  type Simd,
  simdFor,
} from '../../renderer/backend/index.ts';
import { sparseProduct } from '../../renderer/kernels/webgpu/index.ts';
import type { GraphSupport, SparseRows } from './graphSupport.ts';

export type GraphActivation = 'relu' | 'linear';

/**
 * act(Z₀ + S·Z₁ + b), and with a `residual` R the mean ½(R + act(…)) that Pixel2Mesh's residual blocks end with.
 *
 * @param products [B, V, 2C]: Z₀ in the first C columns, Z₁ in the last
 * @param bias [C]
 * @param residual [B, V, C]
 * @returns [B, V, C]
 */
export function mixNeighbours(
  products: tf.Tensor3D,
  bias: tf.Tensor1D,
  support: GraphSupport,
  activation: GraphActivation,
  residual?: tf.Tensor3D,
): tf.Tensor3D {
  const [batch, vertexCount, doubled] = products.shape;
  const channels = doubled / 2;
  return hostFunction({
    inputs: residual ? [products, bias, residual] : [products, bias],
    shape: [batch, vertexCount, channels],
    ...mixKernel(support, { batch, vertexCount, channels }, activation),
    onDevice: () => mixOnDevice(products, bias, support, activation, residual),
  }) as tf.Tensor3D;
}

function mixOnDevice(
  products: tf.Tensor3D,
  bias: tf.Tensor1D,
  { vertexCount, offsets, indices: columns, values }: GraphSupport,
  activation: GraphActivation,
  residual?: tf.Tensor3D,
): tf.Tensor3D {
  const [own, others] = tf.split(products, 2, 2) as tf.Tensor3D[];
  const mixed = own
    .add(sparseProduct({ columnCount: vertexCount, offsets, columns, values }, others))
    .add(bias);
  const activated = activation === 'relu' ? tf.relu(mixed) : mixed;
  return (residual ? residual.add(activated).mul(0.5) : activated) as tf.Tensor3D;
}

/** `mixNeighbours` on arrays: products, bias and, where there are three inputs, the residual. */
export function mixKernel(
  support: GraphSupport,
  sizes: Sizes,
  activation: GraphActivation,
): HostKernel<Uint8Array> {
  const rectify = activation === 'relu';
  return {
    fills: 'output and gradients',
    readsInputs: false,
    forward([z, b, r], output) {
      const compiled = simdFor(z, b, output);
      if (!compiled) return mixForward(z, b, r, support, sizes, rectify, output);
      return mixCompiled(compiled, addresses(z, b, r, output), support, sizes, rectify);
    },
    backward(upstream, _inputs, [dz, db, dr], active) {
      const compiled = simdFor(upstream, dz, db);
      if (!compiled) {
        mixBackward(upstream, active, support, sizes, dz, db, dr);
        return;
      }
      const gradients = { products: dz.byteOffset, bias: db, residual: dr?.byteOffset ?? 0 };
      mixBackwardCompiled(compiled, upstream.byteOffset, active, support, sizes, gradients);
    },
  };
}

const addresses = (
  products: RealArray,
  bias: RealArray,
  residual: RealArray | undefined,
  output: RealArray,
) => ({
  products: products.byteOffset,
  bias: bias.byteOffset,
  residual: residual?.byteOffset ?? 0,
  output: output.byteOffset,
});

/** Rows of channels: a row a vertex of each item of a batch. */
export interface Sizes {
  batch: number;
  vertexCount: number;
  channels: number;
}

/**
 * Fills `output` and returns which elements let their gradient through the activation: a bit each, four channels a byte. Beside a
 * residual, all gradients are halved.
 */
function mixForward(
  z: RealArray,
  bias: RealArray,
  residual: RealArray | undefined,
  support: GraphSupport,
  sizes: Sizes,
  rectify: boolean,
  output: RealArray,
): Uint8Array {
  const { channels } = sizes;
  for (let row = 0; row < output.length; row += channels) {
    for (let c = 0; c < channels; c++) output[row + c] = z[2 * row + c] + bias[c];
  }
  addProduct(support, z, 2 * channels, channels, output, channels, 0, sizes);
  const active = new Uint8Array(activeBytes(sizes));
  const rowBytes = bytesOfRow(channels);
  for (let row = 0, at = 0; row < output.length; row += channels, at += rowBytes) {
    for (let c = 0; c < channels; c++) {
      if (!rectify || output[row + c] > 0) active[at + (c >> 2)] |= 1 << (c & 3);
      else output[row + c] = Math.max(0, output[row + c]);
    }
  }
  if (residual) for (let i = 0; i < output.length; i++) output[i] = 0.5 * (output[i] + residual[i]);
  return active;
}

const bytesOfRow = (channels: number) => (channels + 3) >> 2;

const activeBytes = ({ batch, vertexCount, channels }: Sizes) => batch * vertexCount * bytesOfRow(channels);

function mixBackward(
  upstream: RealArray,
  active: Uint8Array,
  support: GraphSupport,
  sizes: Sizes,
  dz: RealArray,
  dBias: RealArray,
  dResidual: RealArray | undefined,
): void {
  const { channels } = sizes;
  const scale = dResidual ? 0.5 : 1;
  dz.fill(0);
  const biasSums = new Float64Array(channels);
  const rowBytes = bytesOfRow(channels);
  for (let row = 0, at = 0; row < upstream.length; row += channels, at += rowBytes) {
    for (let c = 0; c < channels; c++) {
      const isActive = (active[at + (c >> 2)] >> (c & 3)) & 1;
      const g = isActive ? scale * upstream[row + c] : 0;
      dz[2 * row + c] = g;
      biasSums[c] += g;
    }
  }
  addProduct(support.transpose, dz, 2 * channels, 0, dz, 2 * channels, channels, sizes);
  dBias.set(biasSums);
  if (dResidual) for (let i = 0; i < dResidual.length; i++) dResidual[i] = 0.5 * upstream[i];
}

/** `mixNeighbours` by the compiled kernel, on addresses; returns what `mixForward` returns. */
export function mixCompiled(
  { exports, scratch }: Simd,
  { products, bias, residual, output }: { products: number; bias: number; residual: number; output: number },
  support: GraphSupport,
  sizes: Sizes,
  rectify: boolean,
): Uint8Array {
  const size = activeBytes(sizes);
  const active = scratch.take(size);
  const rows = rowsIn(scratch, support);
  const { batch, vertexCount, channels } = sizes;
  exports.mixNeighbours(
    products,
    bias,
    residual,
    ...rows,
    batch,
    vertexCount,
    channels,
    rectify,
    output,
    active,
  );
  return scratch.bytes(active, size).slice();
}

/** The gradient of `mixCompiled`: fills those at the addresses, of which that of the residual may be 0 for none, and dBias. */
export function mixBackwardCompiled(
  { exports, scratch }: Simd,
  upstream: number,
  active: Uint8Array,
  support: GraphSupport,
  { batch, vertexCount, channels }: Sizes,
  gradients: { products: number; bias: RealArray; residual: number },
): void {
  const sums = scratch.copy(new Float64Array(channels));
  exports.mixNeighboursBackward(
    upstream,
    scratch.copy(active),
    ...rowsIn(scratch, support.transpose),
    batch,
    vertexCount,
    channels,
    gradients.products,
    sums,
    gradients.residual,
  );
  gradients.bias.set(scratch.floats64(sums, channels));
}

/** Addresses of a matrix's offsets, indices and values. */
const rowsIn = (scratch: Scratch, { offsets, indices, values }: SparseRows) =>
  [scratch.copy(offsets), scratch.copy(indices), scratch.copy(values)] as const;

/**
 * Adds matrix · from to `to`, for every item of a batch. Both have rows of `channels` numbers, `stride` apart, the first one at
 * `offset`. Columns are taken three at a time, so that `to` is read and written a third as often.
 */
function addProduct(
  { offsets, indices, values }: SparseRows,
  from: RealArray,
  fromStride: number,
  fromOffset: number,
  to: RealArray,
  toStride: number,
  toOffset: number,
  { batch, vertexCount, channels }: Sizes,
): void {
  for (let item = 0; item < batch; item++) {
    const first = item * vertexCount;
    for (let v = 0; v < vertexCount; v++) {
      const row = (first + v) * toStride + toOffset;
      const end = offsets[v + 1];
      let k = offsets[v];
      for (; k + 2 < end; k += 3) {
        const a = (first + indices[k]) * fromStride + fromOffset;
        const b = (first + indices[k + 1]) * fromStride + fromOffset;
        const d = (first + indices[k + 2]) * fromStride + fromOffset;
        const wa = values[k];
        const wb = values[k + 1];
        const wd = values[k + 2];
        for (let c = 0; c < channels; c++) {
          to[row + c] += wa * from[a + c] + wb * from[b + c] + wd * from[d + c];
        }
      }
      for (; k < end; k++) {
        const a = (first + indices[k]) * fromStride + fromOffset;
        const weight = values[k];
        for (let c = 0; c < channels; c++) to[row + c] += weight * from[a + c];
      }
    }
  }
}
