// Convolution as a matrix product: the patches under the filter's windows, gathered from a picture (im2col) or added back to it
// (col2im). Pictures are [H, W, C], row-major; windows that reach outside the picture see zeros there.

import type { backend_util } from '@tensorflow/tfjs';

/** Sizes of a convolution, as TensorFlow.js computes them; channels last, no dilation. */
export type ConvInfo = Pick<
  backend_util.Conv2DInfo,
  | 'inHeight'
  | 'inWidth'
  | 'inChannels'
  | 'outHeight'
  | 'outWidth'
  | 'filterHeight'
  | 'filterWidth'
  | 'strideHeight'
  | 'strideWidth'
  | 'padInfo'
>;

/** Number of elements of one picture's patches: windows × filter taps × channels. */
export const patchesSize = (info: ConvInfo) =>
  info.outHeight * info.outWidth * info.filterHeight * info.filterWidth * info.inChannels;

/** Floats of patches held at a time, unless one picture has more: they fit the second-level cache. */
const patchesLimit = 1 << 18;

/** How many pictures of a batch to work on together. */
export const picturesAtOnce = (info: ConvInfo, batchSize: number) =>
  Math.max(1, Math.min(batchSize, Math.floor(patchesLimit / patchesSize(info))));

/**
 * Gathers the patches of one picture, transposed: patches[tap, channel][window], taps row by row. Rows of `patches` are `pitch`
 * long, so that several pictures' windows can stand side by side.
 */
export function gatherPatches(
  picture: Float32Array,
  patches: Float32Array,
  info: ConvInfo,
  start: number,
  pitch: number,
): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth } = info;
  const { top, left } = info.padInfo;
  const step = strideWidth * inChannels;
  let row = start;
  for (let tapY = 0; tapY < info.filterHeight; tapY++) {
    for (let tapX = 0; tapX < info.filterWidth; tapX++) {
      // Windows [first, last) see a column of the picture under this tap.
      const first = Math.min(outWidth, Math.max(0, Math.ceil((left - tapX) / strideWidth)));
      const last = Math.max(first, Math.min(outWidth, Math.ceil((inWidth + left - tapX) / strideWidth)));
      for (let channel = 0; channel < inChannels; channel++, row += pitch) {
        let to = row;
        for (let outY = 0; outY < outHeight; outY++, to += outWidth) {
          const y = outY * strideHeight + tapY - top;
          if (y < 0 || y >= inHeight) {
            patches.fill(0, to, to + outWidth);
            continue;
          }
          let from = (y * inWidth + first * strideWidth + tapX - left) * inChannels + channel;
          for (let outX = 0; outX < first; outX++) patches[to + outX] = 0;
          for (let outX = first; outX < last; outX++, from += step) patches[to + outX] = picture[from];
          for (let outX = last; outX < outWidth; outX++) patches[to + outX] = 0;
        }
      }
    }
  }
}

/** Adds patches[window][tap, channel] to the pixels that they came from. */
export function addPatches(patches: Float32Array, picture: Float32Array, info: ConvInfo): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = info;
  const { top, left } = info.padInfo;
  const tapRow = filterWidth * inChannels;
  let patch = 0;
  for (let outY = 0; outY < outHeight; outY++) {
    for (let outX = 0; outX < outWidth; outX++) {
      const x = outX * info.strideWidth - left;
      // Taps of one row lie side by side in the picture too: one run, cut at the picture's edges.
      const first = Math.max(0, -x) * inChannels;
      const last = Math.min(filterWidth, inWidth - x) * inChannels;
      for (let tapY = 0; tapY < filterHeight; tapY++, patch += tapRow) {
        const y = outY * info.strideHeight + tapY - top;
        if (y < 0 || y >= inHeight) continue;
        const to = (y * inWidth + x) * inChannels;
        for (let i = first; i < last; i++) picture[to + i] += patches[patch + i];
      }
    }
  }
}
