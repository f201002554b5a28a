// Pictures that stay as they are but get a gradient of their own making, for methods that differentiate a finished picture.

import type * as tf from '@tensorflow/tfjs';
import { hostFunction } from '../backend/hostFunction.ts';
import type { Fragments, RealArray, Scene } from '../kernels/index.ts';
import type { Frame } from './frame.ts';

/**
 * The same picture, [B, H, W, C] or [B, H, W]. Gradients pass through to where it came from, and `addGradient` adds one with
 * respect to positions; it may look at the visible fragments.
 */
export function withPositionGradient<Pictures extends tf.Tensor>(
  frame: Frame,
  pictures: Pictures,
  addGradient: (
    scene: Scene,
    colors: RealArray,
    upstream: RealArray,
    positionGradient: RealArray,
    visible: Fragments,
  ) => void,
): Pictures {
  const visible = frame.keptVisible;
  return hostFunction<void>({
    inputs: [frame.positions, pictures],
    constants: visible.tensors,
    shape: pictures.shape,
    forward: ([, colors], output) => output.set(colors),
    backward(upstream, [positions, colors], [positionGradient, colorGradient], _, constants) {
      colorGradient.set(upstream);
      addGradient(frame.scene(positions), colors, upstream, positionGradient, visible.of(constants));
    },
  }) as Pictures;
}
