// The picture of the visible surface: one fragment a pixel, interpolated, shaded, put over the background. Methods whose image
// is the plain visible one share it.

import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import { compact, type Frame, interpolateAt, scatterRows } from '../visibility/index.ts';

/** [B, H, W, C]. Gradients reach attributes and positions through the interpolation; none comes from a moving outline. */
export function paintVisible(frame: Frame): tf.Tensor4D {
  const { attributes, shader, visible, background } = frame;
  if (!attributes) throw new ArgumentError('the output "image" needs attributes, but none were given');
  const channels = attributes.values.shape[2];
  if (!shader) {
    checkBackground(background, channels);
    return interpolateAt(frame, visible, attributes, [...frame.shape, channels], background) as tf.Tensor4D;
  }
  const fragments = compact(visible);
  const rows = shader(
    interpolateAt(frame, fragments, attributes, [fragments.faces.length, channels]) as tf.Tensor2D,
  );
  if (rows.rank !== 2 || rows.shape[0] !== fragments.faces.length) {
    throw new ArgumentError(
      `the shader must return [${fragments.faces.length}, channels], a row of colours for each row it was given, but returned [${rows.shape}]`,
    );
  }
  checkBackground(background, rows.shape[1]);
  return scatterRows(frame, fragments, rows, background);
}

function checkBackground(background: readonly number[] | undefined, channels: number): void {
  if (!background) return;
  if (background.length !== channels) {
    throw new ArgumentError(`background has ${background.length} channels, but the picture has ${channels}`);
  }
  const wrong = background.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new ArgumentError(`background[${wrong}] must be a finite number, but is ${background[wrong]}`);
  }
}
