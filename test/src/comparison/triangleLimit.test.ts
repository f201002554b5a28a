// The closed form for two triangles, against differences of areas that are found by clipping one polygon by the other.

import { describe, expect, it } from 'vitest';
import { triangleLimitGradient } from '../../../src/comparison/triangleLimit.ts';
import { testNumbers } from '../../gradient.ts';

type Point = [number, number];

const pointsOf = (corners: ArrayLike<number>): Point[] =>
  [0, 1, 2].map((k) => [corners[2 * k], corners[2 * k + 1]]);

const area = (polygon: Point[]) =>
  polygon.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = polygon[(i + 1) % polygon.length];
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);

/** Sutherland and Hodgman: the part of `polygon` inside a counter-clockwise triangle. */
function clipped(polygon: Point[], triangle: Point[]): Point[] {
  return triangle.reduce((inside, [ax, ay], k) => {
    const [bx, by] = triangle[(k + 1) % 3];
    const height = ([x, y]: Point) => (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    return inside.flatMap((from, i): Point[] => {
      const to = inside[(i + 1) % inside.length];
      const [h, g] = [height(from), height(to)];
      const t = h / (h - g);
      const crossing: Point = [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
      return [...(h >= 0 ? [from] : []), ...(h >= 0 !== g >= 0 ? [crossing] : [])];
    });
  }, polygon);
}

/** A quarter of the area of the symmetric difference. */
function loss(moving: ArrayLike<number>, target: ArrayLike<number>): number {
  const [v, t] = [pointsOf(moving), pointsOf(target)];
  return (area(v) + area(t) - 2 * area(clipped(v, t))) / 4;
}

function counterClockwise(corners: Float64Array): Float64Array {
  if (area(pointsOf(corners)) > 0) return corners;
  return Float64Array.of(corners[0], corners[1], corners[4], corners[5], corners[2], corners[3]);
}

describe('the gradient with infinitely many pixels', () => {
  it.each(Array.from({ length: 20 }, (_, i) => i + 1))('is the derivative of the area, case %i', (seed) => {
    const numbers = testNumbers(12, seed);
    const moving = counterClockwise(numbers.slice(0, 6));
    const target = counterClockwise(
      seed % 2 ? numbers.slice(6) : moving.map((value, i) => value + 0.1 * numbers[6 + i]),
    );
    const step = 1e-6;
    const differences = moving.map((_, i) => {
      const at = (offset: number) =>
        loss(
          moving.map((value, k) => (k === i ? value + offset : value)),
          target,
        );
      return (at(step) - at(-step)) / (2 * step);
    });
    const gradient = triangleLimitGradient(moving, target);
    const largest = Math.max(...differences.map(Math.abs));
    for (let i = 0; i < 6; i++) expect(Math.abs(gradient[i] - differences[i])).toBeLessThan(1e-6 * largest);
  });

  it('only grows where the shapes are apart, and pulls outwards where one holds the other', () => {
    const small = Float64Array.of(0, 0, 0.1, 0, 0, 0.1);
    const apart = triangleLimitGradient(small, [2, 2, 3, 2, 2, 3]);
    const inside = triangleLimitGradient(small, [-1, -1, 3, -1, -1, 3]);
    expect(Array.from(inside)).toEqual(Array.from(apart, (value) => 0 - value));
  });
});
