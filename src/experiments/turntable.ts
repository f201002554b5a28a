// A strip of pictures of one mesh, seen from all around.

import type { NdArray } from 'ndarray';
import type { Mesh } from '../../renderer/index.ts';
import { contactSheet, onBackground } from '../pictures/index.ts';
import { portrait } from './portrait.ts';

export interface TurntableOptions {
  /** Pictures of the mesh, one every 360° / views. */
  views: number;
  /** Vertical field of view. */
  fovDegrees: number;
  /** What the mesh was predicted from, as first picture: [S, S, 4] in 0..1, sRGB and straight alpha. The others are of its size. */
  input: NdArray<Float32Array>;
}

const white = [1, 1, 1];

/**
 * Draws `mesh` on white, after its input picture, from cameras on a circle about the vertical line through the middle of its bounding
 * box: the first from +z, where the input camera is in a prediction's frame, then towards +x. All are equally far away, as far as it
 * takes to see all of the mesh from anywhere.
 *
 * @returns [S, (1 + views) · S, 3] in 0..1, sRGB
 * @throws ArgumentError for a mesh without vertices
 */
export function turntable(mesh: Mesh, { views, fovDegrees, input }: TurntableOptions): NdArray<Float32Array> {
  const [size] = input.shape;
  const pictures = Array.from({ length: views }, (_, view) =>
    portrait(mesh, {
      width: size,
      height: size,
      azimuthDegrees: (360 * view) / views,
      elevationDegrees: 0,
      fovDegrees,
      method: { type: 'hard' },
    }),
  );
  return contactSheet([input, ...pictures].map((picture) => onBackground(picture, white)));
}
