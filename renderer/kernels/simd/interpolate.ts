// Attributes at fragments, and both derivatives, compiled: assembly/interpolate.ts and assembly/weights.ts.

import type { Kernels } from '../kernels.ts';
import { scalarKernels } from '../scalar/index.ts';
import type { Fragments } from '../scene.ts';
import { doubles, type KernelArray, largestOf, meshesOf, placed } from './arrays.ts';
import { type Scratch, simdFor } from './module.ts';

export const interpolate: Kernels['interpolate'] = (...args) => {
  const [scene, fragments, { values, channels, indices, rowStarts }, output] = args;
  const simd = simdFor(values, output, ...doubles(fragments));
  if (!simd) return scalarKernels.interpolate(...args);
  const { exports, scratch } = simd;
  const corners = placed(scratch, indices, output);
  const parts = partsOf(scratch, fragments, output);
  scene.items.forEach(({ faceStart }, b) => {
    exports.interpolate(
      values.byteOffset + 4 * channels * rowStarts[b],
      channels,
      corners + 12 * faceStart,
      ...parts[b],
      output.byteOffset + 4 * channels * fragments.itemStarts[b],
    );
  });
};

export const interpolateBackward: Kernels['interpolateBackward'] = (...args) => {
  const [scene, picture, fragments, attributes, upstream, attributeGradient, positionGradient] = args;
  const { positions } = scene;
  const { values, channels, indices, rowStarts } = attributes;
  const gradients = [upstream, attributeGradient, positionGradient];
  const simd = simdFor(positions, values, ...gradients, ...doubles(fragments));
  if (channels === 0) return;
  if (!simd) return scalarKernels.interpolateBackward(...args);
  const { exports, scratch } = simd;
  const faces = placed(scratch, scene.faces, positions);
  const corners = indices === scene.faces ? faces : placed(scratch, indices, positions);
  const meshes = meshesOf(scene, picture, faces);
  const parts = partsOf(scratch, fragments, positions);
  const { vertexCount, faceCount } = largestOf(scene);
  const work = scratch.take(exports.interpolateBackwardScratch(vertexCount, faceCount));
  // In double precision, as items may share rows.
  const rowGradient = scratch.take(8 * attributeGradient.length);
  new Uint8Array(positions.buffer, rowGradient, 8 * attributeGradient.length).fill(0);
  scene.items.forEach(({ vertexStart, faceStart }, b) => {
    const row = channels * rowStarts[b];
    exports.interpolateBackward(
      ...meshes[b],
      values.byteOffset + 4 * row,
      channels,
      corners + 12 * faceStart,
      ...parts[b],
      upstream.byteOffset + 4 * channels * fragments.itemStarts[b],
      rowGradient + 8 * row,
      positionGradient.byteOffset + 4 * scene.stride * vertexStart,
      work,
    );
  });
  exports.addDoubles(rowGradient, attributeGradient.length, attributeGradient.byteOffset);
};

export const weightsBackward: Kernels['weightsBackward'] = (...args) => {
  const [scene, picture, fragments, upstream, positionGradient] = args;
  const { positions, stride, items } = scene;
  const simd = simdFor(positions, upstream, positionGradient, ...doubles(fragments));
  if (!simd) return scalarKernels.weightsBackward(...args);
  const { exports, scratch } = simd;
  const meshes = meshesOf(scene, picture, placed(scratch, scene.faces, positions));
  const parts = partsOf(scratch, fragments, positions);
  const { vertexCount, faceCount } = largestOf(scene);
  const work = scratch.take(exports.weightsBackwardScratch(vertexCount, faceCount));
  meshes.forEach((mesh, b) => {
    const from = upstream.byteOffset + 12 * fragments.itemStarts[b];
    const to = positionGradient.byteOffset + 4 * stride * items[b].vertexStart;
    exports.weightsBackward(...mesh, ...parts[b], from, to, work);
  });
};

/** Of each item, where faces and weights of its fragments lie, and how many there are. */
function partsOf(
  scratch: Scratch,
  { faces, weights, itemStarts }: Fragments,
  neighbour: KernelArray,
): [visible: number, weights: number, count: number][] {
  const [visible, weighed] = [placed(scratch, faces, neighbour), placed(scratch, weights, neighbour)];
  return Array.from({ length: itemStarts.length - 1 }, (_, b) => {
    const start = itemStarts[b];
    return [visible + 4 * start, weighed + 12 * start, itemStarts[b + 1] - start];
  });
}
