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
  return hostFunction<void>({
    inputs: [frame.positions],
    constants: [frame.visibleFaces],
    readsInputs: false,
    shape: frame.shape,
    forward(_, output, [faces]) {
      for (let i = 0; i < faces.length; i++) output[i] = faces[i] >= 0 ? 1 : 0;
    },
    backward: onBackward,
  }) as tf.Tensor3D;
}

/** DIB-R's silhouette, [B, H, W]: see `Kernels.softMask`. */
export function softMask(frame: Frame, options: SoftMaskOptions): tf.Tensor3D {
  const { kernels, picture, keptVisible: visible } = frame;
  return hostFunction<SoftMaskState>({
    inputs: [frame.positions],
    constants: visible.tensors,
    shape: frame.shape,
    forward: ([positions], output, constants) =>
      kernels.softMask(frame.scene(positions), picture, visible.of(constants), options, output),
    backward: (upstream, [positions], [gradient], state) =>
      kernels.softMaskBackward(frame.scene(positions), picture, state, upstream, gradient),
  }) as tf.Tensor3D;
}

/** The covered area through a Gaussian filter, [B, H, W]: see kernels/outlineMask.ts. Culled faces cover, too. */
export function outlineMask(frame: Frame, options: OutlineMaskOptions): tf.Tensor3D {
  const { kernels, picture } = frame;
  const shown = picture.cull ? undefined : frame.keptVisible;
  return hostFunction<OutlineMaskState>({
    inputs: [frame.positions],
    constants: shown?.tensors,
    shape: frame.shape,
    forward([positions], output, constants) {
      const scene = frame.scene(positions);
      const visible = shown?.of(constants) ?? kernels.findVisible(scene, { ...picture, cull: false });
      return kernels.outlineMask(scene, picture, visible, options, output);
    },
    backward: (upstream, [positions], [gradient], state) =>
      kernels.outlineMaskBackward(frame.scene(positions), picture, state, upstream, gradient),
  }) as tf.Tensor3D;
}
