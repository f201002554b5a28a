// What the two gradient kernels of a convolution are told about it, and the sizes that follow.

import * as tf from '@tensorflow/tfjs';

type Shape4 = [number, number, number, number];

export interface Conv2DAttrs {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Sizes, strides and padding of the convolution of an [B, H, W, C] input with an [h, w, C, C′] filter, without dilation. */
export function conv2DInfo(
  inputShape: number[],
  filterShape: number[],
  { strides, pad, dataFormat, dimRoundingMode }: Conv2DAttrs,
): tf.backend_util.Conv2DInfo {
  if (dataFormat !== 'NHWC') throw new Error(`conv2d on the wasm back end takes NHWC, not ${dataFormat}`);
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}
