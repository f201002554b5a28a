// Attributes at fragments, and both derivatives, compiled: assembly/interpolate.ts and assembly/weights.ts.

import type { Kernels } from '../kernels.ts';
import { scalarKernels } from '../scalar/index.ts';
import type { Fragments } from '../scene.ts';
import { doubles, type KernelArray, largestOf, loopTime, meshesOf, placed } from './arrays.ts';
import { type Scratch, simdFor } from './module.ts';
import { RowGradients } from './rowGradients.ts';
import type { Call, Task } from './threads.ts';

export const interpolate: Kernels['interpolate'] = (...args) => {
  const [scene, fragments, { values, channels, indices, rowStarts }, output] = args;
  const simd = simdFor(values, output, ...doubles(fragments));
  if (!simd) return scalarKernels.interpolate(...args);
  const { scratch, threads } = simd;
  const corners = placed(scratch, indices, output);
  const parts = partsOf(scratch, fragments, output);
  const tasks = scene.items.map(
    ({ faceStart }, b): Task => [
      [
        'interpolate',
        values.byteOffset + 4 * channels * rowStarts[b],
        channels,
        corners + 12 * faceStart,
        ...parts[b],
        output.byteOffset + 4 * channels * fragments.itemStarts[b],
      ],
    ],
  );
  threads.run(4 * fragments.faces.length, tasks);
};

export const interpolateBackward: Kernels['interpolateBackward'] = (...args) => {
  const [scene, picture, fragments, attributes, upstream, attributeGradient, positionGradient] = args;
  const { positions } = scene;
  const { values, channels, indices, rowStarts } = attributes;
  const gradients = [upstream, attributeGradient, positionGradient];
  const simd = simdFor(positions, values, ...gradients, ...doubles(fragments));
  if (channels === 0) return;
  if (!simd) return scalarKernels.interpolateBackward(...args);
  const { exports, scratch, threads } = simd;
  const faces = placed(scratch, scene.faces, positions);
  const corners = indices === scene.faces ? faces : placed(scratch, indices, positions);
  const meshes = meshesOf(scene, picture, faces);
  const parts = partsOf(scratch, fragments, positions);
  const { vertexCount, faceCount } = largestOf(scene);
  const work = threads.own(exports.interpolateBackwardScratch(vertexCount, faceCount));
  const rows = new RowGradients(scratch, attributes, attributeGradient.length);
  const calls = scene.items.map(
    ({ vertexStart, faceStart }, b): Call => [
      'interpolateBackward',
      ...meshes[b],
      values.byteOffset + 4 * channels * rowStarts[b],
      channels,
      corners + 12 * faceStart,
      ...parts[b],
      upstream.byteOffset + 4 * channels * fragments.itemStarts[b],
      rows.addresses[b],
      positionGradient.byteOffset + 4 * scene.stride * vertexStart,
      work,
    ],
  );
  threads.run(loopTime(scene, picture), rows.tasks(calls.map((call) => [call])));
  exports.addDoubles(rows.total().byteOffset, attributeGradient.length, attributeGradient.byteOffset);
};

export const weightsBackward: Kernels['weightsBackward'] = (...args) => {
  const [scene, picture, fragments, upstream, positionGradient] = args;
  const { positions, stride, items } = scene;
  const simd = simdFor(positions, upstream, positionGradient, ...doubles(fragments));
  if (!simd) return scalarKernels.weightsBackward(...args);
  const { exports, scratch, threads } = simd;
  const meshes = meshesOf(scene, picture, placed(scratch, scene.faces, positions));
  const parts = partsOf(scratch, fragments, positions);
  const { vertexCount, faceCount } = largestOf(scene);
  const work = threads.own(exports.weightsBackwardScratch(vertexCount, faceCount));
  const tasks = meshes.map((mesh, b): Task => {
    const from = upstream.byteOffset + 12 * fragments.itemStarts[b];
    const to = positionGradient.byteOffset + 4 * stride * items[b].vertexStart;
    return [['weightsBackward', ...mesh, ...parts[b], from, to, work]];
  });
  threads.run(loopTime(scene, picture), tasks);
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
