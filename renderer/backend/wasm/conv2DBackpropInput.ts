// Gradient of tf.conv2d with respect to its input: the upstream gradient times the transposed filter gives the gradients of the
// input's patches, which are added where they overlap.

import * as tf from '@tensorflow/tfjs';
import { type Conv2DAttrs, conv2DInfo } from './conv2DInfo.ts';
import { multiply, transpose } from './gemm.ts';
import { addressOf, floatsAt, sizeOf, type WasmBackend, withScratch } from './memory.ts';
import { addPatches, patchesSize, picturesAtOnce } from './patches.ts';

export const conv2DBackpropInput: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropInput,
  backendName: 'wasm',
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { dy, filter } = inputs as unknown as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const { inputShape, ...convolution } = attrs as unknown as Conv2DAttrs & { inputShape: number[] };
    const info = conv2DInfo(inputShape, filter.shape, convolution);
    const [dyAddress, filterAddress] = [addressOf(backend, dy), addressOf(backend, filter)];
    const output = backend.makeOutput(inputShape, 'float32');
    const out = addressOf(backend, output);

    const { batchSize, outChannels } = info;
    const pictureSize = info.inHeight * info.inWidth * info.inChannels;
    const windows = info.outHeight * info.outWidth;
    const taps = info.filterHeight * info.filterWidth * info.inChannels;
    const group = picturesAtOnce(info, batchSize);
    withScratch(
      backend,
      [group * patchesSize(info), taps * outChannels],
      (patchesAddress, transposedAddress) => {
        transpose(backend, filterAddress, transposedAddress, taps, outChannels);
        floatsAt(backend, out, sizeOf(inputShape)).fill(0);
        for (let first = 0; first < batchSize; first += group) {
          const count = Math.min(group, batchSize - first);
          const upstream = dyAddress + 4 * first * windows * outChannels;
          multiply(backend, upstream, transposedAddress, patchesAddress, count * windows, outChannels, taps);
          for (let i = 0; i < count; i++) {
            const patches = floatsAt(backend, patchesAddress + 4 * i * patchesSize(info), patchesSize(info));
            const picture = floatsAt(backend, out + 4 * (first + i) * pictureSize, pictureSize);
            addPatches(patches, picture, info);
          }
        }
      },
    );
    return output;
  },
};
