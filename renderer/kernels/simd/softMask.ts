// DIB-R's silhouette, compiled: assembly/softMask.ts, an item of the batch at a time.

import { RastergradError } from '../../errors.ts';
import type { Kernels } from '../kernels.ts';
import { scalarKernels } from '../scalar/index.ts';
import { largestOf, loopTime, meshesOf, placed } from './arrays.ts';
import { simdFor } from './module.ts';
import { joined } from './pairs.ts';
import type { Task } from './threads.ts';

/** The (pixel, face) pairs that count: five numbers each, those of an item together. */
class CompiledPairs {
  readonly numbers: Int32Array;
  /** Pairs of item b are itemStarts[b] up to itemStarts[b + 1]. */
  readonly itemStarts: readonly number[];

  constructor(numbers: Int32Array, itemStarts: readonly number[]) {
    this.numbers = numbers;
    this.itemStarts = itemStarts;
  }
}

const pairBytes = 20;

/** From here on exp(−x) is left out: see scalar/softMask.ts. */
const negligible = 32 * Math.LN2;

/** More faces than a mesh can have. */
const unlimited = 2 ** 31 - 1;

/** More of them, as of faces that all reach all pixels, are left to the plain kernel: half a gigabyte. */
const mostPairs = 2 ** 29 / pairBytes;

/** Of an item. Pictures of one run resemble each other: what was enough for the last ones is likely to be enough again. */
let usualPairs = 1024;

export const softMask: Kernels['softMask'] = (...args) => {
  const [scene, picture, visible, options, output] = args;
  const { positions, items } = scene;
  const simd = simdFor(positions, output);
  if (!simd) return scalarKernels.softMask(...args);
  const { exports, scratch, threads } = simd;
  const { width, height } = picture;
  const pixels = width * height;
  const meshes = meshesOf(scene, picture, placed(scratch, scene.faces, positions));
  const faces = placed(scratch, visible.faces, positions);
  const capacity = Math.min(usualPairs, Math.floor(mostPairs / items.length));
  const hearsNearest = options.order === 'nearest';
  const { vertexCount, faceCount } = largestOf(scene);
  const lists = hearsNearest ? exports.nearestFacesScratch(faceCount, width, height, capacity) : 0;
  const work = threads.own(exports.softMaskScratch(vertexCount, width, height) + lists);
  const pairs = scratch.take(pairBytes * capacity * items.length);
  const tasks = meshes.map(
    (mesh, b): Task => [
      [
        'softMask',
        ...mesh,
        width,
        height,
        faces + 4 * b * pixels,
        options.sharpness,
        options.boxSize,
        negligible,
        Math.min(options.maxFaces, unlimited),
        hearsNearest,
        output.byteOffset + 4 * b * pixels,
        pairs + pairBytes * capacity * b,
        capacity,
        work,
      ],
    ],
  );
  const counts = threads.run(loopTime(scene, picture), tasks);
  const most = Math.max(0, ...counts);
  if (most + 4 > capacity) {
    const wanted = Math.ceil(1.25 * most) + 64;
    if (wanted * items.length > mostPairs) return scalarKernels.softMask(...args);
    usualPairs = wanted;
    return softMask(...args);
  }
  const { bytes, itemStarts } = joined(scratch, pairs, pairBytes, capacity, counts);
  return new CompiledPairs(new Int32Array(bytes.buffer), itemStarts);
};

export const softMaskBackward: Kernels['softMaskBackward'] = (...args) => {
  const [scene, picture, state, upstream, positionGradient] = args;
  if (!(state instanceof CompiledPairs)) return scalarKernels.softMaskBackward(...args);
  const { positions, stride, items } = scene;
  const simd = simdFor(positions, upstream, positionGradient);
  if (!simd)
    throw new RastergradError('a mask drawn in the memory of the wasm back end has no gradient elsewhere');
  const { exports, scratch, threads } = simd;
  const { numbers, itemStarts } = state;
  const meshes = meshesOf(scene, picture, placed(scratch, scene.faces, positions));
  const pairs = placed(scratch, numbers, positions);
  const work = threads.own(exports.softMaskBackwardScratch(largestOf(scene).vertexCount));
  const tasks = meshes.map(
    (mesh, b): Task => [
      [
        'softMaskBackward',
        ...mesh,
        pairs + pairBytes * itemStarts[b],
        itemStarts[b + 1] - itemStarts[b],
        upstream.byteOffset + 4 * b * picture.width * picture.height,
        positionGradient.byteOffset + 4 * stride * items[b].vertexStart,
        work,
      ],
    ],
  );
  threads.run(loopTime(scene, picture), tasks);
};
