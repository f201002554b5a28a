// Gradient of tf.image.resizeBilinear. The stock kernel ignores `halfPixelCenters`.

import * as tf from '@tensorflow/tfjs';
import { addressOf, floatsAt, sizeOf, type WasmBackend } from './memory.ts';

interface ResizeAttrs {
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

/** Between which two source positions each target position lies, and how near to the second: as the forward kernel takes them. */
function samples(source: number, target: number, { alignCorners, halfPixelCenters }: ResizeAttrs) {
  const scale = alignCorners && target > 1 ? (source - 1) / (target - 1) : source / target;
  return Array.from({ length: target }, (_, i) => {
    const position = halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale;
    const first = Math.max(0, Math.floor(position));
    return {
      first,
      second: Math.min(source - 1, Math.ceil(Math.max(0, position))),
      weight: position - first,
    };
  });
}

export const resizeBilinearGrad: tf.KernelConfig = {
  kernelName: tf.ResizeBilinearGrad,
  backendName: 'wasm',
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { dy, images } = inputs as unknown as { dy: tf.TensorInfo; images: tf.TensorInfo };
    const [batch, height, width, channels] = images.shape;
    const rows = samples(height, dy.shape[1], attrs as unknown as ResizeAttrs);
    const columns = samples(width, dy.shape[2], attrs as unknown as ResizeAttrs);
    const dyAddress = addressOf(backend, dy);
    const output = backend.makeOutput(images.shape, 'float32');
    const gradient = floatsAt(backend, addressOf(backend, output), sizeOf(images.shape)).fill(0);
    const upstream = floatsAt(backend, dyAddress, sizeOf(dy.shape));

    let from = 0;
    for (let item = 0; item < batch; item++) {
      for (const row of rows) {
        const top = (item * height + row.first) * width;
        const bottom = (item * height + row.second) * width;
        for (const column of columns) {
          const topLeft = (top + column.first) * channels;
          const topRight = (top + column.second) * channels;
          const bottomLeft = (bottom + column.first) * channels;
          const bottomRight = (bottom + column.second) * channels;
          for (let channel = 0; channel < channels; channel++) {
            const value = upstream[from++];
            const lower = value * row.weight;
            const upper = value - lower;
            gradient[topLeft + channel] += upper * (1 - column.weight);
            gradient[topRight + channel] += upper * column.weight;
            gradient[bottomLeft + channel] += lower * (1 - column.weight);
            gradient[bottomRight + channel] += lower * column.weight;
          }
        }
      }
    }
    return output;
  },
};
