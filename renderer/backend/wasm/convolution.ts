// A convolution as a matrix product: its sizes, and the bands of windows whose patches are gathered at a time, so that they stay in
// cache. A band is several pictures of a batch, or some rows of windows of one picture.

import * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import type { PatchSizes } from '../../kernels/simd/networkExports.ts';
import type { Call, Own } from '../../kernels/simd/threads.ts';
import { productTime } from './gemm.ts';

type Shape4 = [number, number, number, number];

export interface Conv2DAttrs {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Floats of patches gathered at a time, unless one row of windows has more: half of a second-level cache of 1 MB. Every band reads the whole
 * filter or adds to all of its gradient, which would be most of the work where it has more weights than that: then as many patches as weights,
 * up to 4 MB of them.
 */
const fewestPatches = 1 << 17;
const mostPatches = 1 << 20;

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
    const limit = Math.min(mostPatches, Math.max(fewestPatches, this.taps * this.outChannels));
    const pictures = Math.max(1, Math.floor(limit / (outHeight * rowSize)));
    const rows = Math.min(outHeight, Math.max(1, Math.floor(limit / rowSize)));
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

  /** About how long one thread takes, forward or back to one of the factors, in nanoseconds. */
  get time(): number {
    const { batchSize, outHeight, outWidth } = this.#info;
    const windows = batchSize * outHeight * outWidth;
    return productTime(windows, this.outChannels, this.taps) + 0.5 * windows * this.taps;
  }

  /** Floats of patches of the largest band. */
  get patchesSize(): number {
    return Math.max(0, ...this.bands.map((band) => this.windowsOf(band) * this.taps));
  }

  /** A band cut into some `count` smaller ones: by pictures, or where it is one, by rows. */
  piecesOf(band: Band, count: number): Band[] {
    if (band.pictures > 1) {
      return Array.from({ length: band.pictures }, (_, i) => ({
        ...band,
        first: band.first + i,
        pictures: 1,
      }));
    }
    const rows = Math.ceil(band.rows / count);
    return Array.from({ length: Math.ceil(band.rows / rows) }, (_, i) => ({
      ...band,
      row: band.row + i * rows,
      rows: Math.min(rows, band.rows - i * rows),
    }));
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

/** Where the patches of a band lie once they are gathered: in `patches`, unless they lie in the input already. */
export const patchesOf = (convolution: Convolution, band: Band, input: number, patches: number | Own) =>
  convolution.isPointwise ? input + 4 * windowOffset(convolution, band) : patches;

/**
 * Calls that gather the patches of a band, or, with `adds`, add them back to the pictures that they came from. None where patches lie in
 * the input.
 */
export function moveCalls(
  convolution: Convolution,
  band: Band,
  adds: boolean,
  pictures: number,
  patches: number | Own,
): Call[] {
  if (convolution.isPointwise && !adds) return [];
  const size = (convolution.windowsOf(band) / band.pictures) * convolution.taps;
  return Array.from({ length: band.pictures }, (_, i) => {
    const picture = pictures + 4 * convolution.pictureOffset(band.first + i);
    return ['movePatches', adds, picture, shifted(patches, 4 * i * size), ...convolution.sizesOf(band)];
  });
}

/** Gathers the patches of a band, in several threads; returns where they lie. */
export function gather(convolution: Convolution, band: Band, input: number, patches: number): number {
  if (!convolution.isPointwise) {
    const { threads } = simd()!;
    const pieces = threads.count > 1 ? convolution.piecesOf(band, 2 * threads.count) : [band];
    const tasks = pieces.map((piece) => {
      const offset =
        (convolution.outputOffset(piece) - convolution.outputOffset(band)) / convolution.outChannels;
      return moveCalls(convolution, piece, false, input, patches + 4 * offset * convolution.taps);
    });
    threads.run(moveTime(convolution, band), tasks);
  }
  return patchesOf(convolution, band, input, patches) as number;
}

/** About how long one thread takes to move the patches of a band, in nanoseconds. */
export const moveTime = (convolution: Convolution, band: Band) =>
  0.5 * convolution.windowsOf(band) * convolution.taps;

const shifted = (address: number | Own, bytes: number) =>
  typeof address === 'number' ? address + bytes : address.at(bytes);

/** Offset in floats of a band's windows in the input of a pointwise convolution. */
const windowOffset = (convolution: Convolution, band: Band) =>
  (convolution.outputOffset(band) / convolution.outChannels) * convolution.taps;
