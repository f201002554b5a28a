// Distances as shades of grey: near is white, far is dark, nothing is black.

import ndarray, { type NdArray } from 'ndarray';

export interface DepthShades {
  /** 1 where the surface is nearest, ¼ where it is farthest, 0 where there is none. */
  pictures: NdArray<Float32Array>[];
  /** Distances of the nearest and of the farthest surface in any of the pictures; both 0 where there is none. */
  nearest: number;
  farthest: number;
}

/** Shade of the farthest surface, to tell it from the background. */
const FARTHEST = 1 / 4;

/**
 * One scale for all pictures. A shade s of a surface is the distance nearest + (1 − s) / ¾ · (farthest − nearest).
 *
 * @param pictures of distances above 0, or 0 where there is no surface
 */
export function depthShades(pictures: readonly NdArray<Float32Array>[]): DepthShades {
  let nearest = Infinity;
  let farthest = 0;
  for (const { data } of pictures) {
    for (const distance of data) {
      if (distance <= 0) continue;
      nearest = Math.min(nearest, distance);
      farthest = Math.max(farthest, distance);
    }
  }
  const scale = farthest > nearest ? (1 - FARTHEST) / (farthest - nearest) : 0;
  const shaded = pictures.map(({ data, shape }) =>
    ndarray(
      data.map((distance) => (distance > 0 ? 1 - scale * (distance - nearest) : 0)),
      shape,
    ),
  );
  return { pictures: shaded, nearest: Math.min(nearest, farthest), farthest };
}
