// The picture of the visible surface: one fragment a pixel, interpolated, shaded, put over the background. Methods whose image
// is the plain visible one share it.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import { shown } from '../shown.ts';
import {
  type CornerAttributes,
  compact,
  type Frame,
  interpolateAt,
  type Shader,
  scatterRows,
} from '../visibility/index.ts';

/** [B, H, W, C]. Gradients reach attributes and positions through the interpolation; none comes from a moving outline. */
export function paintVisible(frame: Frame): tf.Tensor4D {
  const { shader, visible, background } = frame;
  const attributes = paintedAttributes(frame);
  const channels = attributes.values.shape[2];
  if (!shader) {
    checkBackground(background, channels);
    return interpolateAt(frame, visible, attributes, [...frame.shape, channels], background) as tf.Tensor4D;
  }
  const fragments = compact(visible);
  const rows = shade(
    shader,
    interpolateAt(frame, fragments, attributes, [fragments.faces.length, channels]) as tf.Tensor2D,
  );
  checkBackground(background, rows.shape[1]);
  return scatterRows(frame, fragments, rows, background);
}

/** @throws ArgumentError where there is nothing to paint. */
export function paintedAttributes({ attributes }: Frame): CornerAttributes {
  if (!attributes) throw new ArgumentError('the output "image" needs attributes, but none were given');
  return attributes;
}

/** @throws ArgumentError where the shader does not return a row for each row. */
export function shade(shader: Shader, interpolated: tf.Tensor2D): tf.Tensor2D {
  const rows = shader(interpolated);
  const shape = rows instanceof tf.Tensor ? rows.shape : undefined;
  if (shape?.length !== 2 || shape[0] !== interpolated.shape[0]) {
    throw new ArgumentError(
      `the shader must return [${interpolated.shape[0]}, channels], a row of colours for each row it was given, but returned ${shape ? `[${shape}]` : shown(rows)}`,
    );
  }
  return rows;
}

/** @throws ArgumentError where it does not fit a picture of so many channels. */
export function checkBackground(background: readonly number[] | undefined, channels: number): void {
  if (!background) return;
  if (typeof background.length !== 'number') {
    throw new ArgumentError(
      `background must be a list of numbers, one a channel, but is ${shown(background)}`,
    );
  }
  if (background.length !== channels) {
    throw new ArgumentError(`background has ${background.length} channels, but the picture has ${channels}`);
  }
  const wrong = background.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new ArgumentError(`background[${wrong}] must be a finite number, but is ${background[wrong]}`);
  }
}
