// Gradient of tf.conv2d with respect to its input: the upstream gradient times the transposed filter gives the gradients of the
// input's patches, which are added where they overlap.

import * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import type { Own } from '../../kernels/simd/threads.ts';
import { type Band, type Conv2DAttrs, Convolution, moveCalls } from './convolution.ts';
import { isOwnProduct, multiply, productCall, takeProductWork } from './gemm.ts';
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
    const { scratch, threads } = simd()!;
    const product = <Address extends number | Own>(band: Band, patches: Address) => ({
      m: convolution.windowsOf(band),
      n: taps,
      k: outChannels,
      a: upstream + 4 * convolution.outputOffset(band),
      b: weights,
      transposeB: true,
      c: patches,
    });
    return filled(backend, inputShape, (out) =>
      scratch.run(() => {
        const work = takeProductWork();
        floatsAt(backend, out, sizeOf(inputShape)).fill(0);
        // Bands of one picture overlap in it: they are one thread's, in their order.
        const groups = groupedByPicture(convolution.bands);
        if (groups.length >= threads.count && isOwnProduct() && outChannels > 0) {
          const patches = threads.own(4 * convolution.patchesSize);
          const tasks = groups.map((bands) =>
            bands.flatMap((band) => [
              productCall(product(band, patches), work),
              ...moveCalls(convolution, band, true, out, patches),
            ]),
          );
          threads.run(convolution.time, tasks);
          return;
        }
        const patches = scratch.take(4 * convolution.patchesSize);
        for (const band of convolution.bands) {
          multiply(product(band, patches), work);
          threads.run(0, [moveCalls(convolution, band, true, out, patches)]);
        }
      }),
    );
  },
};

/** Bands that begin with the same picture, which then are of that one alone. */
function groupedByPicture(bands: readonly Band[]): Band[][] {
  const groups: Band[][] = [];
  for (const band of bands) {
    if (groups.at(-1)?.[0].first === band.first) groups.at(-1)!.push(band);
    else groups.push([band]);
  }
  return groups;
}
