// What is seen where nothing is: one colour, or a picture.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import { shown } from '../shown.ts';
import type { Frame } from '../visibility/index.ts';

/**
 * The background's colour for a picture of so many channels; undefined where it has none, or is a picture.
 *
 * @throws ArgumentError where colour or picture do not fit.
 */
export function backgroundColor({ background }: Frame, channels: number): readonly number[] | undefined {
  if (!background) return undefined;
  if (background instanceof tf.Tensor) {
    if (background.shape[3] === channels) return undefined;
    throw new ArgumentError(
      `background has ${background.shape[3]} channels, but the picture has ${channels}`,
    );
  }
  if (typeof background.length !== 'number') {
    throw new ArgumentError(
      `background must be a list of numbers, one a channel, or a picture, but is ${shown(background)}`,
    );
  }
  if (background.length !== channels) {
    throw new ArgumentError(`background has ${background.length} channels, but the picture has ${channels}`);
  }
  const wrong = background.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new ArgumentError(`background[${wrong}] must be a finite number, but is ${background[wrong]}`);
  }
  return background;
}

/** The picture of a background that is one, else undefined. */
export function backgroundPicture({ background }: Frame): tf.Tensor4D | undefined {
  return background instanceof tf.Tensor ? background : undefined;
}

/** Puts `image` [B, H, W, C], made on black, before a picture; `cover` [B, H, W, 1] is how much of it is not seen. */
export function before(picture: tf.Tensor4D, image: tf.Tensor4D, cover: tf.Tensor4D): tf.Tensor4D {
  return tf.add(image, tf.mul(picture, tf.sub(1, cover)));
}
