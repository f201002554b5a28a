// How far a predicted surface is from the true one, as colours of its vertices.

import * as tf from '@tensorflow/tfjs';
import { type Mesh, unlit } from '../../renderer/index.ts';
import { srgbToLinear } from '../../renderer/io/colorSpace.ts';
import { nearestPoints } from '../../renderer/mesh/nearest.ts';
import { rampColor } from '../pictures/colorRamp.ts';

/** Colours as they are: light and shadow would change what they say. */
export const errorShading = unlit();

/**
 * The mesh with colours that tell each vertex's distance to the nearest of `points` [N·3], by `rampColor` from 0 to `largest`. Its
 * vertices are the mesh's own, its colours the caller's.
 */
export function errorMesh(mesh: Mesh, points: Float32Array, largest: number): Mesh {
  const vertices = mesh.vertices.dataSync<'float32'>();
  const colors = Array.from(nearestPoints(vertices, points), (nearest, vertex) => {
    const distance = Math.hypot(
      ...[0, 1, 2].map((axis) => vertices[3 * vertex + axis] - points[3 * nearest + axis]),
    );
    return rampColor(distance / largest).map(srgbToLinear);
  });
  return {
    vertices: mesh.vertices,
    topology: mesh.topology,
    colors: tf.tensor2d(colors, [colors.length, 3]),
  };
}
