// Points spread evenly over the surface of a mesh.

import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { faceNormal } from './normals.ts';
import type { Topology } from './topology.ts';

export interface SurfaceSamples {
  /** [N·3] */
  points: Float32Array;
  /** [N·3] unit normals of the faces that the points lie on. */
  normals: Float32Array;
  /** [N] those faces. */
  faces: Int32Array;
  /** [N·3] barycentric weights of the points in them. */
  weights: Float32Array;
}

/**
 * Draws `count` independent points, equally likely all over the surface: a face by its area, then a point in it by the square-root
 * map (R. Osada et al., "Shape Distributions", ACM Transactions on Graphics 2002, section 4.2).
 *
 * @param vertices [V·3] of `topology`.
 * @param random numbers in [0, 1), three a point: the same numbers give the same points.
 * @throws ArgumentError where the surface has no area, or one that is not a number.
 */
export function sampleSurface(
  vertices: RealArray,
  { faces, faceCount, vertexCount }: Topology,
  count: number,
  random: () => number,
): SurfaceSamples {
  if (vertices.length !== 3 * vertexCount) {
    throw new ArgumentError(`vertices has ${vertices.length} numbers, expected ${3 * vertexCount}`);
  }
  // areaUpTo[f]: twice the area of the faces 0 … f.
  const areaUpTo = new Float64Array(faceCount);
  const faceNormals = new Float64Array(3 * faceCount);
  let area = 0;
  for (let f = 0; f < faceCount; f++) {
    area += faceNormal(vertices, faces, f, faceNormals, 3 * f);
    areaUpTo[f] = area;
  }
  if (!(area > 0 && area < Number.POSITIVE_INFINITY)) {
    throw new ArgumentError(
      `the mesh has a surface area of ${area / 2}, expected a positive number to sample points from`,
    );
  }

  const samples: SurfaceSamples = {
    points: new Float32Array(3 * count),
    normals: new Float32Array(3 * count),
    faces: new Int32Array(count),
    weights: new Float32Array(3 * count),
  };
  for (let n = 0; n < count; n++) {
    const f = firstAbove(areaUpTo, random() * area);
    const root = Math.sqrt(random());
    const along = random();
    const weights = [1 - root, root * (1 - along), root * along];
    samples.faces[n] = f;
    samples.weights.set(weights, 3 * n);
    for (let axis = 0; axis < 3; axis++) {
      let value = 0;
      for (let k = 0; k < 3; k++) value += weights[k] * vertices[3 * faces[3 * f + k] + axis];
      samples.points[3 * n + axis] = value;
      samples.normals[3 * n + axis] = faceNormals[3 * f + axis];
    }
  }
  return samples;
}

/** The first index whose value is above `threshold`, in ascending `values`; a face without area is never it. */
function firstAbove(values: Float64Array, threshold: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > threshold) high = middle;
    else low = middle + 1;
  }
  return low;
}
