// The divided vertices of one mesh, where compiled kernels can read them.

import type { ProjectedVertices } from '../scalar/vertices.ts';
import type { MeshRange, Scene } from '../scene.ts';

/** Vertices of the largest mesh. */
export const mostVertices = ({ items }: Scene): number =>
  items.reduce((most, { vertexCount }) => Math.max(most, vertexCount), 0);

/** Bytes that `putVertices` fills, for the largest mesh. */
export const vertexBytes = (scene: Scene): number => 32 * mostVertices(scene);

/** Puts the vertices of an item at an address: x, y, z, w of each. */
export function putVertices(
  { positions }: Scene,
  address: number,
  { vertexCount }: MeshRange,
  { x, y, z, w }: ProjectedVertices,
): void {
  const to = new Float64Array(positions.buffer, address, 4 * vertexCount);
  for (let v = 0, at = 0; v < vertexCount; v++, at += 4) {
    to[at] = x[v];
    to[at + 1] = y[v];
    to[at + 2] = z[v];
    to[at + 3] = w[v];
  }
}
