// The picture of the visible surface: one fragment a pixel, interpolated, shaded, put over the background. Methods whose image
// is the plain visible one share it.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import type { Fragments } from '../kernels/index.ts';
import { shown } from '../shown.ts';
import {
  type CornerAttributes,
  compact,
  coverage,
  type Frame,
  type Interpolate,
  interpolateAt,
  type Shader,
  Surface,
  scatterRows,
} from '../visibility/index.ts';
import { backgroundColor, backgroundPicture, before } from './background.ts';

/** [B, H, W, C]. Gradients reach attributes and positions through the interpolation; none comes from a moving outline. */
export function paintVisible(frame: Frame): tf.Tensor4D {
  const picture = backgroundPicture(frame);
  const image = paintOnColor(frame);
  if (!picture) return image;
  return before(picture, image, coverage(frame).expandDims(3) as tf.Tensor4D);
}

function paintOnColor(frame: Frame): tf.Tensor4D {
  const { shader } = frame;
  if (!shader) {
    const attributes = paintedAttributes(frame);
    const channels = attributes.values.shape.at(-1)!;
    const color = backgroundColor(frame, channels);
    const shape = [...frame.shape, channels];
    return interpolateAt(frame, frame.keptVisible, attributes, shape, color) as tf.Tensor4D;
  }
  const fragments = compact(frame.visible);
  const rows = shade(frame, shader, fragments, (attributes) => {
    const shape = [fragments.faces.length, attributes.values.shape.at(-1)!];
    return interpolateAt(frame, fragments, attributes, shape) as tf.Tensor2D;
  });
  return scatterRows(frame, fragments, rows, backgroundColor(frame, rows.shape[1]));
}

/** @throws ArgumentError where there is nothing to paint. */
export function paintedAttributes({ attributes }: Frame): CornerAttributes {
  if (!attributes) throw new ArgumentError('the output "image" needs attributes, but none were given');
  return attributes;
}

/** Colours of fragments, [N, C]. @throws ArgumentError where the shader does not return a row for each row. */
export function shade(
  frame: Frame,
  shader: Shader,
  fragments: Fragments,
  interpolate: Interpolate,
): tf.Tensor2D {
  const count = fragments.faces.length;
  const { attributes } = frame;
  const given = attributes ? interpolate(attributes) : (tf.zeros([count, 0]) as tf.Tensor2D);
  const rows = shader(given, new Surface(frame, fragments, interpolate));
  const shape = rows instanceof tf.Tensor ? rows.shape : undefined;
  if (shape?.length !== 2 || shape[0] !== count) {
    throw new ArgumentError(
      `the shader must return [${count}, channels], a row of colours for each row it was given, but returned ${shape ? `[${shape}]` : shown(rows)}`,
    );
  }
  return rows;
}
