// Gradient of tf.maxPool. The stock kernel adds into memory that it has not cleared, so its result depends on what lay there.

import * as tf from '@tensorflow/tfjs';
import { addressOf, floatsAt, sizeOf, type WasmBackend } from './memory.ts';

interface MaxPoolAttrs {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export const maxPoolGrad: tf.KernelConfig = {
  kernelName: tf.MaxPoolGrad,
  backendName: 'wasm',
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { dy, input } = inputs as unknown as { dy: tf.TensorInfo; input: tf.TensorInfo };
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPoolAttrs;
    const info = tf.backend_util.computePool2DInfo(
      input.shape as [number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const [dyAddress, inputAddress] = [addressOf(backend, dy), addressOf(backend, input)];
    const output = backend.makeOutput(input.shape, 'float32');
    addUpstream(
      floatsAt(backend, dyAddress, sizeOf(dy.shape)),
      floatsAt(backend, inputAddress, sizeOf(input.shape)),
      floatsAt(backend, addressOf(backend, output), sizeOf(input.shape)).fill(0),
      info,
    );
    return output;
  },
};

/** Adds the gradient at each window to the window's largest input; to the first one, row by row, where several are largest. */
function addUpstream(
  upstream: Float32Array,
  input: Float32Array,
  gradient: Float32Array,
  info: tf.backend_util.Conv2DInfo,
): void {
  const { inHeight, inWidth, inChannels: channels } = info;
  let window = 0;
  for (let item = 0; item < info.batchSize; item++) {
    for (let outY = 0; outY < info.outHeight; outY++) {
      const top = outY * info.strideHeight - info.padInfo.top;
      const [y0, y1] = [Math.max(0, top), Math.min(inHeight, top + info.filterHeight)];
      for (let outX = 0; outX < info.outWidth; outX++) {
        const left = outX * info.strideWidth - info.padInfo.left;
        const [x0, x1] = [Math.max(0, left), Math.min(inWidth, left + info.filterWidth)];
        for (let channel = 0; channel < channels; channel++) {
          let largest = ((item * inHeight + y0) * inWidth + x0) * channels + channel;
          for (let y = y0; y < y1; y++) {
            for (let x = x0; x < x1; x++) {
              const place = ((item * inHeight + y) * inWidth + x) * channels + channel;
              if (input[place] > input[largest]) largest = place;
            }
          }
          gradient[largest] += upstream[window++];
        }
      }
    }
  }
}
