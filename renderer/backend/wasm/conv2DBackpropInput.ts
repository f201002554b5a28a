// Gradient of tf.conv2d with respect to its input: the upstream gradient times the transposed filter gives the gradients of the
// input's patches, which are added where they overlap.

import * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import { type Conv2DAttrs, Convolution } from './convolution.ts';
import { multiply, multiplyScratch } from './gemm.ts';
import { addressOf, filled, floatsAt, sizeOf, type WasmBackend } from './memory.ts';

export const conv2DBackpropInput: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropInput,
  backendName: 'wasm',
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { dy, filter } = inputs as unknown as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const { inputShape, ...rest } = attrs as unknown as Conv2DAttrs & { inputShape: number[] };
    const convolution = new Convolution(inputShape, filter.shape, rest);
    const { taps, outChannels } = convolution;
    const [upstream, weights] = [addressOf(backend, dy), addressOf(backend, filter)];
    const { exports, scratch } = simd()!;
    return filled(backend, inputShape, (out) =>
      scratch.run(() => {
        const work = scratch.take(multiplyScratch());
        const patches = scratch.take(4 * convolution.patchesSize);
        floatsAt(backend, out, sizeOf(inputShape)).fill(0);
        for (const band of convolution.bands) {
          const windows = convolution.windowsOf(band);
          multiply(
            {
              m: windows,
              n: taps,
              k: outChannels,
              a: upstream + 4 * convolution.outputOffset(band),
              b: weights,
              transposeB: true,
              c: patches,
            },
            work,
          );
          const size = (windows / band.pictures) * taps;
          for (let i = 0; i < band.pictures; i++) {
            const picture = out + 4 * convolution.pictureOffset(band.first + i);
            exports.movePatches(true, picture, patches + 4 * i * size, ...convolution.sizesOf(band));
          }
        }
      }),
    );
  },
};
