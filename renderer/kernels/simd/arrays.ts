// Arguments of the compiled kernels: addresses of arrays, and the rules of a picture as flags.

import type { Picture, Scene } from '../scene.ts';
import type { Scratch } from './module.ts';

export type KernelArray = Float32Array | Float64Array | Int32Array;

/**
 * Address of an array's elements: where they lie, if that is the memory that `neighbour` lies in; else of a copy in working memory.
 *
 * @throws ScratchTooSmall
 */
export const placed = (scratch: Scratch, array: KernelArray, neighbour: KernelArray): number =>
  array.buffer === neighbour.buffer ? array.byteOffset : scratch.copy(array);

/** As assembly/vertices.ts has them. */
export const flagsOf = ({ perspectiveCorrect, cull }: Picture): number =>
  (perspectiveCorrect ? 1 : 0) + (cull ? 2 : 0);

/** Address of an item's first row of positions, or of what is laid out like them. */
export const vertexAddress = ({ stride, items }: Scene, b: number, array: KernelArray): number =>
  array.byteOffset + 4 * stride * items[b].vertexStart;
