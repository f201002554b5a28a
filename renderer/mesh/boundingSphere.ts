// Where a mesh is, and how large.

import { ArgumentError } from '../errors.ts';

/**
 * A sphere about the centre of the bounding box of `vertices` [V·3] with all of them in it: simple, and close to the smallest.
 *
 * @throws ArgumentError where there are no vertices.
 */
export function boundingSphere(vertices: ArrayLike<number>): {
  center: [number, number, number];
  radius: number;
} {
  if (vertices.length === 0) throw new ArgumentError('the mesh has no vertices');
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < vertices.length; i++) {
    low[i % 3] = Math.min(low[i % 3], vertices[i]);
    high[i % 3] = Math.max(high[i % 3], vertices[i]);
  }
  const center = low.map((value, axis) => (value + high[axis]) / 2) as [number, number, number];
  let squared = 0;
  for (let i = 0; i < vertices.length; i += 3) {
    const offset = center.map((value, axis) => vertices[i + axis] - value);
    squared = Math.max(squared, offset[0] ** 2 + offset[1] ** 2 + offset[2] ** 2);
  }
  return { center, radius: Math.max(Math.sqrt(squared), 1e-6) };
}
