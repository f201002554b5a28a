// How often a surface winds around a point: 1 inside a closed surface, 0 outside, something in between near holes.

import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { DipoleTree, type SurfaceElements } from './dipoleTree.ts';

export interface WindingNumberOptions {
  /**
   * How many radii from its centre a part of the surface must be to be summed up as a whole. At 2 results are off by a few
   * thousandths at most, and the error falls with about the third power. Default 2.
   */
  beta?: number;
}

/**
 * Generalised winding numbers (A. Jacobson et al., "Robust inside-outside segmentation using generalized winding numbers",
 * SIGGRAPH 2013) with the tree of Barill et al. 2018: solid angles of near faces exactly, of far ones by their expansion. Faces wind
 * counter-clockwise seen from outside; the other way round the number is negative. On the surface itself, where it jumps, rounding
 * decides. In double precision, whatever the arrays hold; time about (Q + F)·log F.
 *
 * @param queries [Q·3]
 * @param vertices [V·3]
 * @param faces [F·3] indices of vertices; faces without area count for nothing.
 * @returns [Q]
 * @throws ArgumentError where a face refers to no vertex, or beta is less than 1.
 */
export function windingNumbers(
  queries: RealArray,
  vertices: RealArray,
  faces: Int32Array,
  { beta = 2 }: WindingNumberOptions = {},
): Float64Array {
  expectBeta(beta);
  expectFaces(vertices, faces);
  const tree = new DipoleTree(triangles(vertices, faces), beta, (face, x, y, z) =>
    solidAngle(vertices, faces, face, x, y, z),
  );
  return atEach(queries, (x, y, z) => tree.windingNumber(x, y, z));
}

/** The same as a plain sum over all faces: O(Q·F), what `windingNumbers` is compared with. */
export function exactWindingNumbers(
  queries: RealArray,
  vertices: RealArray,
  faces: Int32Array,
): Float64Array {
  expectFaces(vertices, faces);
  return atEach(queries, (x, y, z) => {
    let sum = 0;
    for (let face = 0; face < faces.length / 3; face++) sum += solidAngle(vertices, faces, face, x, y, z);
    return sum;
  });
}

/** @throws ArgumentError where a node would be summed up as a whole from within. */
export function expectBeta(beta: number): void {
  if (!(beta >= 1)) throw new ArgumentError(`beta is ${beta}, expected a number from 1 up`);
}

/** [Q] of a function of [Q·3] points. */
export function atEach(queries: RealArray, value: (x: number, y: number, z: number) => number): Float64Array {
  return Float64Array.from({ length: queries.length / 3 }, (_, q) =>
    value(queries[3 * q], queries[3 * q + 1], queries[3 * q + 2]),
  );
}

function expectFaces(vertices: RealArray, faces: Int32Array): void {
  const vertexCount = vertices.length / 3;
  const place = faces.findIndex((vertex) => vertex < 0 || vertex >= vertexCount);
  if (place < 0) return;
  throw new ArgumentError(
    `faces[${Math.floor(place / 3)}] refers to vertex ${faces[place]}, but the mesh has ${vertexCount} vertices`,
  );
}

/**
 * The part of all directions that a face takes up, seen from (x, y, z), positive from behind: a, b, c being the vectors to its
 * corners,
 *
 *     tan(Ω/2) = a·(b × c) / (|a||b||c| + (a·b)|c| + (b·c)|a| + (c·a)|b|)
 *
 * (A. van Oosterom and J. Strackee, "The solid angle of a plane triangle", IEEE Trans. Biomed. Eng. 1983, equation 8).
 */
function solidAngle(
  vertices: RealArray,
  faces: Int32Array,
  face: number,
  x: number,
  y: number,
  z: number,
): number {
  const i = 3 * faces[3 * face];
  const j = 3 * faces[3 * face + 1];
  const k = 3 * faces[3 * face + 2];
  const ax = vertices[i] - x;
  const ay = vertices[i + 1] - y;
  const az = vertices[i + 2] - z;
  const bx = vertices[j] - x;
  const by = vertices[j + 1] - y;
  const bz = vertices[j + 2] - z;
  const cx = vertices[k] - x;
  const cy = vertices[k + 1] - y;
  const cz = vertices[k + 2] - z;
  const a = Math.sqrt(ax * ax + ay * ay + az * az);
  const b = Math.sqrt(bx * bx + by * by + bz * bz);
  const c = Math.sqrt(cx * cx + cy * cy + cz * cz);
  const volume = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  // In the plane of the face: neither side.
  if (volume === 0) return 0;
  const ab = ax * bx + ay * by + az * bz;
  const bc = bx * cx + by * cy + bz * cz;
  const ca = cx * ax + cy * ay + cz * az;
  return Math.atan2(volume, a * b * c + ab * c + bc * a + ca * b) / (2 * Math.PI);
}

function triangles(vertices: RealArray, faces: Int32Array): SurfaceElements {
  const count = faces.length / 3;
  const elements: SurfaceElements = {
    count,
    centers: new Float64Array(3 * count),
    areaVectors: new Float64Array(3 * count),
    spreads: new Float64Array(6 * count),
    radii: new Float64Array(count),
  };
  const corner = new Float64Array(9);
  for (let f = 0; f < count; f++) {
    for (let i = 0; i < 9; i++) corner[i] = vertices[3 * faces[3 * f + Math.floor(i / 3)] + (i % 3)];
    const center = [0, 1, 2].map((axis) => (corner[axis] + corner[3 + axis] + corner[6 + axis]) / 3);
    elements.centers.set(center, 3 * f);
    const [ux, uy, uz] = [0, 1, 2].map((axis) => corner[3 + axis] - corner[axis]);
    const [vx, vy, vz] = [0, 1, 2].map((axis) => corner[6 + axis] - corner[axis]);
    elements.areaVectors.set(
      [(uy * vz - uz * vy) / 2, (uz * vx - ux * vz) / 2, (ux * vy - uy * vx) / 2],
      3 * f,
    );
    // The mean of δδᵀ over a triangle is that over its corners, divided by 4.
    for (let k = 0; k < 9; k += 3) {
      const [x, y, z] = [0, 1, 2].map((axis) => corner[k + axis] - center[axis]);
      const products = [x * x, y * y, z * z, x * y, x * z, y * z];
      for (let i = 0; i < 6; i++) elements.spreads[6 * f + i] += products[i] / 12;
      elements.radii[f] = Math.max(elements.radii[f], Math.hypot(x, y, z));
    }
  }
  return elements;
}
