// The edge gradient against its formulas as DRTK's kernel writes them, done once more here with normals; against what it
// approximates, the way an edge of the picture moves; and the fast kernel against the reference.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Fragments, Kernels, Picture, RealArray, Scene } from '../../../renderer/kernels/index.ts';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';
import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import { simdKernels } from '../../../renderer/kernels/simd/index.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { somePictures, someScenes, triangleSoup } from '../arbitrary.ts';
import { crumpledSpheres, kernelScene, relativeError, somePicture } from '../scenes.ts';
import { compiledCalls, inWasmMemory } from './inWasmMemory.ts';

beforeAll(() => useTestBackend('wasm'));

const compiled = inWasmMemory(simdKernels);

const free = { maxDpDr: 0 };

function gradientOf(
  kernels: Kernels,
  scene: Scene,
  picture: Picture,
  colors: RealArray,
  upstream: RealArray,
  options = free,
): Float64Array {
  const visible = referenceKernels.findVisible(scene, picture);
  const gradient = new Float64Array(scene.positions.length);
  kernels.edgeGradient(scene, picture, visible, colors, upstream, options, gradient);
  return gradient;
}

function sceneOf(positions: ArrayLike<number>, stride: 3 | 4, faces: ArrayLike<number>): Scene {
  const vertexCount = positions.length / stride;
  return {
    positions: Float64Array.from(positions),
    stride,
    faces: Int32Array.from(faces),
    items: [{ vertexStart: 0, vertexCount, faceStart: 0, faceCount: faces.length / 3 }],
  };
}

type Vector = readonly [number, number, number];

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

/** DRTK once more, in its coordinates: pixel centres at whole numbers, x to the right, y down, depth as it is. */
function drtk(
  { positions, faces }: Scene,
  { width, height }: Picture,
  { faces: index }: Fragments,
  colors: Float64Array,
  upstream: Float64Array,
  maxMagnitude: number,
): { gradient: Float64Array; cases: Record<string, number> } {
  const channels = colors.length / index.length;
  const cases = { overlap: 0, adjacent: 0, background: 0, intersection: 0 };
  const gradient = new Float64Array(positions.length);
  const corner = (face: number, k: number): Vector => {
    const at = 3 * faces[3 * face + k];
    return [
      (width * (positions[at] + 1) - 1) / 2,
      (height * (1 - positions[at + 1]) - 1) / 2,
      positions[at + 2],
    ];
  };
  const barycentrics = (face: number, x: number, y: number) => {
    const [p0, p1, p2] = [0, 1, 2].map((k) => corner(face, k));
    const area = (p1[0] - p0[0]) * (p2[1] - p0[1]) - (p2[0] - p0[0]) * (p1[1] - p0[1]);
    const b1 = ((x - p0[0]) * (p2[1] - p0[1]) - (p2[0] - p0[0]) * (y - p0[1])) / area;
    const b2 = ((p1[0] - p0[0]) * (y - p0[1]) - (x - p0[0]) * (p1[1] - p0[1])) / area;
    return [1 - b1 - b2, b1, b2];
  };
  const pixelInTriangle = (face: number, x: number, y: number) =>
    barycentrics(face, x, y).every((weight) => weight > 0);
  const normalInPlane = (face: number, axis: 0 | 1): [number, number] => {
    const [p0, p1, p2] = [0, 1, 2].map((k) => corner(face, k));
    const n = cross(minus(p0, p2), minus(p1, p0));
    const length = Math.hypot(n[axis], n[2]);
    return [n[axis] / length, n[2] / length];
  };
  const dpDr = (moving: [number, number], fixed: [number, number]): [number, number] => {
    const b = [-fixed[1], fixed[0]];
    let d = b[0] * moving[0] + b[1] * moving[1];
    if (maxMagnitude > 0) d = Math.sign(d) * Math.max(Math.abs(d), Math.abs(b[0]) / maxMagnitude);
    return [(b[0] / d) * moving[0], (b[0] / d) * moving[1]];
  };
  const scatter = (face: number, x: number, y: number, [gx, gy, gz]: Vector) => {
    barycentrics(face, x, y).forEach((weight, k) => {
      const at = 3 * faces[3 * face + k];
      gradient[at] += (weight * gx * width) / 2;
      gradient[at + 1] -= (weight * gy * height) / 2;
      gradient[at + 2] += weight * gz;
    });
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const axis of [0, 1] as const) {
        const [otherX, otherY] = axis === 0 ? [x + 1, y] : [x, y + 1];
        if (otherX === width || otherY === height) continue;
        const center = y * width + x;
        const other = otherY * width + otherX;
        if (index[center] === index[other]) continue;
        let gradDot = 0;
        for (let c = 0; c < channels; c++) {
          const step = colors[channels * other + c] - colors[channels * center + c];
          gradDot += step * 0.5 * (upstream[channels * other + c] + upstream[channels * center + c]);
        }
        const along = (amount: number, depth = 0): Vector =>
          axis === 0 ? [-gradDot * amount, 0, -gradDot * depth] : [0, -gradDot * amount, -gradDot * depth];
        const valid = [index[center] >= 0, index[other] >= 0];
        const centerInOther = valid[0] && valid[1] && pixelInTriangle(index[other], x, y);
        const otherInCenter = valid[0] && valid[1] && pixelInTriangle(index[center], otherX, otherY);
        if (centerInOther && otherInCenter) {
          cases.intersection++;
          const n = [normalInPlane(index[center], axis), normalInPlane(index[other], axis)];
          scatter(index[center], x, y, along(...dpDr(n[0], n[1])));
          scatter(index[other], otherX, otherY, along(...dpDr(n[1], n[0])));
        } else if (!valid[0] || !valid[1]) {
          cases.background++;
          if (valid[0]) scatter(index[center], x, y, along(1));
          else scatter(index[other], otherX, otherY, along(1));
        } else if (centerInOther || otherInCenter) {
          cases.overlap++;
          if (centerInOther) scatter(index[center], x, y, along(1));
          else scatter(index[other], otherX, otherY, along(1));
        } else {
          cases.adjacent++;
        }
      }
    }
  }
  return { gradient, cases };
}

it.each([0, 2])('is what DRTK computes from normals, pair by pair (limit %d)', (maxDpDr) => {
  const found = { overlap: 0, adjacent: 0, background: 0, intersection: 0 };
  for (let seed = 1; seed <= 12; seed++) {
    const sphere = kernelScene(crumpledSpheres(seed, 1, 3));
    for (const scene of [triangleSoup(seed, 14), sphere]) {
      const picture = somePicture({ width: 24, height: 19 });
      const visible = referenceKernels.findVisible(scene, picture);
      const colors = testNumbers(2 * 24 * 19, seed + 100);
      const upstream = testNumbers(2 * 24 * 19, seed + 200);
      const { gradient, cases } = drtk(scene, picture, visible, colors, upstream, maxDpDr);
      const actual = gradientOf(referenceKernels, scene, picture, colors, upstream, { maxDpDr });
      expect(relativeError(actual, gradient)).toBeLessThan(1e-9);
      for (const name of Object.keys(found) as (keyof typeof found)[]) found[name] += cases[name];
    }
  }
  for (const count of Object.values(found)) expect(count).toBeGreaterThan(100);
});

it.each([
  { name: 'scalar', fastKernels: scalarKernels, tolerance: 1e-8 },
  { name: 'simd', fastKernels: compiled, tolerance: 2 ** -22 },
])('is the same from the $name kernel', ({ fastKernels, tolerance }) => {
  fc.assert(
    fc.property(
      someScenes,
      somePictures,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(0, 3, 1e4),
      ({ seed, scene }, picture, channels, maxDpDr) => {
        const numbers = scene.items.length * picture.width * picture.height * channels;
        const [colors, upstream] = [seed, 3].map((from) => testNumbers(numbers, from).map(Math.fround));
        const [fast, slow] = [fastKernels, referenceKernels].map((kernels) =>
          gradientOf(kernels, scene, picture, colors, upstream, { maxDpDr }),
        );
        expect(relativeError(fast, slow)).toBeLessThan(tolerance);
      },
    ),
    { numRuns: 60, seed: 12 },
  );
});

/** A rectangle of two faces whose diagonal runs through pixel centres; corners left to right, bottom up. */
const rectangle = [0, 1, 2, 1, 3, 2];

describe.each([
  ['scalar', scalarKernels],
  ['simd', compiled],
  ['reference', referenceKernels],
])('%s kernel', (_, kernels) => {
  it('moves outlines by their area: Σ ∂α/∂v = ∂area/∂v, in perspective too', () => {
    const corners = [
      [-0.62, -0.71, 1],
      [0.77, -0.35, 2.5],
      [0.05, 0.81, 1.6],
    ];
    const positions = corners.flatMap(([x, y, w]) => [x * w, y * w, -w, w]);
    const picture = somePicture({ width: 801, height: 601 });
    const scene = sceneOf(positions, 4, [0, 1, 2]);
    const covered = referenceKernels.findVisible(scene, picture).faces.map((face) => (face < 0 ? 0 : 1));
    const ones = new Float64Array(covered.length).fill(1);
    const gradient = gradientOf(kernels, scene, picture, Float64Array.from(covered), ones);
    const area = (rows: readonly number[]) => {
      const [x, y] = [0, 1].map((k) => [0, 1, 2].map((v) => rows[4 * v + k] / rows[4 * v + 3]));
      const doubled = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
      return (doubled / 2) * ((picture.width * picture.height) / 4);
    };
    const expected = positions.map((value, i) => {
      const step = 1e-6;
      return (area(positions.with(i, value + step)) - area(positions.with(i, value - step))) / (2 * step);
    });
    expect(relativeError(gradient, expected)).toBeLessThan(0.01);
  });

  it('moves the line where two faces intersect, in perspective too', () => {
    // Two upright walls through each other, each one face, seen in perspective: a vertical line between them. The picture is 1
    // on the first.
    const width = 64;
    const height = 16;
    const wall = (leftW: number, rightW: number) => [
      ...[-20, 20].flatMap((y) => [-1.2 * leftW, y * leftW, -leftW, leftW]),
      ...[1.2 * rightW, 0, -rightW, rightW],
    ];
    const positions = [...wall(1, 4), ...wall(3.1, 1.3)];
    const scene = sceneOf(positions, 4, [0, 1, 2, 3, 4, 5]);
    const picture = somePicture({ width, height });
    const { faces } = referenceKernels.findVisible(scene, picture);
    const colors = Float64Array.from(faces, (face) => (face === 0 ? 1 : 0));
    const gradient = gradientOf(kernels, scene, picture, colors, new Float64Array(colors.length).fill(1));

    // Along a row, 1/depth is linear from one side to the other: the walls meet at the share t, and Z moves the crossing by t.
    const crossing = (offset: number) => {
      const depth = (left: number, right: number, t: number) => 1 / ((1 - t) / left + t / right);
      let [from, to] = [0, 1];
      for (let i = 0; i < 60; i++) {
        const t = (from + to) / 2;
        if (depth(1, 4, t) - offset < depth(3.1, 1.3, t)) from = t;
        else to = t;
      }
      return -1.2 + 2.4 * from;
    };
    const step = 1e-6;
    const perRow = ((crossing(step) - crossing(-step)) / (2 * step)) * (width / 2);
    const [first, second] = [0, 3].map((start) =>
      [0, 1, 2].reduce((sum, v) => sum + gradient[4 * (start + v) + 2], 0),
    );
    expect(Math.abs(first / height - perRow) / perRow).toBeLessThan(1e-3);
    expect(second).toBeCloseTo(-first, 6);
  });

  it('adds nothing between faces that share an edge, even one through pixel centres', () => {
    const scene = sceneOf([-0.75, -0.75, -1, 0.75, -0.75, -1, -0.75, 0.75, -1, 0.75, 0.75, -1], 3, rectangle);
    const picture = somePicture({ width: 8, height: 8 });
    const { faces } = referenceKernels.findVisible(scene, picture);
    expect(new Set(faces)).toEqual(new Set([-1, 0, 1]));
    const colors = Float64Array.from(faces, (face) => 0.4 + face * 0.4);
    const upstream = testNumbers(64, 5).map((value, i) => (isInside(i) ? value : 0));
    function isInside(i: number): boolean {
      return [i % 8, Math.floor(i / 8)].every((k) => k > 1 && k < 6);
    }
    expect([...gradientOf(kernels, scene, picture, colors, upstream)]).toEqual(new Array(12).fill(0));
  });

  it('lets only the nearer of overlapping faces move, also where it hides an edge through pixel centres', () => {
    const square = (half: number, z: number) =>
      [-1, 1].flatMap((y) => [-1, 1].flatMap((x) => [x * half, y * half, z]));
    const scene = sceneOf([...square(0.4, -1), ...square(1.5, -2)], 3, [
      ...rectangle,
      ...rectangle.map((v) => v + 4),
    ]);
    const picture = somePicture({ width: 20, height: 20 });
    const { faces } = referenceKernels.findVisible(scene, picture);
    const colors = Float64Array.from(faces, (face) => (face < 2 ? 1 : 0));
    const gradient = gradientOf(kernels, scene, picture, colors, new Float64Array(400).fill(1));
    expect(gradient.slice(12).every((value) => value === 0)).toBe(true);
    // A wider square covers more: 8 pixels along each side, 10 pixels a unit, felt at their centres, 7/8 of the way out.
    expect(gradient[3] + gradient[9]).toBeCloseTo(70, 6);
    expect(gradient[7] + gradient[10]).toBeCloseTo(70, 6);
  });

  it('stays finite, whatever the scene', () => {
    const degenerate = [
      [0, 0, -1, 0, 0, -1, 0, 0, -1],
      [-1, 0, -1, 0, 0, -1, 1, 0, -1],
      [-1e6, -1e6, -1, 1e6, -1e6, -2, 0, 1e6, -3],
      [-1e6, 1e6, -1e6, 3, -1e6, 5, 1e6, 1e6, 1e6],
      [-0.5, -0.5, -1, 0.5, -0.5, -1, 0, 0.5, -1],
      [-0.5, -0.5, -1, 0.5, -0.5, -1, 0, 0.5, -1.0000001],
    ];
    const sizes = [
      [1, 1],
      [1, 4096],
      [4096, 1],
      [9, 7],
    ];
    for (const [width, height] of sizes) {
      const picture = somePicture({ width, height });
      const numbers = width * height;
      for (const positions of [[], degenerate.flat(), ...degenerate]) {
        const scene = sceneOf(
          positions,
          3,
          Array.from({ length: positions.length / 3 }, (_, i) => i),
        );
        const gradient = gradientOf(
          kernels,
          scene,
          picture,
          testNumbers(numbers, 1),
          testNumbers(numbers, 2),
        );
        expect(gradient.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

it('has had the compiled kernel at work', () => {
  expect(compiledCalls.edgeGradient ?? 0).toBeGreaterThan(0);
});
