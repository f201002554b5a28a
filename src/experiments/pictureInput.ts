// A picture of any kind becomes what a trained network takes: the object cut out, and framed as the training pictures framed theirs.

import ndarray, { type NdArray } from 'ndarray';
import { FileError } from '../../renderer/errors.ts';
import { type ByteImage, resizeImage } from '../../renderer/io/index.ts';
import type { TrainConfig } from '../config/schema/index.ts';
import type { Dataset } from '../datasets/sample.ts';
import { spread } from '../datasets/spread.ts';
import type { NetworkInput } from '../runs/networkInput.ts';
import { meanFraming, reframed } from './framing.ts';
import { chooseObjects } from './objects.ts';
import { cutFromWhite, whiteShareOfBorder, whiteTolerance } from './whiteBackground.ts';

/** How many training pictures the mean framing is of. */
const measuredPictures = 500;

/** Larger pictures are scaled down to this width or height before anything else. */
const mostPixels = 1024;

/** Alpha below this is transparent: an opaque picture has none. */
const transparent = 0.5;

/** What share of an opaque picture's outermost pixels must be white. */
const leastWhite = 0.75;

/** Describes the pictures that a config trains on, from some of them, spread evenly. */
export function describeInput(config: TrainConfig, dataset: Dataset): NetworkInput {
  const objects = spread(chooseObjects(dataset, config, 'train'), measuredPictures);
  const each = Math.ceil(measuredPictures / objects.length);
  function* pictures() {
    for (const [i, { views }] of objects.entries()) {
      // From another one on each time: every other of a ring of views sees no object from the left.
      const turned = [...views.slice(i % views.length), ...views.slice(0, i % views.length)];
      for (const view of spread(turned, each)) {
        const image = dataset.badSamples.attempt(() => view.image);
        if (image) yield image;
      }
    }
  }
  const framing = meanFraming(pictures()) ?? { diameter: 1, center: [0.5, 0.5] };
  return { imageSize: config.model.imageSize, camera: dataset.camera, framing };
}

/** An object without its background, as in the picture that it was cut out of. */
export interface CutOut {
  /** [H, W, 4] in 0..1, sRGB and straight alpha. */
  image: NdArray<Float32Array>;
  /** What told object and background apart: the picture's own alpha, or that it has none and the background is white. */
  background: 'transparent' | 'white';
}

/**
 * Cuts out the object of a picture: by the picture's alpha where any pixel is transparent, else by what is white and connected to the
 * border.
 *
 * @param path names the picture in errors
 * @throws FileError where there is nothing in it, or no telling object and background apart
 */
export function cutOut(picture: ByteImage, path = 'picture'): CutOut {
  const image = bounded(picture);
  const { data } = image;
  let [least, most] = [1, 0];
  for (let k = 3; k < data.length; k += 4) {
    least = Math.min(least, data[k]);
    most = Math.max(most, data[k]);
  }
  if (most === 0) throw new FileError(path, 'is transparent everywhere, expected a picture of an object');
  if (least < transparent) return { image, background: 'transparent' };

  const opaque = onWhite(image);
  const share = whiteShareOfBorder(opaque);
  if (share < leastWhite) {
    throw new FileError(
      path,
      `is opaque, and ${Math.round(100 * share)} % of its border is white: expected a transparent background, or a white one ` +
        `(${255 - whiteTolerance} to 255 in every channel, at ${100 * leastWhite} % of the border or more)`,
    );
  }
  const cut = cutFromWhite(opaque);
  if (cut.data.every((value) => value === 0)) {
    throw new FileError(path, 'is white everywhere, expected a picture of an object');
  }
  return { image: cut, background: 'white' };
}

/** The object as a network has been trained to see it: [imageSize, imageSize, 4], as `View.image`. */
export function frameInput({ image }: CutOut, { imageSize, framing }: NetworkInput): NdArray<Float32Array> {
  return reframed(image, framing, imageSize);
}

/** [H, W, 4] bytes as contiguous numbers 0..1, no larger than is of use. */
function bounded(picture: ByteImage): NdArray<Float32Array> {
  const [height, width] = picture.shape;
  const image = ndarray(new Float32Array(height * width * 4), [height, width, 4]);
  for (let row = 0, k = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let c = 0; c < 4; c++) image.data[k++] = picture.get(row, column, c) / 255;
    }
  }
  const scale = mostPixels / Math.max(height, width);
  if (scale >= 1) return image;
  const scaled = (length: number) => Math.max(1, Math.round(length * scale));
  return resizeImage(image, scaled(height), scaled(width));
}

/** A picture with little transparency without any, mixed as pictures usually are, in sRGB. */
function onWhite(image: NdArray<Float32Array>): NdArray<Float32Array> {
  const data = Float32Array.from(image.data);
  for (let k = 0; k < data.length; k += 4) {
    for (let c = 0; c < 3; c++) data[k + c] = 1 - data[k + 3] * (1 - data[k + c]);
    data[k + 3] = 1;
  }
  return ndarray(data, image.shape);
}
