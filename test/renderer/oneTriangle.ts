// The smallest scene with an exact answer: one triangle, fitted to the silhouette of the same triangle with its corners moved.

import type { Kernels, Picture, RealArray, Scene } from '../../renderer/kernels/index.ts';
import { testNumbers } from '../gradient.ts';

/** Three corners, x and y each, in the image plane. */
type Corners = readonly number[];

export interface TriangleCase {
  triangle: Corners;
  target: Corners;
}

/** Triangles of at least a quarter of a unit² and targets with corners off by normally distributed 0.08. */
export function triangleCases(count: number, seed: number): TriangleCase[] {
  const numbers = testNumbers(1000 * count, seed);
  const cases: TriangleCase[] = [];
  for (let at = 0; cases.length < count; at += 18) {
    const triangle = [...numbers.slice(at, at + 6)].map((value) => 0.9 * value);
    const target = triangle.map((value, i) => {
      const radius = Math.sqrt(-2 * Math.log((1 + numbers[at + 6 + i]) / 2 || 1e-9));
      return value + 0.08 * radius * Math.cos(Math.PI * numbers[at + 12 + i]);
    });
    if (Math.abs(area(triangle)) >= 0.25) cases.push({ triangle, target });
  }
  return cases;
}

/** Signed area of a polygon. */
function area(points: Corners): number {
  let doubled = 0;
  for (let i = 0; i < points.length; i += 2) {
    const j = (i + 2) % points.length;
    doubled += points[i] * points[j + 1] - points[j] * points[i + 1];
  }
  return doubled / 2;
}

const counterClockwise = (corners: Corners): Corners =>
  area(corners) < 0 ? [0, 1, 4, 5, 2, 3].map((i) => corners[i]) : corners;

/** Area that two triangles share: one clipped by the edges of the other. */
function sharedArea(first: Corners, second: Corners): number {
  const edges = counterClockwise(second);
  let polygon = [...counterClockwise(first)];
  for (let e = 0; e < 6; e += 2) {
    const [ax, ay, bx, by] = [edges[e], edges[e + 1], edges[(e + 2) % 6], edges[(e + 3) % 6]];
    const side = (x: number, y: number) => (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    const kept: number[] = [];
    for (let i = 0; i < polygon.length; i += 2) {
      const [x, y] = [polygon[i], polygon[i + 1]];
      const [nextX, nextY] = [polygon[(i + 2) % polygon.length], polygon[(i + 3) % polygon.length]];
      const [here, there] = [side(x, y), side(nextX, nextY)];
      if (here >= 0) kept.push(x, y);
      if (here >= 0 !== there >= 0) {
        const t = here / (here - there);
        kept.push(x + t * (nextX - x), y + t * (nextY - y));
      }
    }
    polygon = kept;
  }
  return area(polygon);
}

/** dL/d(corners) of L = ∫ (α − target)² over the plane, the area that is in one triangle only. */
export function exactGradient({ triangle, target }: TriangleCase): number[] {
  const loss = (corners: Corners) => Math.abs(area(corners)) - 2 * sharedArea(corners, target);
  const step = 1e-6;
  return triangle.map(
    (value, i) => (loss(triangle.with(i, value + step)) - loss(triangle.with(i, value - step))) / (2 * step),
  );
}

export type CoverageGradient = (
  scene: Scene,
  picture: Picture,
  visible: ReturnType<Kernels['findVisible']>,
  coverage: RealArray,
  upstream: RealArray,
  positionGradient: RealArray,
) => void;

/** The same of a method that differentiates plain coverage, on a square picture of so many pixels a side. */
export function rasterGradient(
  { triangle, target }: TriangleCase,
  size: number,
  kernels: Kernels,
  gradientOf: CoverageGradient,
): number[] {
  const picture = { width: size, height: size, perspectiveCorrect: true, cull: false, near: 1e-6 };
  const sceneOf = (corners: Corners): Scene => ({
    positions: Float64Array.from([0, 1, 2].flatMap((k) => [corners[2 * k], corners[2 * k + 1], -1])),
    stride: 3,
    faces: Int32Array.of(0, 1, 2),
    items: [{ vertexStart: 0, vertexCount: 3, faceStart: 0, faceCount: 1 }],
  });
  const visible = kernels.findVisible(sceneOf(triangle), picture);
  const wanted = kernels.findVisible(sceneOf(target), picture);
  const coverage = Float64Array.from(visible.faces, (face) => (face < 0 ? 0 : 1));
  const pixelArea = 4 / size ** 2;
  const upstream = coverage.map((value, i) => 2 * pixelArea * (value - (wanted.faces[i] < 0 ? 0 : 1)));
  const gradient = new Float64Array(9);
  gradientOf(sceneOf(triangle), picture, visible, coverage, upstream, gradient);
  return [0, 1, 2].flatMap((k) => [gradient[3 * k], gradient[3 * k + 1]]);
}

export interface Comparison {
  /** Mean cosine of the angle to the exact gradient, and its standard error. */
  cosine: number;
  error: number;
  /** Mean ratio of lengths. */
  length: number;
}

export function compareWithExact(
  cases: TriangleCase[],
  size: number,
  kernels: Kernels,
  gradientOf: CoverageGradient,
): Comparison {
  const results = cases.map((one) => {
    const actual = rasterGradient(one, size, kernels, gradientOf);
    const exact = exactGradient(one);
    const dot = actual.reduce((sum, value, i) => sum + value * exact[i], 0);
    const [length, exactLength] = [Math.hypot(...actual), Math.hypot(...exact)];
    return { cosine: length > 0 ? dot / length / exactLength : 0, length: length / exactLength };
  });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const cosines = results.map(({ cosine }) => cosine);
  const cosine = mean(cosines);
  return {
    cosine,
    error: Math.sqrt(mean(cosines.map((value) => (value - cosine) ** 2)) / cosines.length),
    length: mean(results.map(({ length }) => length)),
  };
}
