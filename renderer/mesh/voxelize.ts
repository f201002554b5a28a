// Meshes as solids on a grid.

import ndarray, { type NdArray } from 'ndarray';
import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { windingNumbers } from './windingNumber.ts';

type Triple = readonly [number, number, number];

export interface Bounds {
  least: Triple;
  most: Triple;
}

export interface VoxelizeOptions {
  /** Cells along each side. Default 32. */
  resolution?: number;
  /** Where the grid lies. Default: the smallest cube about the middle of the mesh that holds it. */
  box?: Bounds;
}

export interface Voxels {
  /** [N, N, N] along x, y and z: 1 where the centre of a cell is inside, else 0. */
  cells: NdArray<Uint8Array>;
  box: Bounds;
}

/**
 * Which cells of a grid have their centre inside the mesh: where |winding number| > 0.5 (A. Jacobson et al., "Robust inside-outside
 * segmentation using generalized winding numbers", SIGGRAPH 2013). The mesh may have holes, which are closed smoothly, overlap itself,
 * and be wound inside out. Cell (i, j, k) has its centre at least + (i + ½, j + ½, k + ½)/N · (most − least).
 *
 * @param mesh [V·3] vertices and [F·3] indices of them.
 * @throws ArgumentError where the resolution is no whole number from 1 up, a box is empty, or there is no mesh to take it from.
 */
export function voxelize(
  { vertices, faces }: { vertices: RealArray; faces: Int32Array },
  { resolution = 32, box = boundingCube(vertices, faces) }: VoxelizeOptions = {},
): Voxels {
  if (!Number.isInteger(resolution) || resolution < 1) {
    throw new ArgumentError(`resolution is ${resolution}, expected a whole number from 1 up`);
  }
  const size = [0, 1, 2].map((axis) => box.most[axis] - box.least[axis]);
  if (!size.every((length) => length > 0 && length < Number.POSITIVE_INFINITY)) {
    throw new ArgumentError(`box goes from ${box.least} to ${box.most}, expected a positive size`);
  }
  const centers = new Float64Array(3 * resolution ** 3);
  for (let n = 0; n < centers.length; n += 3) {
    const place = n / 3;
    const cell = [
      Math.floor(place / resolution ** 2),
      Math.floor(place / resolution) % resolution,
      place % resolution,
    ];
    for (let axis = 0; axis < 3; axis++) {
      centers[n + axis] = box.least[axis] + ((cell[axis] + 0.5) / resolution) * size[axis];
    }
  }
  const numbers = windingNumbers(centers, vertices, faces);
  const inside = Uint8Array.from(numbers, (number) => (Math.abs(number) > 0.5 ? 1 : 0));
  return { cells: ndarray(inside, [resolution, resolution, resolution]), box };
}

function boundingCube(vertices: RealArray, faces: Int32Array): Bounds {
  const least = [0, 0, 0].fill(Number.POSITIVE_INFINITY);
  const most = [0, 0, 0].fill(Number.NEGATIVE_INFINITY);
  for (const vertex of faces) {
    for (let axis = 0; axis < 3; axis++) {
      least[axis] = Math.min(least[axis], vertices[3 * vertex + axis]);
      most[axis] = Math.max(most[axis], vertices[3 * vertex + axis]);
    }
  }
  const half = Math.max(...most.map((value, axis) => value - least[axis])) / 2;
  if (!(half > 0 && half < Number.POSITIVE_INFINITY)) {
    throw new ArgumentError('the mesh has no size; name a box, or give it faces with finite vertices');
  }
  const corner = (offset: number): Triple => {
    const [x, y, z] = least.map((value, axis) => (value + most[axis]) / 2 + offset);
    return [x, y, z];
  };
  return { least: corner(-half), most: corner(half) };
}
