// The visible face at every pixel, compiled: assembly/findVisible.ts, an item of the batch at a time.

import { findVisible as findVisiblePlainly } from '../scalar/findVisible.ts';
import { type Fragments, itemStartsOf, type Picture, type Scene } from '../scene.ts';
import { flagsOf, placed, vertexAddress } from './arrays.ts';
import { simdFor } from './module.ts';

export function findVisible(scene: Scene, picture: Picture, into?: Fragments): Fragments {
  const { positions, stride, items } = scene;
  const simd = simdFor(positions, ...(into ? [into.faces, into.weights] : []));
  if (!simd) return findVisiblePlainly(scene, picture, into);
  const { exports, scratch } = simd;
  const { width, height, near } = picture;
  const pixels = width * height;
  const count = items.length * pixels;
  const faces = into?.faces ?? new Int32Array(positions.buffer, scratch.take(4 * count), count);
  const weights = into?.weights ?? new Float32Array(positions.buffer, scratch.take(12 * count), 3 * count);
  const corners = placed(scratch, scene.faces, positions);
  const largest = Math.max(...items.map(({ vertexCount }) => vertexCount));
  const work = scratch.take(exports.findVisibleScratch(largest, width, height));
  items.forEach(({ vertexCount, faceStart, faceCount }, b) => {
    exports.findVisible(
      vertexAddress(scene, b, positions),
      stride,
      vertexCount,
      corners + 12 * faceStart,
      faceCount,
      width,
      height,
      Math.max(0, near),
      flagsOf(picture),
      faces.byteOffset + 4 * b * pixels,
      weights.byteOffset + 12 * b * pixels,
      work,
    );
  });
  if (into) return into;
  return { faces: faces.slice(), weights: weights.slice(), itemStarts: itemStartsOf(items.length, pixels) };
}
