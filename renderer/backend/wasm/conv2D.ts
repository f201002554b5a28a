// tf.conv2d and tf.fused.conv2d on the wasm back end: patches times filter, with bias and rectifier in the product. What goes
// beyond (dilation, other activations) is left to the stock kernels.

import type * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import { type Conv2DAttrs, Convolution, forEachPatches } from './convolution.ts';
import { multiply, multiplyScratch } from './gemm.ts';
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
      const { scratch } = simd()!;
      return filled(backend, convolution.outShape, (out) =>
        scratch.run(() => {
          const work = scratch.take(multiplyScratch());
          const patches = scratch.take(isPointwise ? 0 : 4 * convolution.patchesSize);
          forEachPatches(convolution, input, patches, (band, rows, windows) =>
            multiply(
              {
                m: windows,
                n: outChannels,
                k: taps,
                a: rows,
                b: weights,
                c: out + 4 * convolution.outputOffset(band),
                bias: biasAddress,
                rectify: attrs.activation === 'relu',
              },
              work,
            ),
          );
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
