// The unbiased silhouette, compiled: assembly/outlineMask.ts, an item of the batch at a time. The outline is found in plain TypeScript.

import { RastergradError } from '../../errors.ts';
import type { Kernels } from '../kernels.ts';
import { endOfGaussian } from '../scalar/gaussian.ts';
import { scalarKernels } from '../scalar/index.ts';
import { findOutline } from '../scalar/outline.ts';
import { projectVertices } from '../scalar/vertices.ts';
import { largestOf, loopTime, meshesOf, placed } from './arrays.ts';
import { simdFor } from './module.ts';
import type { Task } from './threads.ts';

/** The pieces of the outlines and the (piece, pixel) pairs that matter, of each item, as assembly/outlineMask.ts lays them out. */
class CompiledPieces {
  readonly items: { pieces: Uint8Array; pairs: Uint8Array }[] = [];
}

const pieceBytes = 48;
const pairBytes = 12;

/** More of them, as of pieces that all reach all pixels, are left to the plain kernel: half a gigabyte. */
const mostPairs = 2 ** 29 / pairBytes;

/** Pictures of one run resemble each other: what was enough for an item of the last one is likely to be enough again. */
let usualPairs = 1024;

export const outlineMask: Kernels['outlineMask'] = (...args) => {
  const [scene, picture, visible, { sharpness }, output] = args;
  const { positions, items } = scene;
  const simd = simdFor(positions, output);
  if (!simd) return scalarKernels.outlineMask(...args);
  const { exports, scratch, threads } = simd;
  const { width, height } = picture;
  const pixels = width * height;
  const outlines = items.map((item) =>
    findOutline(scene, item, projectVertices(scene, item, picture), endOfGaussian / Math.sqrt(sharpness)),
  );
  const meshes = meshesOf(scene, picture, 0);
  const faces = placed(scratch, visible.faces, positions);
  const work = threads.own(exports.outlineMaskScratch(largestOf(scene).vertexCount, width, height));
  const pieces = outlines.map(({ from }) => scratch.take(pieceBytes * from.length));
  for (const [b, { from, to, start, end }] of outlines.entries()) {
    const whole = scratch.integers(pieces[b], (pieceBytes / 4) * from.length);
    const places = scratch.floats64(pieces[b], (pieceBytes / 8) * from.length);
    for (let i = 0; i < from.length; i++) {
      whole[12 * i] = from[i];
      whole[12 * i + 1] = to[i];
      places[6 * i + 2] = start[i];
      places[6 * i + 3] = end[i];
    }
  }
  const capacity = Math.min(usualPairs, Math.floor(mostPairs / items.length));
  const pairs = items.map(() => scratch.take(pairBytes * capacity));
  const tasks = outlines.map(
    ({ from }, b): Task => [
      [
        'outlineMask',
        ...meshes[b],
        width,
        height,
        faces + 4 * b * pixels,
        pieces[b],
        from.length,
        sharpness,
        endOfGaussian,
        output.byteOffset + 4 * b * pixels,
        pairs[b],
        capacity,
        work,
      ],
    ],
  );
  const counts = threads.run(loopTime(scene, picture), tasks);
  const most = Math.max(0, ...counts);
  if (most > capacity - 4) {
    const wanted = Math.ceil(1.25 * most) + 64;
    if (wanted * items.length > mostPairs) return scalarKernels.outlineMask(...args);
    usualPairs = wanted;
    return outlineMask(...args);
  }
  const state = new CompiledPieces();
  for (const [b, { from }] of outlines.entries()) {
    state.items.push({
      pieces: scratch.bytes(pieces[b], pieceBytes * from.length).slice(),
      pairs: scratch.bytes(pairs[b], pairBytes * counts[b]).slice(),
    });
  }
  return state;
};

export const outlineMaskBackward: Kernels['outlineMaskBackward'] = (...args) => {
  const [scene, picture, state, upstream, positionGradient] = args;
  if (!(state instanceof CompiledPieces)) return scalarKernels.outlineMaskBackward(...args);
  const { positions, stride, items } = scene;
  const simd = simdFor(positions, upstream, positionGradient);
  if (!simd)
    throw new RastergradError('a mask drawn in the memory of the wasm back end has no gradient elsewhere');
  const { exports, scratch, threads } = simd;
  const work = threads.own(exports.outlineMaskBackwardScratch(largestOf(scene).vertexCount));
  const copies = state.items.map(({ pieces, pairs }) => [scratch.copy(pieces), scratch.copy(pairs)]);
  const tasks = meshesOf(scene, picture, 0).flatMap((mesh, b): Task[] => {
    const count = state.items[b].pieces.length / pieceBytes;
    if (count === 0) return [];
    const from = upstream.byteOffset + 4 * picture.width * picture.height * b;
    const to = positionGradient.byteOffset + 4 * stride * items[b].vertexStart;
    return [[['outlineMaskBackward', ...mesh, copies[b][0], count, copies[b][1], from, to, work]]];
  });
  threads.run(loopTime(scene, picture), tasks);
};
