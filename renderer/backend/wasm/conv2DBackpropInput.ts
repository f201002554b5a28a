// Gradient of tf.conv2d with respect to its input: the upstream gradient times the transposed filter gives the gradients of the
// input's patches, which are added where they overlap.

import * as tf from '@tensorflow/tfjs';
import { multiply, transpose } from './gemm.ts';
import { addressOf, floatsAt, sizeOf, type WasmBackend, withScratch } from './memory.ts';
import { addPatches, patchesSize, picturesAtOnce } from './patches.ts';

interface Conv2DBackpropInputAttrs {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  inputShape: [number, number, number, number];
}

export const conv2DBackpropInput: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropInput,
  backendName: 'wasm',
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { dy, filter } = inputs as unknown as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const { strides, pad, dataFormat, dimRoundingMode, inputShape } =
      attrs as unknown as Conv2DBackpropInputAttrs;
    if (dataFormat !== 'NHWC') throw new Error(`conv2d on the wasm back end takes NHWC, not ${dataFormat}`);
    const info = tf.backend_util.computeConv2DInfo(
      inputShape,
      filter.shape as [number, number, number, number],
      strides,
      1,
      pad,
      dimRoundingMode,
    );
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
