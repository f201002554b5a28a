// Meshes for tests of the rasterizer: spheres that random numbers have crumpled, projected, on the host.

import * as tf from '@tensorflow/tfjs';
import { lookAt, PerspectiveCamera } from '../../renderer/camera/index.ts';
import type { Fragments, Kernels, Picture, RealArray, Scene } from '../../renderer/kernels/index.ts';
import { Topology } from '../../renderer/mesh/index.ts';
import { testNumbers } from '../gradient.ts';

export interface TestScene {
  topology: Topology;
  batch: number;
  stride: 3 | 4;
  /** [B·V·stride], every number exact in float32. */
  positions: Float64Array;
}

/** The octahedron, subdivided once: 18 vertices, 32 faces. */
const octahedron = (() => {
  const corners = [1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1];
  const faces = [0, 2, 4, 2, 1, 4, 1, 3, 4, 3, 0, 4, 2, 0, 5, 1, 2, 5, 3, 1, 5, 0, 3, 5];
  const points = [...corners];
  const middles = new Map<string, number>();
  const middle = (a: number, b: number) => {
    const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
    if (!middles.has(key)) {
      middles.set(key, points.length / 3);
      for (let k = 0; k < 3; k++) points.push((points[3 * a + k] + points[3 * b + k]) * Math.SQRT1_2);
    }
    return middles.get(key)!;
  };
  const finer: number[] = [];
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = faces.slice(f, f + 3);
    const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
    finer.push(a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca);
  }
  return { points, faces: Int32Array.from(finer) };
})();

/** Crumpled spheres, one an item, with depth and perspective that differ from vertex to vertex. */
export function crumpledSpheres(seed: number, batch = 1, stride: 3 | 4 = 4): TestScene {
  const topology = new Topology(octahedron.faces, octahedron.points.length / 3);
  const camera = new PerspectiveCamera({ fovDegrees: 60, view: lookAt({ eye: [0.4, 0.7, 1.9] }) });
  const noise = testNumbers(batch * octahedron.points.length, seed);
  const homogeneous = Array.from({ length: batch }, (_, b) => [
    ...camera.projectOnHost(
      octahedron.points.map((value, i) => 0.62 * value + 0.22 * noise[b * octahedron.points.length + i]),
    ),
  ]).flat();
  return {
    topology,
    batch,
    stride,
    positions: Float64Array.from(stride === 4 ? homogeneous : divided(homogeneous), Math.fround),
  };
}

/** (X, Y, Z, w) to (X/w, Y/w, Z). */
export function divided(homogeneous: ArrayLike<number>): number[] {
  return Array.from({ length: homogeneous.length / 4 }, (_, v) => [
    homogeneous[4 * v] / homogeneous[4 * v + 3],
    homogeneous[4 * v + 1] / homogeneous[4 * v + 3],
    homogeneous[4 * v + 2],
  ]).flat();
}

export function positionsTensor({ positions, batch, stride }: TestScene): tf.Tensor3D {
  return tf.tensor3d(Float32Array.from(positions), [batch, positions.length / batch / stride, stride]);
}

export function kernelScene({ topology, batch, stride, positions }: TestScene): Scene {
  const { vertexCount, faceCount, faces } = topology;
  const items = Array.from({ length: batch }, (_, b) => ({
    vertexStart: b * vertexCount,
    vertexCount,
    faceStart: 0,
    faceCount,
  }));
  return { positions, stride, faces, items };
}

export const somePicture = (options: Partial<Picture> = {}): Picture => ({
  width: 17,
  height: 13,
  perspectiveCorrect: true,
  cull: false,
  near: 1e-6,
  ...options,
});

/** Attributes at fragments, `channels` a vertex. */
export function interpolated(
  kernels: Kernels,
  scene: Scene,
  fragments: Fragments,
  values: RealArray,
  channels: number,
): Float64Array {
  const output = new Float64Array(fragments.faces.length * channels);
  const rowStarts = scene.items.map(({ vertexStart }) => vertexStart);
  kernels.interpolate(scene, fragments, { values, channels, indices: scene.faces, rowStarts }, output);
  return output;
}

/** Largest difference of two arrays, relative to the largest element of the second. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
  }
  return largest === 0 ? worst : worst / largest;
}
