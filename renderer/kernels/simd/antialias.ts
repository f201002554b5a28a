// nvdiffrast's antialiasing, compiled: assembly/antialias.ts, an item of the batch at a time.

import { RastergradError } from '../../errors.ts';
import type { Kernels } from '../kernels.ts';
import { scalarKernels } from '../scalar/index.ts';
import { largestOf, loopTime, meshesOf, placed } from './arrays.ts';
import { simdFor } from './module.ts';
import { joined } from './pairs.ts';
import type { Task } from './threads.ts';

/** The pairs of pixels that were blended: two integers and a double each, those of an item together. */
class CompiledBlends {
  readonly bytes: Uint8Array;
  /** Pairs of item b are itemStarts[b] up to itemStarts[b + 1]. */
  readonly itemStarts: readonly number[];

  constructor(bytes: Uint8Array, itemStarts: readonly number[]) {
    this.bytes = bytes;
    this.itemStarts = itemStarts;
  }
}

const pairBytes = 16;

/** Of an item. Pictures of one run resemble each other: what was enough for the last ones is likely to be enough again. */
let usualPairs = 1024;

export const antialias: Kernels['antialias'] = (...args) => {
  const [scene, picture, visible, oppositeVertices, { values, channels }, output] = args;
  const { positions, items } = scene;
  const simd = simdFor(positions, values, output);
  if (!simd) return scalarKernels.antialias(...args);
  const { exports, scratch, threads } = simd;
  const { width, height } = picture;
  const pixels = width * height;
  const meshes = meshesOf(scene, picture, placed(scratch, scene.faces, positions));
  const opposite = placed(scratch, oppositeVertices, positions);
  const faces = placed(scratch, visible.faces, positions);
  const { vertexCount, faceCount } = largestOf(scene);
  const work = threads.own(exports.antialiasScratch(vertexCount, faceCount));
  const capacity = usualPairs;
  const pairs = scratch.take(pairBytes * capacity * items.length);
  const tasks = items.map(({ faceStart }, b): Task => {
    const colors = 4 * b * pixels * channels;
    return [
      [
        'antialias',
        ...meshes[b],
        width,
        height,
        opposite + 12 * faceStart,
        faces + 4 * b * pixels,
        values.byteOffset + colors,
        channels,
        output.byteOffset + colors,
        pairs + pairBytes * capacity * b,
        capacity,
        work,
      ],
    ];
  });
  const counts = threads.run(loopTime(scene, picture), tasks);
  const most = Math.max(0, ...counts);
  if (most > capacity) {
    usualPairs = Math.ceil(1.25 * most);
    return antialias(...args);
  }
  const { bytes, itemStarts } = joined(scratch, pairs, pairBytes, capacity, counts);
  return new CompiledBlends(bytes, itemStarts);
};

export const antialiasBackward: Kernels['antialiasBackward'] = (...args) => {
  const [scene, picture, state, options, pixelRows, upstream, colorGradient, positionGradient] = args;
  if (!(state instanceof CompiledBlends)) return scalarKernels.antialiasBackward(...args);
  const { positions, stride, items } = scene;
  const { values, channels } = pixelRows;
  const simd = simdFor(positions, values, upstream, colorGradient, positionGradient);
  if (!simd)
    throw new RastergradError(
      'a picture antialiased in the memory of the wasm back end has no gradient elsewhere',
    );
  const { exports, scratch, threads } = simd;
  const { width, height } = picture;
  const meshes = meshesOf(scene, picture, placed(scratch, scene.faces, positions));
  const pairs = scratch.copy(state.bytes);
  const work = threads.own(exports.antialiasBackwardScratch(largestOf(scene).vertexCount));
  const tasks = meshes.map((mesh, b): Task => {
    const start = state.itemStarts[b];
    const colors = 4 * b * width * height * channels;
    return [
      [
        'antialiasBackward',
        ...mesh,
        width,
        height,
        pairs + pairBytes * start,
        state.itemStarts[b + 1] - start,
        options.gradientBoost,
        options.edgePadding,
        values.byteOffset + colors,
        channels,
        upstream.byteOffset + colors,
        colorGradient.byteOffset + colors,
        positionGradient.byteOffset + 4 * stride * items[b].vertexStart,
        work,
      ],
    ];
  });
  threads.run(loopTime(scene, picture), tasks);
};
