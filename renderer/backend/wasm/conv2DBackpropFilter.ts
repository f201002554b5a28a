// Gradient of tf.conv2d with respect to its filter, which the wasm back end lacks: the transposed patches of the input times the
// upstream gradient, summed over bands of windows.

import * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import { type Conv2DAttrs, Convolution, gather } from './convolution.ts';
import { multiply, takeProductWork } from './gemm.ts';
import { addressOf, filled, floatsAt, sizeOf, type WasmBackend } from './memory.ts';

export const conv2DBackpropFilter: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropFilter,
  backendName: 'wasm',
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { x, dy } = inputs as unknown as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const { filterShape, ...rest } = attrs as unknown as Conv2DAttrs & { filterShape: number[] };
    const convolution = new Convolution(x.shape, filterShape, rest);
    const { taps, outChannels } = convolution;
    const [input, upstream] = [addressOf(backend, x), addressOf(backend, dy)];
    const { scratch } = simd()!;
    return filled(backend, filterShape, (out) =>
      scratch.run(() => {
        const work = takeProductWork();
        const patches = scratch.take(convolution.isPointwise ? 0 : 4 * convolution.patchesSize);
        const { bands } = convolution;
        if (bands.length === 0) floatsAt(backend, out, sizeOf(filterShape)).fill(0);
        for (const [i, band] of bands.entries()) {
          multiply(
            {
              m: taps,
              n: outChannels,
              k: convolution.windowsOf(band),
              a: gather(convolution, band, input, patches),
              transposeA: true,
              b: upstream + 4 * convolution.outputOffset(band),
              c: out,
              adds: i > 0,
            },
            work,
          );
        }
      }),
    );
  },
};
