// Forward convolutions with padding 'same' and a stride so long that windows leave rows or columns of the picture unused. The
// stock kernels return zeros there: they get the padding spelt out instead, which they compute rightly.

import * as tf from '@tensorflow/tfjs';

type Shape4D = [number, number, number, number];

interface ConvAttrs {
  strides: [number, number] | number;
  dilations: [number, number] | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
}

/** The kernel, given the stock one that it stands before: tf.Conv2D's or tf.FusedConv2D's. */
export function withSamePadding(stock: tf.KernelConfig): tf.KernelConfig {
  return {
    ...stock,
    kernelFunc(call) {
      const attrs = call.attrs as unknown as ConvAttrs;
      if (attrs.pad !== 'same') return stock.kernelFunc(call);
      const { x, filter } = call.inputs as unknown as Record<string, tf.TensorInfo>;
      const info = tf.backend_util.computeConv2DInfo(
        x.shape as Shape4D,
        filter.shape as Shape4D,
        attrs.strides,
        attrs.dilations,
        'same',
      );
      const unusedRows =
        info.inHeight - (info.outHeight - 1) * info.strideHeight - info.effectiveFilterHeight;
      const unusedColumns = info.inWidth - (info.outWidth - 1) * info.strideWidth - info.effectiveFilterWidth;
      if (unusedRows <= 0 && unusedColumns <= 0) return stock.kernelFunc(call);
      const { top, bottom, left, right } = info.padInfo;
      const pad = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];
      return stock.kernelFunc({ ...call, attrs: { ...call.attrs, pad } as unknown as tf.NamedAttrMap });
    },
  };
}
