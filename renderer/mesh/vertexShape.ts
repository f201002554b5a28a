// What shapes the vertices of a mesh, or of a batch of meshes with one topology, may have.

import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import type { Topology } from './topology.ts';

/** Positions [V, 3] of one mesh, or [B, V, 3] of several with the same topology. */
export type Vertices = tf.Tensor2D | tf.Tensor3D;

/** B, or 1. @throws ArgumentError where the vertices are not those of the topology. */
export function itemCount(vertices: Vertices, { vertexCount }: Topology): number {
  const shape: number[] = vertices.shape;
  const [batch, count, axes] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length > 3 || count !== vertexCount || axes !== 3) {
    throw new ArgumentError(
      `vertices has shape [${shape.join(', ')}], expected [${vertexCount}, 3] or [B, ${vertexCount}, 3]`,
    );
  }
  return batch;
}
