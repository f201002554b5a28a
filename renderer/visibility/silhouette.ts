// Silhouettes as tensors: plain coverage, DIB-R's soft mask, and the unbiased mask.

import type * as tf from '@tensorflow/tfjs';
import { hostFunction } from '../backend/hostFunction.ts';
import type {
  OutlineMaskOptions,
  OutlineMaskState,
  SoftMaskOptions,
  SoftMaskState,
} from '../kernels/index.ts';
import type { Frame } from './frame.ts';

/** 1 on covered pixels, 0 elsewhere, [B, H, W]. Its gradient is zero; `onBackward` is called when one is asked for. */
export function coverage(frame: Frame, onBackward: () => void = () => {}): tf.Tensor3D {
  const { faces } = frame.visible;
  return hostFunction<void>({
    inputs: [frame.positions],
    shape: frame.shape,
    forward(_, output) {
      for (let i = 0; i < faces.length; i++) output[i] = faces[i] >= 0 ? 1 : 0;
    },
    backward: onBackward,
  }) as tf.Tensor3D;
}

/** DIB-R's silhouette, [B, H, W]: see `Kernels.softMask`. */
export function softMask(frame: Frame, options: SoftMaskOptions): tf.Tensor3D {
  const { kernels, picture, visible } = frame;
  return hostFunction<SoftMaskState>({
    inputs: [frame.positions],
    shape: frame.shape,
    forward: ([positions], output) =>
      kernels.softMask(frame.scene(positions), picture, visible, options, output),
    backward: (upstream, [positions], [gradient], state) =>
      kernels.softMaskBackward(frame.scene(positions), picture, state, upstream, gradient),
  }) as tf.Tensor3D;
}

/** The covered area through a Gaussian filter, [B, H, W]: see kernels/outlineMask.ts. Culled faces cover, too. */
export function outlineMask(frame: Frame, options: OutlineMaskOptions): tf.Tensor3D {
  const { kernels, picture } = frame;
  const shown = picture.cull ? undefined : frame.visible;
  return hostFunction<OutlineMaskState>({
    inputs: [frame.positions],
    shape: frame.shape,
    forward([positions], output) {
      const scene = frame.scene(positions);
      const visible = shown ?? kernels.findVisible(scene, { ...picture, cull: false });
      return kernels.outlineMask(scene, picture, visible, options, output);
    },
    backward: (upstream, [positions], [gradient], state) =>
      kernels.outlineMaskBackward(frame.scene(positions), picture, state, upstream, gradient),
  }) as tf.Tensor3D;
}
