// Kato's gradient against the code of neural_renderer, done once more here in its symbols, and the fast kernel against the reference.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernels, Picture, RealArray, Scene } from '../../../renderer/kernels/index.ts';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';
import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import { simdKernels } from '../../../renderer/kernels/simd/index.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { somePictures, someScenes, triangleSoup } from '../arbitrary.ts';
import { crumpledSpheres, kernelScene, relativeError, somePicture } from '../scenes.ts';
import { compiledCalls, inWasmMemory } from './inWasmMemory.ts';

await useTestBackend('wasm');

const eps = 1e-3;

function gradientOf(
  kernels: Kernels,
  scene: Scene,
  picture: Picture,
  colors: RealArray,
  upstream: RealArray,
  options = { eps },
): Float64Array {
  const visible = referenceKernels.findVisible(scene, picture);
  const gradient = new Float64Array(scene.positions.length);
  kernels.scanlineGradient(scene, picture, visible, colors, upstream, options, gradient);
  return gradient;
}

function sceneOf(positions: ArrayLike<number>, faces: ArrayLike<number>): Scene {
  return {
    positions: Float64Array.from(positions),
    stride: 3,
    faces: Int32Array.from(faces),
    items: [{ vertexStart: 0, vertexCount: positions.length / 3, faceStart: 0, faceCount: faces.length / 3 }],
  };
}

/**
 * backward_pixel_map_gpu for a square picture: `is` pixels a side, rows from the bottom up, faces as nine numbers, only those that
 * wind counter-clockwise.
 */
function neuralRenderer(
  faces: number[][],
  faceIndexMap: Int32Array,
  rgbMap: Float64Array,
  gradRgbMap: Float64Array,
  is: number,
  channels: number,
): number[][] {
  return faces.map((face, fn) => {
    const gradFace = new Array<number>(9).fill(0);
    if ((face[7] - face[1]) * (face[3] - face[0]) < (face[4] - face[1]) * (face[6] - face[0]))
      return gradFace;
    for (let edge = 0; edge < 3; edge++) {
      const pi = [0, 1, 2].map((num) => (edge + num) % 3);
      const pp = pi.map((vertex) => [0, 1].map((dim) => 0.5 * (face[3 * vertex + dim] * is + is - 1)));
      for (const axis of [0, 1]) {
        const p = pp.map((point) => [point[axis], point[1 - axis]]);
        const rises = p[0][0] < p[1][0];
        const direction = axis === 0 ? (rises ? -1 : 1) : rises ? 1 : -1;
        const d0From = Math.max(Math.ceil(Math.min(p[0][0], p[1][0])), 0);
        const d0To = Math.min(Math.max(p[0][0], p[1][0]), is - 1);
        for (let d0 = d0From; d0 <= d0To; d0++) {
          const d1Cross = ((p[1][1] - p[0][1]) / (p[1][0] - p[0][0])) * (d0 - p[0][0]) + p[0][1];
          const d1In = direction > 0 ? Math.floor(d1Cross) : Math.ceil(d1Cross);
          const d1Out = d1In + direction;
          if (d1In < 0 || is <= d1In || d1Out < 0 || is <= d1Out) continue;
          const mapIndex = (d1: number) => (axis === 0 ? d1 * is + d0 : d0 * is + d1);
          const spread = (d1: number, other: number) => {
            let diffGrad = 0;
            for (let k = 0; k < channels; k++) {
              const at = channels * mapIndex(d1) + k;
              diffGrad += (rgbMap[at] - rgbMap[channels * mapIndex(other) + k]) * gradRgbMap[at];
            }
            if (diffGrad <= 0) return;
            if (p[1][0] !== d0) {
              let dist = (((p[1][0] - p[0][0]) / (p[1][0] - d0)) * (d1 - d1Cross) * 2) / is;
              dist = 0 < dist ? dist + eps : dist - eps;
              gradFace[pi[0] * 3 + (1 - axis)] -= diffGrad / dist;
            }
            if (p[0][0] !== d0) {
              let dist = (((p[1][0] - p[0][0]) / (d0 - p[0][0])) * (d1 - d1Cross) * 2) / is;
              dist = 0 < dist ? dist + eps : dist - eps;
              gradFace[pi[1] * 3 + (1 - axis)] -= diffGrad / dist;
            }
          };
          if (faceIndexMap[mapIndex(d1In)] === fn) {
            const limit = direction > 0 ? is - 1 : 0;
            const from = Math.max(Math.min(d1Out, limit), 0);
            const to = Math.min(Math.max(d1Out, limit), is - 1);
            for (let d1 = from; d1 <= to; d1++) spread(d1, d1In);
          }
          const cross2 =
            (d0 - p[0][0]) * (d0 - p[2][0]) < 0
              ? ((p[2][1] - p[0][1]) / (p[2][0] - p[0][0])) * (d0 - p[0][0]) + p[0][1]
              : ((p[1][1] - p[2][1]) / (p[1][0] - p[2][0])) * (d0 - p[2][0]) + p[2][1];
          const limit = direction > 0 ? Math.ceil(cross2) : Math.floor(cross2);
          const from = Math.max(Math.min(d1In, limit), 0);
          const to = Math.min(Math.max(d1In, limit), is - 1);
          for (let d1 = from; d1 <= to; d1++) if (faceIndexMap[mapIndex(d1)] === fn) spread(d1, d1Out);
        }
      }
    }
    return gradFace;
  });
}

/** The same for a scene of divided positions, its faces turned to the front. */
function neuralRendererOn(
  scene: Scene,
  size: number,
  colors: Float64Array,
  upstream: Float64Array,
): Float64Array {
  const channels = colors.length / size ** 2;
  const { faces: index } = referenceKernels.findVisible(scene, somePicture({ width: size, height: size }));
  const fromBelow = <T extends Float64Array | Int32Array>(rows: T): T => {
    const width = rows.length / size;
    const turned = rows.slice() as T;
    for (let row = 0; row < size; row++)
      turned.set(rows.subarray(row * width, (row + 1) * width), (size - 1 - row) * width);
    return turned;
  };
  const corners = Array.from({ length: scene.faces.length / 3 }, (_, f) => {
    const [a, b, c] = scene.faces.subarray(3 * f, 3 * f + 3);
    const [x, y] = [0, 1].map((k) => [a, b, c].map((v) => scene.positions[3 * v + k]));
    const front = (x[1] - x[0]) * (y[2] - y[0]) > (x[2] - x[0]) * (y[1] - y[0]);
    return front ? [a, b, c] : [a, c, b];
  });
  const faces = corners.map((face) => face.flatMap((v) => [...scene.positions.subarray(3 * v, 3 * v + 3)]));
  const gradFaces = neuralRenderer(
    faces,
    fromBelow(index),
    fromBelow(colors),
    fromBelow(upstream),
    size,
    channels,
  );
  const gradient = new Float64Array(scene.positions.length);
  corners.forEach((face, f) => {
    face.forEach((v, k) => {
      for (let dim = 0; dim < 3; dim++) gradient[3 * v + dim] += gradFaces[f][3 * k + dim];
    });
  });
  return gradient;
}

it('is what neural_renderer computes, edge by edge', () => {
  for (let seed = 1; seed <= 12; seed++) {
    for (const scene of [triangleSoup(seed, 9), kernelScene(crumpledSpheres(seed, 1, 3))]) {
      const size = 21;
      const colors = testNumbers(2 * size * size, seed + 100);
      const upstream = testNumbers(2 * size * size, seed + 200);
      const picture = somePicture({ width: size, height: size });
      const expected = neuralRendererOn(scene, size, colors, upstream);
      expect(Math.max(...expected)).toBeGreaterThan(1);
      expect(
        relativeError(gradientOf(referenceKernels, scene, picture, colors, upstream), expected),
      ).toBeLessThan(1e-9);
    }
  }
});

it.each([
  ['scalar', scalarKernels, 1e-8],
  // In float32, as the result is.
  ['simd', inWasmMemory(simdKernels), 5e-7],
])('is the same from the fast kernel: %s', (_, kernels, tolerance) => {
  const sparse = (numbers: Float64Array) => numbers.map((value) => (value < 0.3 ? 0 : value));
  fc.assert(
    fc.property(
      someScenes,
      somePictures,
      fc.integer({ min: 1, max: 4 }),
      ({ seed, scene: exact }, picture, channels) => {
        const scene = { ...exact, positions: exact.positions.map(Math.fround) };
        const numbers = scene.items.length * picture.width * picture.height * channels;
        const colors = testNumbers(numbers, seed).map(Math.fround);
        const upstream = sparse(testNumbers(numbers, 3)).map(Math.fround);
        const [fast, slow] = [kernels, referenceKernels].map((some) =>
          gradientOf(some, scene, picture, colors, upstream),
        );
        expect(relativeError(fast, slow)).toBeLessThan(tolerance);
      },
    ),
    { numRuns: 60, seed: 12 },
  );
});

describe.each([
  ['simd', inWasmMemory(simdKernels)],
  ['scalar', scalarKernels],
  ['reference', referenceKernels],
])('%s kernel', (_, kernels) => {
  const square = [-0.45, -0.45, -1, 0.55, -0.45, -1, -0.45, 0.55, -1, 0.55, 0.55, -1];
  const faces = [0, 1, 2, 1, 3, 2];
  const picture = somePicture({ width: 40, height: 40 });
  const pull = (at: (column: number, row: number) => number) => {
    const scene = sceneOf(square, faces);
    const covered = referenceKernels.findVisible(scene, picture).faces;
    const colors = Float64Array.from(covered, (face) => (face < 0 ? 0 : 1));
    const upstream = colors.map((__, i) => at(i % 40, Math.floor(i / 40)));
    return gradientOf(kernels, scene, picture, colors, upstream);
  };

  it('pulls an outline towards wanted pixels, however far along its row, and less the farther', () => {
    const [near, far] = [36, 39].map((column) => pull((x, y) => (x === column && y === 20 ? -1 : 0)));
    for (const gradient of [near, far]) {
      for (const right of [3, 9]) expect(gradient[right]).toBeLessThan(0);
      for (const y of [1, 4, 7, 10]) expect(gradient[y]).toBe(0);
    }
    expect(Math.abs(near[3])).toBeGreaterThan(Math.abs(far[3]));
  });

  it('draws an outline back from unwanted pixels of its own', () => {
    const gradient = pull((x, y) => (x > 26 && x < 31 && y === 20 ? 1 : 0));
    for (const right of [3, 9]) expect(gradient[right]).toBeGreaterThan(0);
  });

  it('takes no notice of pixels that should not change', () => {
    expect(pull((x) => (x > 35 ? 1 : 0)).every((value) => value === 0)).toBe(true);
    expect(
      pull((x, y) => (x > 12 && x < 28 && y > 12 && y < 26 ? -1 : 0)).every((value) => value === 0),
    ).toBe(true);
  });

  it('stays finite, whatever the scene', () => {
    const degenerate = [
      [0, 0, -1, 0, 0, -1, 0, 0, -1],
      [-1, 0, -1, 0, 0, -1, 1, 0, -1],
      [-1e6, -1e6, -1, 1e6, -1e6, -2, 0, 1e6, -3],
      [-1e6, 1e6, -1e6, 3, -1e6, 5, 1e6, 1e6, 1e6],
      // Corners on the centres of pixels, edges along rows and columns, of a picture of 8 × 8.
      [-0.625, -0.625, -1, 0.625, -0.625, -1, -0.625, 0.625, -1],
      [-0.625, -0.625, -1, 0.625, -0.625, -1, 0.625, 0.625, -1],
    ];
    const sizes = [
      [1, 1],
      [1, 4096],
      [4096, 1],
      [8, 8],
    ];
    for (const [width, height] of sizes) {
      const numbers = width * height;
      for (const positions of [[], degenerate.flat(), ...degenerate]) {
        const scene = sceneOf(
          positions,
          Array.from({ length: positions.length / 3 }, (__, i) => i),
        );
        const upstream = testNumbers(numbers, 2);
        const gradient = gradientOf(
          kernels,
          scene,
          somePicture({ width, height }),
          testNumbers(numbers, 1),
          upstream,
        );
        expect(gradient.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

it('has had compiled kernels at work', () => {
  for (const name of ['scanlineGradient'] as const) {
    expect(compiledCalls[name] ?? 0, name).toBeGreaterThan(0);
  }
});
