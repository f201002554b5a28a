// Gradient of tf.conv2d with respect to its filter, which the wasm back end lacks: the input's patches, transposed, times the
// upstream gradient, a few pictures of the batch at a time so that the patches stay in cache.

import * as tf from '@tensorflow/tfjs';
import { type Conv2DAttrs, conv2DInfo } from './conv2DInfo.ts';
import { multiply } from './gemm.ts';
import { addressOf, floatsAt, type WasmBackend, withScratch } from './memory.ts';
import { gatherPatches, patchesSize, picturesAtOnce } from './patches.ts';

export const conv2DBackpropFilter: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropFilter,
  backendName: 'wasm',
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { x, dy } = inputs as unknown as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const { filterShape, ...convolution } = attrs as unknown as Conv2DAttrs & { filterShape: number[] };
    const info = conv2DInfo(x.shape, filterShape, convolution);
    const [xAddress, dyAddress] = [addressOf(backend, x), addressOf(backend, dy)];
    const output = backend.makeOutput(filterShape, 'float32');
    const out = addressOf(backend, output);

    const { batchSize, outChannels } = info;
    const pictureSize = info.inHeight * info.inWidth * info.inChannels;
    const windows = info.outHeight * info.outWidth;
    const taps = info.filterHeight * info.filterWidth * info.inChannels;
    const group = picturesAtOnce(info, batchSize);
    withScratch(backend, [group * patchesSize(info), taps * outChannels], (patchesAddress, partAddress) => {
      floatsAt(backend, out, taps * outChannels).fill(0);
      for (let first = 0; first < batchSize; first += group) {
        const count = Math.min(group, batchSize - first);
        const pitch = count * windows;
        const patches = floatsAt(backend, patchesAddress, taps * pitch);
        for (let i = 0; i < count; i++) {
          const picture = floatsAt(backend, xAddress + 4 * (first + i) * pictureSize, pictureSize);
          gatherPatches(picture, patches, info, i * windows, pitch);
        }
        const upstream = dyAddress + 4 * first * windows * outChannels;
        multiply(backend, patchesAddress, upstream, partAddress, taps, pitch, outChannels);
        const sum = floatsAt(backend, out, taps * outChannels);
        const part = floatsAt(backend, partAddress, taps * outChannels);
        for (let i = 0; i < sum.length; i++) sum[i] += part[i];
      }
    });
    return output;
  },
};
