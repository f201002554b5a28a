// A convolution as a matrix product: its sizes, and the bands of windows whose patches are gathered at a time, so that they stay in
// cache. A band is several pictures of a batch, or some rows of windows of one picture.

import * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import type { PatchSizes } from '../../kernels/simd/networkExports.ts';

type Shape4 = [number, number, number, number];

export interface Conv2DAttrs {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Floats of patches gathered at a time, unless one row of windows has more: half of a second-level cache of 1 MB. */
const patchesLimit = 1 << 17;

/** Rows of windows `row` up to `row + rows` of pictures `first` up to `first + pictures`; more than one picture only whole. */
export interface Band {
  first: number;
  pictures: number;
  row: number;
  rows: number;
}

/** The convolution of an [B, H, W, C] input with an [h, w, C, C′] filter, without dilation. */
export class Convolution {
  readonly outShape: number[];
  readonly outChannels: number;
  /** Numbers under one window: filter taps × channels. */
  readonly taps: number;
  /** Whether windows are pixels, so that the picture is its own patches. */
  readonly isPointwise: boolean;
  readonly bands: readonly Band[];
  readonly #info: tf.backend_util.Conv2DInfo;

  constructor(
    inputShape: number[],
    filterShape: number[],
    { strides, pad, dataFormat, dimRoundingMode }: Conv2DAttrs,
  ) {
    if (dataFormat !== 'NHWC') throw new Error(`conv2d on the wasm back end takes NHWC, not ${dataFormat}`);
    const info = tf.backend_util.computeConv2DInfo(
      inputShape as Shape4,
      filterShape as Shape4,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const { padInfo } = info;
    this.#info = info;
    this.outShape = info.outShape;
    this.outChannels = info.outChannels;
    this.taps = info.filterHeight * info.filterWidth * info.inChannels;
    this.isPointwise =
      info.filterHeight === 1 &&
      info.filterWidth === 1 &&
      info.strideHeight === 1 &&
      info.strideWidth === 1 &&
      padInfo.top + padInfo.bottom + padInfo.left + padInfo.right === 0;
    this.bands = this.#divide();
  }

  #divide(): Band[] {
    const { batchSize, outHeight, outWidth } = this.#info;
    const rowSize = outWidth * this.taps;
    const pictures = Math.max(1, Math.floor(patchesLimit / (outHeight * rowSize)));
    const rows = Math.min(outHeight, Math.max(1, Math.floor(patchesLimit / rowSize)));
    const bands: Band[] = [];
    for (let first = 0; first < batchSize; first += pictures) {
      for (let row = 0; row < outHeight; row += rows) {
        bands.push({
          first,
          pictures: Math.min(pictures, batchSize - first),
          row,
          rows: Math.min(rows, outHeight - row),
        });
      }
    }
    return bands;
  }

  /** Floats of patches of the largest band. */
  get patchesSize(): number {
    return Math.max(0, ...this.bands.map((band) => this.windowsOf(band) * this.taps));
  }

  windowsOf({ pictures, rows }: Band): number {
    return pictures * rows * this.#info.outWidth;
  }

  /** Offset in floats of a picture of the input. */
  pictureOffset(picture: number): number {
    const { inHeight, inWidth, inChannels } = this.#info;
    return picture * inHeight * inWidth * inChannels;
  }

  /** Offset in floats of a band's outputs. */
  outputOffset({ first, row }: Band): number {
    const { outHeight, outWidth, outChannels } = this.#info;
    return (first * outHeight + row) * outWidth * outChannels;
  }

  /** What the loops over patches of one picture of a band are told. */
  sizesOf({ row, rows }: Band): PatchSizes {
    const info = this.#info;
    return [
      info.inHeight,
      info.inWidth,
      info.inChannels,
      rows,
      info.outWidth,
      info.filterHeight,
      info.filterWidth,
      info.strideHeight,
      info.strideWidth,
      info.padInfo.top - row * info.strideHeight,
      info.padInfo.left,
    ];
  }
}

/** Addresses of the patches of every band, one after the other; they are gathered into `patches` unless they lie in the input. */
export function forEachPatches(
  convolution: Convolution,
  input: number,
  patches: number,
  visit: (band: Band, patches: number, windows: number) => void,
): void {
  for (const band of convolution.bands) {
    const windows = convolution.windowsOf(band);
    if (convolution.isPointwise) {
      visit(band, input + 4 * windowOffset(convolution, band), windows);
      continue;
    }
    const size = (windows / band.pictures) * convolution.taps;
    for (let i = 0; i < band.pictures; i++) {
      const picture = input + 4 * convolution.pictureOffset(band.first + i);
      simd()!.exports.movePatches(false, picture, patches + 4 * i * size, ...convolution.sizesOf(band));
    }
    visit(band, patches, windows);
  }
}

/** Offset in floats of a band's windows in the input of a pointwise convolution. */
const windowOffset = (convolution: Convolution, band: Band) =>
  (convolution.outputOffset(band) / convolution.outChannels) * convolution.taps;
