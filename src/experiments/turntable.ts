// A strip of pictures of one mesh, seen from all around.

import ndarray, { type NdArray } from 'ndarray';
import type { Mesh } from '../../renderer/index.ts';
import { linearToSrgb, srgbToLinear } from '../../renderer/io/colorSpace.ts';
import { portrait } from './portrait.ts';

export interface TurntableOptions {
  /** Pictures of the mesh, one every 360° / views. */
  views: number;
  /** Vertical field of view. */
  fovDegrees: number;
  /** What the mesh was predicted from, as first picture: [S, S, 4] in 0..1, sRGB and straight alpha. The others are of its size. */
  input: NdArray<Float32Array>;
}

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
  const strip = ndarray(new Float32Array((1 + views) * size * size * 3), [size, (1 + views) * size, 3]);
  drawOnWhite(strip, input, 0);
  for (let view = 0; view < views; view++) {
    const picture = portrait(mesh, {
      size,
      azimuthDegrees: (360 * view) / views,
      elevationDegrees: 0,
      fovDegrees,
      method: { type: 'hard' },
      clay: false,
    });
    drawOnWhite(strip, picture, (1 + view) * size);
  }
  return strip;
}

/** Puts a picture with alpha on white, mixed in linear light, into a strip of the same height. */
function drawOnWhite(strip: NdArray<Float32Array>, picture: NdArray<Float32Array>, left: number): void {
  const [height, width] = picture.shape;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const alpha = picture.get(row, column, 3);
      for (let c = 0; c < 3; c++) {
        const light = alpha * srgbToLinear(picture.get(row, column, c)) + 1 - alpha;
        strip.set(row, left + column, c, linearToSrgb(light));
      }
    }
  }
}
