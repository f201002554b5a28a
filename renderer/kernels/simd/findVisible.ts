// The visible face at every pixel, compiled: assembly/findVisible.ts, an item of the batch at a time.

import type { Kernels } from '../kernels.ts';
import { scalarKernels } from '../scalar/index.ts';
import { itemStartsOf } from '../scene.ts';
import { largestOf, loopTime, meshesOf, placed } from './arrays.ts';
import { simdFor } from './module.ts';
import type { Task } from './threads.ts';

export const findVisible: Kernels['findVisible'] = (scene, picture, into) => {
  const { positions, items } = scene;
  const simd = simdFor(positions, ...(into ? [into.faces, into.weights] : []));
  if (!simd) return scalarKernels.findVisible(scene, picture, into);
  const { exports, scratch, threads } = simd;
  const { width, height } = picture;
  const pixels = width * height;
  const count = items.length * pixels;
  const faces = into?.faces ?? new Int32Array(positions.buffer, scratch.take(4 * count), count);
  const weights = into?.weights ?? new Float32Array(positions.buffer, scratch.take(12 * count), 3 * count);
  const meshes = meshesOf(scene, picture, placed(scratch, scene.faces, positions));
  const work = threads.own(exports.findVisibleScratch(largestOf(scene).vertexCount, width, height));
  const tasks = meshes.map((mesh, b): Task => {
    const visible = faces.byteOffset + 4 * b * pixels;
    return [['findVisible', ...mesh, width, height, visible, weights.byteOffset + 12 * b * pixels, work]];
  });
  threads.run(loopTime(scene, picture), tasks);
  if (into) return into;
  return { faces: faces.slice(), weights: weights.slice(), itemStarts: itemStartsOf(items.length, pixels) };
};
