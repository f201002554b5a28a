// The edge gradient, compiled: assembly/edgeGradient.ts, an item of the batch at a time.

import type { Kernels } from '../kernels.ts';
import { limitOf } from '../scalar/edgeGradient.ts';
import { scalarKernels } from '../scalar/index.ts';
import { doubles, largestOf, loopTime, meshesOf, placed } from './arrays.ts';
import { simdFor } from './module.ts';
import type { Task } from './threads.ts';

export const edgeGradient: Kernels['edgeGradient'] = (...args) => {
  const [scene, picture, visible, colors, upstream, options, positionGradient] = args;
  const { positions, stride, items } = scene;
  const simd = simdFor(positions, colors, upstream, positionGradient, ...doubles(visible));
  if (!simd) return scalarKernels.edgeGradient(...args);
  const { exports, scratch, threads } = simd;
  const { width, height } = picture;
  const pixels = width * height;
  const channels = colors.length / visible.faces.length;
  const meshes = meshesOf(scene, picture, placed(scratch, scene.faces, positions));
  const faces = placed(scratch, visible.faces, positions);
  const weights = placed(scratch, visible.weights, positions);
  const work = threads.own(exports.edgeGradientScratch(largestOf(scene).vertexCount));
  const tasks = meshes.map(
    (mesh, b): Task => [
      [
        'edgeGradient',
        ...mesh,
        width,
        height,
        faces + 4 * b * pixels,
        weights + 12 * b * pixels,
        colors.byteOffset + 4 * b * pixels * channels,
        channels,
        upstream.byteOffset + 4 * b * pixels * channels,
        limitOf(options),
        positionGradient.byteOffset + 4 * stride * items[b].vertexStart,
        work,
      ],
    ],
  );
  threads.run(loopTime(scene, picture), tasks);
};
