// Points of a surface as functions of its vertices: where random draws of `sampleSurface` lie once the vertices have moved.

import { ArgumentError } from '../errors.ts';
import { faceNormals } from './normals.ts';
import type { SurfaceSamples } from './sampling.ts';
import { SparseMatrix } from './sparseMatrix.ts';
import type { Topology } from './topology.ts';
import { itemCount, type Vertices } from './vertexShape.ts';

/** Where points are on a surface: [N] faces and [N·3] barycentric weights in them. */
export type SurfacePlaces = Pick<SurfaceSamples, 'faces' | 'weights'>;

export interface SurfacePointOptions<T> {
  /** Unit normals of the faces that the points lie on. Default false. */
  normals?: boolean;
  /** [V, C] or [B, V, C], colours for example, to interpolate at the points. */
  attributes?: T;
}

export interface SurfacePoints<T> {
  /** [N, 3] or [B, N, 3] */
  points: T;
  /** The same shape. */
  normals?: T;
  /** [N, C] or [B, N, C] */
  attributes?: T;
}

/**
 * The points at `places` of a surface, differentiable in the vertices, and what else is asked for. Places that `sampleSurface` drew by
 * area stay evenly spread while vertices move a little; the draw itself has no derivative.
 *
 * @param vertices [V, 3] or [B, V, 3], whose items all have the same places.
 * @throws ArgumentError where the vertices or places are not those of the topology.
 */
export function surfacePoints<T extends Vertices>(
  vertices: T,
  topology: Topology,
  places: SurfacePlaces,
  { normals = false, attributes }: SurfacePointOptions<T> = {},
): SurfacePoints<T> {
  itemCount(vertices, topology);
  const matrix = placesMatrix(topology, places);
  const result: SurfacePoints<T> = { points: matrix.apply(vertices) };
  if (normals) result.normals = facesMatrix(topology, places).apply(faceNormals(vertices, topology));
  if (attributes) result.attributes = matrix.apply(attributes);
  return result;
}

/**
 * [N, V] from what vertices carry to what is at `places` of the surface. Texture coordinates have a topology of their own, of their
 * indices, with the same faces.
 *
 * @throws ArgumentError where a place is in no face.
 */
export function placesMatrix(
  { faces, faceCount, vertexCount }: Topology,
  { faces: at, weights }: SurfacePlaces,
): SparseMatrix {
  expectPlaces(at, weights, faceCount);
  return SparseMatrix.fromEntries(
    [at.length, vertexCount],
    Int32Array.from(weights, (_, i) => Math.floor(i / 3)),
    Int32Array.from(weights, (_, i) => faces[3 * at[Math.floor(i / 3)] + (i % 3)]),
    weights,
  );
}

/** [N, F] that picks the row of each place's face. */
function facesMatrix({ faceCount }: Topology, { faces: at }: SurfacePlaces): SparseMatrix {
  const offsets = Int32Array.from({ length: at.length + 1 }, (_, n) => n);
  return new SparseMatrix(faceCount, offsets, at, new Float64Array(at.length).fill(1));
}

function expectPlaces(at: Int32Array, weights: ArrayLike<number>, faceCount: number): void {
  if (weights.length !== 3 * at.length) {
    throw new ArgumentError(`places.weights has ${weights.length} numbers, expected ${3 * at.length}`);
  }
  const place = at.findIndex((face) => face < 0 || face >= faceCount);
  if (place < 0) return;
  throw new ArgumentError(`places.faces[${place}] is ${at[place]}, but the mesh has ${faceCount} faces`);
}
