// Arguments of the compiled kernels: addresses of arrays, and the meshes of a batch.

import type { Fragments, Picture, Scene } from '../scene.ts';
import type { Scratch } from './module.ts';
import type { Mesh } from './rasterExports.ts';

export type KernelArray = Float32Array | Float64Array | Int32Array;

/**
 * Address of an array's elements: where they lie, if that is the memory that `neighbour` lies in; else of a copy in working memory.
 *
 * @throws ScratchTooSmall
 */
export const placed = (scratch: Scratch, array: KernelArray, neighbour: KernelArray): number =>
  array.buffer === neighbour.buffer ? array.byteOffset : scratch.copy(array);

/** The meshes of a scene, with `faces`, where its faces lie. */
export function meshesOf({ positions, stride, items }: Scene, picture: Picture, faces: number): Mesh[] {
  const { perspectiveCorrect, cull } = picture;
  const flags = (perspectiveCorrect ? 1 : 0) + (cull ? 2 : 0);
  return items.map(({ vertexStart, vertexCount, faceStart, faceCount }) => [
    positions.byteOffset + 4 * stride * vertexStart,
    stride,
    vertexCount,
    faces + 12 * faceStart,
    faceCount,
    Math.max(0, picture.near),
    flags,
  ]);
}

/** About how long a loop over the pixels and faces of all pictures takes one thread, in nanoseconds. */
export const loopTime = ({ items }: Scene, { width, height }: Picture): number =>
  items.reduce((sum, { faceCount }) => sum + 4 * width * height + 40 * faceCount, 0);

/** The most that any mesh of a scene has. */
export function largestOf({ items }: Scene): { vertexCount: number; faceCount: number } {
  let [vertexCount, faceCount] = [0, 0];
  for (const item of items) {
    vertexCount = Math.max(vertexCount, item.vertexCount);
    faceCount = Math.max(faceCount, item.faceCount);
  }
  return { vertexCount, faceCount };
}

/** Weights that the compiled kernels cannot read: in double precision. Others are carried to them where they are elsewhere. */
export const doubles = ({ weights }: Fragments): Float64Array[] =>
  weights instanceof Float64Array ? [weights] : [];
