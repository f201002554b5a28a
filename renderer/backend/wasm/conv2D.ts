// tf.conv2d and tf.fused.conv2d on the wasm back end: patches times filter, with bias and rectifier in the product. What goes
// beyond (dilation, other activations) is left to the stock kernels.

import type * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import type { Own } from '../../kernels/simd/threads.ts';
import { type Band, type Conv2DAttrs, Convolution, gather, moveCalls, patchesOf } from './convolution.ts';
import { isOwnProduct, multiply, productCall, takeProductWork } from './gemm.ts';
import { addressOf, filled, type WasmBackend } from './memory.ts';

interface FusedAttrs extends Conv2DAttrs {
  dilations: [number, number] | number;
  activation?: string;
}

/** The kernel, given the stock one that it stands before: tf.Conv2D's or tf.FusedConv2D's. */
export function conv2D(stock: tf.KernelConfig): tf.KernelConfig {
  return {
    ...stock,
    kernelFunc(call) {
      const backend = call.backend as WasmBackend;
      const { x, filter, bias } = call.inputs as unknown as Record<string, tf.TensorInfo>;
      const attrs = call.attrs as unknown as FusedAttrs;
      if (!isOurs(attrs, bias, filter)) return stock.kernelFunc(call);
      const convolution = new Convolution(x.shape, filter.shape, attrs);
      const { taps, outChannels, isPointwise } = convolution;
      const [input, weights] = [addressOf(backend, x), addressOf(backend, filter)];
      const biasAddress = bias && addressOf(backend, bias);
      const { scratch, threads } = simd()!;
      const product = <Address extends number | Own>(band: Band, a: Address, out: number) => ({
        m: convolution.windowsOf(band),
        n: outChannels,
        k: taps,
        a,
        b: weights,
        c: out + 4 * convolution.outputOffset(band),
        bias: biasAddress,
        rectify: attrs.activation === 'relu',
      });
      const patchBytes = isPointwise ? 0 : 4 * convolution.patchesSize;
      return filled(backend, convolution.outShape, (out) =>
        scratch.run(() => {
          const work = takeProductWork();
          const { bands } = convolution;
          if (bands.length >= 2 * threads.count && isOwnProduct()) {
            // A band, from its patches to its outputs, is a thread's.
            const patches = threads.own(patchBytes);
            const tasks = bands.map((band) => [
              ...moveCalls(convolution, band, false, input, patches),
              productCall(product(band, patchesOf(convolution, band, input, patches), out), work),
            ]);
            threads.run(convolution.time, tasks);
            return;
          }
          const patches = scratch.take(patchBytes);
          for (const band of bands) {
            multiply(product(band, gather(convolution, band, input, patches), out), work);
          }
        }),
      );
    },
  };
}

function isOurs(
  { dilations, activation }: FusedAttrs,
  bias: tf.TensorInfo | undefined,
  filter: tf.TensorInfo,
) {
  const isDense = [dilations].flat().every((dilation) => dilation === 1);
  const isKnown = activation === undefined || activation === 'linear' || activation === 'relu';
  return isDense && isKnown && (!bias || (bias.shape.length === 1 && bias.shape[0] === filter.shape[3]));
}
