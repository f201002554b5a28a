// A mesh file moved and scaled to where data sets have their objects.

import * as tf from '@tensorflow/tfjs';
import { boundingSphere, type Mesh, readMesh } from '../../renderer/index.ts';

/** Of the objects of data sets, which have their centre in the origin. */
export const placedRadius = 0.5;

/** scale · point + offset takes the placed mesh to where the file has it. */
export interface Placed {
  mesh: Mesh;
  toFile: { scale: number; offset: [number, number, number] };
}

/** @throws FileError where the file cannot be read, ArgumentError where it has no vertices. */
export async function readPlacedMesh(file: string): Promise<Placed> {
  const mesh = await readMesh(file);
  const { center, radius } = boundingSphere(mesh.vertices.dataSync());
  const scale = radius / placedRadius;
  const vertices = tf.tidy(() => mesh.vertices.sub(tf.tensor1d(center)).div(scale)) as tf.Tensor2D;
  mesh.vertices.dispose();
  return { mesh: { ...mesh, vertices }, toFile: { scale, offset: center } };
}
