// The divided vertices of meshes, where compiled kernels can read them, and room for their gradients.

import { addCornerGradient } from '../scalar/softFace.ts';
import { projectVertices } from '../scalar/vertices.ts';
import type { Picture, RealArray, Scene } from '../scene.ts';
import type { Scratch } from './module.ts';

/** Vertices of the largest mesh. */
export const mostVertices = ({ items }: Scene): number =>
  items.reduce((most, { vertexCount }) => Math.max(most, vertexCount), 0);

/** Puts the vertices of all items into working memory, x, y, z, w of each, and returns where those of each item are. @throws ScratchTooSmall */
export function placeVertices(scratch: Scratch, scene: Scene, picture: Picture): number[] {
  return scene.items.map((item) => {
    const { vertexCount } = item;
    const address = scratch.take(32 * vertexCount);
    const to = scratch.floats64(address, 4 * vertexCount);
    const { x, y, z, w } = projectVertices(scene, item, picture);
    for (let v = 0, at = 0; v < vertexCount; v++, at += 4) {
      to[at] = x[v];
      to[at + 1] = y[v];
      to[at + 2] = z[v];
      to[at + 3] = w[v];
    }
    return address;
  });
}

/** Two sums for every vertex, of each item, that begin as zeros. @throws ScratchTooSmall */
export const takeVertexSums = (scratch: Scratch, { items }: Scene): Float64Array[] =>
  items.map(({ vertexCount }) => scratch.floats64(scratch.take(16 * vertexCount), 2 * vertexCount).fill(0));

/** Adds two sums of each kind for every vertex to the gradients of positions: `addCornerGradient` for all items. */
export function addVertexSums(
  scene: Scene,
  picture: Picture,
  { planar, deep }: { planar: readonly Float64Array[]; deep: readonly Float64Array[] },
  positionGradient: RealArray,
): void {
  scene.items.forEach((item, b) => {
    const projected = projectVertices(scene, item, picture);
    addCornerGradient(scene, item, picture, projected, planar[b], deep[b], positionGradient);
  });
}
