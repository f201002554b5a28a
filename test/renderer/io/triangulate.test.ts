// Polygons cut into triangles: as much area as before, none outside.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { triangulate } from '../../../renderer/io/triangulate.ts';

type Point = readonly number[];

/** Triangles of a polygon, as numbers of its corners. */
function cut(outline: readonly Point[]): number[][] {
  const vertices = Float64Array.from(outline.flatMap(([x, y, z = 0]) => [x, y, z]));
  const corners = Int32Array.from(outline.keys());
  const triangles = new Int32Array(3 * (outline.length - 2));
  triangulate(vertices, corners, 0, outline.length, triangles, 0);
  return Array.from({ length: outline.length - 2 }, (_, t) => [...triangles.subarray(3 * t, 3 * t + 3)]);
}

/** Signed area in the plane of x and y. */
const areaOf = (points: readonly Point[]) =>
  points.reduce((sum, [x, y], i) => {
    const [u, v] = points[(i + 1) % points.length];
    return sum + (x * v - y * u) / 2;
  }, 0);

const areas = (outline: readonly Point[]) =>
  cut(outline).map((triangle) => areaOf(triangle.map((corner) => outline[corner])));

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function expectCovered(outline: readonly Point[]): void {
  const turned = Math.sign(areaOf(outline));
  const parts = areas(outline);
  expect(Math.min(...parts.map((part) => part * turned))).toBeGreaterThan(0);
  expect(sum(parts)).toBeCloseTo(areaOf(outline), 9);
}

const arrow = [
  [0, 0],
  [2, 1],
  [0, 2],
  [1, 1],
];

describe('triangulate', () => {
  it('makes a convex polygon a fan around its first corner', () => {
    const hexagon = Array.from({ length: 6 }, (_, i) => [Math.cos(i), Math.sin(i)]);
    expect(cut(hexagon)).toEqual([
      [0, 1, 2],
      [0, 2, 3],
      [0, 3, 4],
      [0, 4, 5],
    ]);
  });

  it('cuts a concave quadrilateral inside, wherever it begins and however it winds', () => {
    for (let start = 0; start < 4; start++) {
      const rotated = [...arrow.slice(start), ...arrow.slice(0, start)];
      expectCovered(rotated);
      expectCovered([...rotated].reverse());
    }
  });

  it('covers polygons seen along any axis', () => {
    const comb = [
      [0, 0],
      [5, 0],
      [5, 3],
      [4, 1],
      [3, 3],
      [2, 1],
      [1, 3],
    ];
    expectCovered(comb);
    const upright = comb.map(([x, y]) => [7, x, y]);
    const flat = (points: readonly Point[]) => points.map(([, y, z]) => [y, z]);
    const parts = cut(upright).map((triangle) => areaOf(flat(triangle.map((corner) => upright[corner]))));
    expect(Math.min(...parts)).toBeGreaterThan(0);
    expect(sum(parts)).toBeCloseTo(areaOf(comb), 9);
  });

  it('covers random stars, whose corners turn both ways', () => {
    const radii = fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 4, maxLength: 40 });
    fc.assert(
      fc.property(radii, (lengths) => {
        const star = lengths.map((length, i) => {
          const angle = (2 * Math.PI * i) / lengths.length;
          return [length * Math.cos(angle), length * Math.sin(angle)];
        });
        const parts = areas(star);
        expect(Math.min(...parts)).toBeGreaterThan(-1e-12);
        expect(sum(parts)).toBeCloseTo(areaOf(star), 9);
      }),
      { seed: 7 },
    );
  });

  it('leaves no triangle without area where corners lie on sides', () => {
    expectCovered([
      [0, 0],
      [1, 0],
      [2, 0],
      [2, 2],
      [1, 2],
      [0, 2],
    ]);
  });

  it('covers a square with a hole that a bridge joins', () => {
    expectCovered([
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 4],
      [0, 0],
      [1, 1],
      [1, 3],
      [3, 3],
      [3, 1],
      [1, 1],
    ]);
  });

  it('cuts what has no area or crosses itself somehow', () => {
    const line = Array.from({ length: 6 }, (_, i) => [i, i, i]);
    expect(cut(line)).toHaveLength(4);
    expect(cut(Array.from({ length: 5 }, () => [1, 1]))).toHaveLength(3);
    const crossed = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), {
      minLength: 3,
      maxLength: 30,
    });
    fc.assert(
      fc.property(crossed, (outline) => {
        const triangles = cut(outline);
        expect(triangles).toHaveLength(outline.length - 2);
        expect(triangles.every((triangle) => new Set(triangle).size === 3)).toBe(true);
      }),
      { seed: 8 },
    );
  });

  it('takes polygons of many corners', () => {
    const saw = Array.from({ length: 5000 }, (_, i) => [i, i % 2]);
    expectCovered([[5000, -1], ...saw.reverse(), [0, -1]].reverse());
    const wall = (shift: number) =>
      Array.from({ length: 2000 }, (_, i) => {
        const [angle, radius] = [i / 20, 1 + i / 100 + shift];
        return [radius * Math.cos(angle), radius * Math.sin(angle)];
      });
    expectCovered([...wall(0.3), ...wall(0).reverse()]);
  });
});
