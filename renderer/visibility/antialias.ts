// Antialiasing of a picture as a tensor.

import type * as tf from '@tensorflow/tfjs';
import { hostFunction } from '../backend/hostFunction.ts';
import type { AntialiasOptions, AntialiasState } from '../kernels/index.ts';
import type { Frame } from './frame.ts';

/**
 * A picture of the visible surface, [B, H, W, C], with its outlines blended: see `AntialiasKernels`. Gradients reach the picture,
 * and the positions at the ends of the edges that outlines consist of.
 */
export function antialias(frame: Frame, image: tf.Tensor4D, options: AntialiasOptions): tf.Tensor4D {
  const { kernels, picture, geometry, keptVisible: visible } = frame;
  const channels = image.shape[3];
  return hostFunction<AntialiasState>({
    inputs: [frame.positions, image],
    constants: visible.tensors,
    shape: image.shape,
    forward: ([positions, values], output, constants) =>
      kernels.antialias(
        frame.scene(positions),
        picture,
        visible.of(constants),
        geometry.oppositeVertices,
        { values, channels },
        output,
      ),
    backward: (upstream, [positions, values], [positionGradient, colorGradient], state) =>
      kernels.antialiasBackward(
        frame.scene(positions),
        picture,
        state,
        options,
        { values, channels },
        upstream,
        colorGradient,
        positionGradient,
      ),
  }) as tf.Tensor4D;
}
