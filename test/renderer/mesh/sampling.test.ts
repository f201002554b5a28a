import { describe, expect, it } from 'vitest';
import { sampleSurface, Topology, unitIcosphere } from '../../../renderer/mesh/index.ts';
import { testNumbers } from '../../gradient.ts';

function seededRandom(seed: number): () => number {
  const numbers = testNumbers(30_000, seed);
  let next = 0;
  return () => (numbers[next++] + 1) / 2;
}

// Two triangles in the plane z = 1 with areas 1 and 3, and one without area between them.
const vertices = new Float64Array([0, 0, 1, 2, 0, 1, 0, 1, 1, 0, -3, 1, 1, 0, 1]);
const topology = new Topology(new Int32Array([0, 1, 2, 0, 4, 1, 1, 0, 3]), 5);

describe('sampleSurface', () => {
  it('draws faces by their area, never one without', () => {
    const { faces } = sampleSurface(vertices, topology, 8000, seededRandom(1));
    const counts = [0, 1, 2].map((f) => faces.filter((face) => face === f).length);
    expect(counts[1]).toBe(0);
    expect(counts[0] / 8000).toBeCloseTo(1 / 4, 1);
  });

  it('spreads points evenly inside a face', () => {
    const triangle = new Topology(new Int32Array([0, 1, 2]), 5);
    const { weights } = sampleSurface(vertices, triangle, 8000, seededRandom(2));
    for (let k = 0; k < 3; k++) {
      const mine = weights.filter((_, i) => i % 3 === k);
      expect(mine.reduce((a, b) => a + b) / 8000).toBeCloseTo(1 / 3, 1);
      // A quarter of the area lies where a weight is above one half.
      expect(mine.filter((w) => w > 0.5).length / 8000).toBeCloseTo(1 / 4, 1);
    }
  });

  it('puts points where their weights say, with outward unit normals', () => {
    const sphere = unitIcosphere(2);
    const { points, normals, faces, weights } = sampleSurface(
      sphere.vertices,
      sphere.topology,
      200,
      seededRandom(3),
    );
    for (let n = 0; n < 200; n++) {
      const [p, normal] = [points, normals].map((array) => array.subarray(3 * n, 3 * n + 3));
      for (let axis = 0; axis < 3; axis++) {
        const corner = (k: number) => sphere.vertices[3 * sphere.topology.faces[3 * faces[n] + k] + axis];
        const expected = [0, 1, 2].reduce((sum, k) => sum + weights[3 * n + k] * corner(k), 0);
        expect(p[axis]).toBeCloseTo(expected, 5);
      }
      expect(Math.hypot(...normal)).toBeCloseTo(1, 5);
      expect(p[0] * normal[0] + p[1] * normal[1] + p[2] * normal[2]).toBeGreaterThan(0.9);
    }
  });

  it('repeats itself for the same random numbers', () => {
    expect(sampleSurface(vertices, topology, 50, seededRandom(4))).toEqual(
      sampleSurface(vertices, topology, 50, seededRandom(4)),
    );
  });

  it('names a surface without area', () => {
    const flat = new Topology(new Int32Array([0, 4, 1]), 5);
    expect(() => sampleSurface(vertices, flat, 5, Math.random)).toThrow('the mesh has a surface area of 0');
  });
});
