import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMesh } from '../../../renderer/io/index.ts';
import {
  exactWindingNumbers,
  pointAreas,
  pointCloudWindingNumbers,
  sampleSurface,
  windingNumbers,
} from '../../../renderer/mesh/index.ts';
import { packageRoot } from '../../../src/packageRoot.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { box, punctured, reversed, sphere } from './solids.ts';

await useTestBackend();

const largestDifference = (a: Float64Array, b: Float64Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

async function furniture(name: string) {
  const { vertices, topology } = await readMesh(path.join(packageRoot, 'data/furniture-meshes', name));
  return { vertices: (await vertices.data()) as Float32Array, topology };
}

describe('windingNumbers', () => {
  it('is 1 inside a closed mesh, 0 outside, and −1 inside one that is wound the other way', () => {
    const queries = testNumbers(3 * 300, 1);
    for (const solid of [sphere(0.6, 3), box([-0.5, -0.4, -0.6], [0.3, 0.7, 0.5])]) {
      const inside = (q: number) => {
        const p = queries.subarray(3 * q, 3 * q + 3);
        return solid.topology.vertexCount === 8
          ? p[0] > -0.5 && p[0] < 0.3 && p[1] > -0.4 && p[1] < 0.7 && p[2] > -0.6 && p[2] < 0.5
          : Math.hypot(...p) < 0.6;
      };
      // The polyhedron lies a little within its sphere.
      const clear = (q: number) => Math.abs(Math.hypot(...queries.subarray(3 * q, 3 * q + 3)) - 0.6) > 0.01;
      const numbers = windingNumbers(queries, solid.vertices, solid.topology.faces, { beta: 50 });
      const other = reversed(solid);
      const opposite = windingNumbers(queries, other.vertices, other.topology.faces, { beta: 50 });
      for (let q = 0; q < numbers.length; q++) {
        if (!clear(q)) continue;
        expect(numbers[q]).toBeCloseTo(inside(q) ? 1 : 0, 9);
        expect(opposite[q]).toBeCloseTo(inside(q) ? -1 : 0, 9);
      }
    }
  });

  it('is the solid angle of a rectangle in closed form, with the sign of the side', () => {
    // Seen from height h above its centre, a rectangle of half sides a, b covers 4 atan(ab / (h √(a² + b² + h²))).
    const [a, b, h] = [0.7, 0.3, 0.25];
    const vertices = new Float64Array([-a, -b, 0, a, -b, 0, a, b, 0, -a, b, 0]);
    const faces = new Int32Array([0, 1, 2, 0, 2, 3]);
    const expected = (4 * Math.atan((a * b) / (h * Math.hypot(a, b, h)))) / (4 * Math.PI);
    const [above, below] = windingNumbers(new Float64Array([0, 0, h, 0, 0, -h]), vertices, faces);
    expect(above).toBeCloseTo(-expected, 12);
    expect(below).toBeCloseTo(expected, 12);
  });

  it('adds up over meshes within each other', () => {
    const [outer, inner] = [sphere(0.8, 2), sphere(0.4, 2)];
    const vertices = Float64Array.from([...outer.vertices, ...inner.vertices]);
    const faces = Int32Array.from([
      ...outer.topology.faces,
      ...inner.topology.faces.map((vertex) => vertex + outer.topology.vertexCount),
    ]);
    const numbers = windingNumbers(new Float64Array([0, 0, 0, 0.6, 0, 0, 0.9, 0.9, 0]), vertices, faces, {
      beta: 30,
    });
    expect(numbers[0]).toBeCloseTo(2, 9);
    expect(numbers[1]).toBeCloseTo(1, 9);
    expect(numbers[2]).toBeCloseTo(0, 9);
  });

  it('loses the part of all directions that a hole takes up, and no more', () => {
    const whole = sphere(1, 4);
    const holed = punctured(whole, (_, [, , z]) => z > 0.8);
    const share = 1 - holed.topology.faceCount / whole.topology.faceCount; // faces of an icosphere are nearly equal, seen from its centre
    const [center] = windingNumbers(new Float64Array(3), holed.vertices, holed.topology.faces);
    expect(center).toBeCloseTo(1 - share, 1);
    expect(center).toBeLessThan(0.95);
    const below = windingNumbers(new Float64Array([0, 0, -0.5]), holed.vertices, holed.topology.faces)[0];
    expect(below).toBeGreaterThan(center);
  });

  it.each(['chair.obj', 'table.obj', 'lamp.obj'])(
    'nearly equals the plain sum over all faces of %s',
    async (name) => {
      const { vertices, topology } = await furniture(name);
      const queries = testNumbers(3 * 300, 3).map((x) => 0.55 * x);
      const exact = exactWindingNumbers(queries, vertices, topology.faces);
      const error = (beta: number) =>
        largestDifference(windingNumbers(queries, vertices, topology.faces, { beta }), exact);
      expect(error(2)).toBeLessThan(1e-2);
      expect(error(4)).toBeLessThan(1e-3);
      expect(error(10)).toBeLessThan(2e-5);
      expect(error(1e6)).toBeLessThan(1e-12);
    },
  );

  it('agrees with the plain sum for triangles of every kind', () => {
    const coordinate = fc.double({ min: -1, max: 1, noNaN: true });
    const soup = fc.array(fc.array(coordinate, { minLength: 9, maxLength: 9 }), {
      minLength: 0,
      maxLength: 60,
    });
    const queries = testNumbers(3 * 20, 4);
    fc.assert(
      fc.property(soup, (triangles) => {
        const vertices = Float64Array.from(triangles.flat());
        const faces = Int32Array.from({ length: 3 * triangles.length }, (_, i) => i);
        const exact = exactWindingNumbers(queries, vertices, faces);
        expect(largestDifference(windingNumbers(queries, vertices, faces, { beta: 8 }), exact)).toBeLessThan(
          2e-3,
        );
      }),
      { seed: 5 },
    );
  });

  it('is finite on vertices, edges and faces, and for faces without area', () => {
    const { vertices, topology } = sphere(1, 1);
    const [a, b, c] = Array.from(topology.faces.subarray(0, 3), (vertex) =>
      [0, 1, 2].map((k) => vertices[3 * vertex + k]),
    );
    const middle = (points: number[][]) =>
      [0, 1, 2].map((axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length);
    const queries = Float64Array.from([...a, ...middle([a, b]), ...middle([a, b, c])]);
    const faces = Int32Array.from([...topology.faces, 0, 0, 1, 2, 2, 2]);
    for (const value of windingNumbers(queries, vertices, faces)) expect(Math.abs(value)).toBeLessThan(1.5);
    const center = (from: Int32Array) => windingNumbers(new Float64Array(3), vertices, from)[0];
    expect(center(faces)).toBeCloseTo(center(topology.faces), 12);
  });

  it('names what it cannot work with', () => {
    const faces = new Int32Array([0, 1, 5]);
    expect(() => windingNumbers(new Float64Array(3), new Float64Array(9), faces)).toThrow(
      'faces[0] refers to vertex 5, but the mesh has 3 vertices',
    );
    expect(() =>
      windingNumbers(new Float64Array(3), new Float64Array(9), faces.fill(0), { beta: 0.5 }),
    ).toThrow('beta is 0.5');
  });
});

const randomFrom = (seed: number) => {
  const random = new Random(seed);
  return () => random.uniform();
};

describe('pointAreas', () => {
  it('adds up to the area of the surface', () => {
    const ball = sphere(0.5);
    const { points, normals } = sampleSurface(ball.vertices, ball.topology, 2000, randomFrom(1));
    const area = pointAreas(points, normals).reduce((sum, value) => sum + value);
    expect(area / Math.PI).toBeGreaterThan(0.96);
    expect(area / Math.PI).toBeLessThan(1.02);
  });

  it('gives both sides of a thin board their own, and follows the density', () => {
    const board = box([-0.5, -0.5, -0.001], [0.5, 0.5, 0.001]);
    const { points, normals } = sampleSurface(board.vertices, board.topology, 3000, randomFrom(2));
    // Three of four points on the left are dropped.
    const keep = Array.from({ length: 3000 }, (_, n) => n).filter((n) => points[3 * n] > 0 || n % 4 === 0);
    const kept = (values: Float32Array) =>
      Float32Array.from(keep.flatMap((n) => [...values.subarray(3 * n, 3 * n + 3)]));
    const areas = pointAreas(kept(points), kept(normals));
    const sum = (isMine: (x: number) => boolean) =>
      keep.reduce((total, n, k) => total + (isMine(points[3 * n]) ? areas[k] : 0), 0);
    // Cells at the rim are open, and end where the disc does.
    for (const half of [sum((x) => x < 0), sum((x) => x > 0)]) {
      expect(half).toBeGreaterThan(0.97);
      expect(half).toBeLessThan(1.2);
    }
  });

  it('shares the area among points at one place, and gives a lone point none', () => {
    const ball = sphere(0.5);
    const { points, normals } = sampleSurface(ball.vertices, ball.topology, 500, randomFrom(3));
    const twice = pointAreas(
      Float32Array.from([...points, ...points]),
      Float32Array.from([...normals, ...normals]),
    );
    const once = pointAreas(points, normals).reduce((sum, value) => sum + value);
    expect(twice.reduce((sum, value) => sum + value) / once).toBeCloseTo(1, 1);
    expect([...pointAreas(new Float64Array(3), new Float64Array([0, 0, 1]))]).toEqual([0]);
  });
});

describe('pointCloudWindingNumbers', () => {
  it('is 1 well inside a sampled sphere and 0 well outside', () => {
    const ball = sphere(0.5);
    const { points, normals } = sampleSurface(ball.vertices, ball.topology, 2000, randomFrom(4));
    const queries = testNumbers(3 * 400, 6).map((x) => 0.8 * x);
    const numbers = pointCloudWindingNumbers(queries, points, normals, pointAreas(points, normals));
    for (const [q, value] of numbers.entries()) {
      const distance = Math.hypot(...queries.subarray(3 * q, 3 * q + 3)) - 0.5;
      if (distance < -0.1) expect(Math.abs(value - 1)).toBeLessThan(0.1);
      if (distance > 0.1) expect(Math.abs(value)).toBeLessThan(0.1);
    }
  });

  it('sums up the fields of all points', () => {
    const [points, directions] = [testNumbers(600, 7), testNumbers(600, 8)];
    const normals = directions.map((value, i) => {
      const n = 3 * Math.floor(i / 3);
      return value / Math.hypot(directions[n], directions[n + 1], directions[n + 2]);
    });
    const areas = testNumbers(200, 9).map((x) => 0.01 * (x + 1));
    const queries = testNumbers(150, 10).map((x) => 1.5 * x);
    const plainSum = Float64Array.from({ length: 50 }, (_, q) => {
      let sum = 0;
      for (let k = 0; k < 200; k++) {
        const r = [0, 1, 2].map((axis) => points[3 * k + axis] - queries[3 * q + axis]);
        const flux = [0, 1, 2].reduce((total, axis) => total + r[axis] * normals[3 * k + axis], 0);
        sum += (areas[k] * flux) / (4 * Math.PI * (Math.hypot(...r) ** 2 + 0.1 * areas[k]) ** 1.5);
      }
      return sum;
    });
    const error = (beta: number) =>
      largestDifference(pointCloudWindingNumbers(queries, points, normals, areas, { beta }), plainSum);
    expect(error(1e6)).toBeLessThan(1e-12);
    expect(error(4)).toBeLessThan(1e-3);
    expect(error(2)).toBeLessThan(1e-2);
  });

  it('is never pushed inside by a single point', () => {
    const queries = Float64Array.from({ length: 3000 }, (_, i) => (i % 3 === 2 ? -(i + 1) / 3e4 : 0));
    const numbers = pointCloudWindingNumbers(
      queries,
      new Float64Array(3),
      new Float64Array([0, 0, 1]),
      new Float64Array([1e-3]),
    );
    expect(Math.max(...numbers)).toBeCloseTo(0.306, 2);
  });
});
