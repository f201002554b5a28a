// Random scenes and pictures on which fast kernels must agree with the reference: spheres and triangle soups, in batches, some of them
// snapped to a grid, where corners meet pixel centres and edges run along rows.

import fc from 'fast-check';
import type { Picture, Scene } from '../../renderer/kernels/index.ts';
import { testNumbers } from '../gradient.ts';
import { crumpledSpheres, kernelScene } from './scenes.ts';

/** Triangles anywhere in a box, passing through each other; divided positions. */
export function triangleSoup(seed: number, count: number): Scene {
  const positions = testNumbers(9 * count, seed).map((value, i) => (i % 3 === 2 ? value - 2 : 1.2 * value));
  return {
    positions,
    stride: 3,
    faces: Int32Array.from({ length: 3 * count }, (_, i) => i),
    items: [{ vertexStart: 0, vertexCount: 3 * count, faceStart: 0, faceCount: count }],
  };
}

/** Coordinates rounded to so many steps a unit; 0: as they are. */
const onGrid = (scene: Scene, steps: number): Scene =>
  steps === 0
    ? scene
    : { ...scene, positions: scene.positions.map((value) => Math.round(value * steps) / steps) };

/** Arguments of `crumpledSpheres`. */
export const someSpheres = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  batch: fc.integer({ min: 1, max: 3 }),
  stride: fc.constantFrom<3 | 4>(3, 4),
});

export const someScenes: fc.Arbitrary<{ seed: number; scene: Scene }> = fc
  .tuple(someSpheres, fc.boolean(), fc.constantFrom(0, 8))
  .map(([{ seed, batch, stride }, soup, grid]) => ({
    seed,
    scene: onGrid(soup ? triangleSoup(seed, 9) : kernelScene(crumpledSpheres(seed, batch, stride)), grid),
  }));

export const somePictures: fc.Arbitrary<Picture> = fc.record({
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
  perspectiveCorrect: fc.boolean(),
  cull: fc.boolean(),
  near: fc.constantFrom(1e-6, 1.5),
});
