// Simplified meshes: their number of faces, their shape, and how they hang together.

import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMesh } from '../../../renderer/io/index.ts';
import {
  connectedComponents,
  dropUnusedVertices,
  edgeDefects,
  isWatertight,
  type MeshArrays,
  nearestPoints,
  repair,
  sampleSurface,
  simplify,
  subdivide,
  Topology,
  unitIcosphere,
} from '../../../renderer/mesh/index.ts';
import { packageRoot } from '../../../src/packageRoot.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { box } from './solids.ts';

await useTestBackend();

const topologyOf = ({ vertices, faces }: MeshArrays) => new Topology(faces, vertices.length / 3);
const euler = ({ vertexCount, edgeCount, faceCount }: Topology) => vertexCount - edgeCount + faceCount;

/** Midpoint subdivision, `levels` times. */
function refined(vertices: Float64Array, topology: Topology, levels: number): MeshArrays {
  if (levels === 0) return { vertices, faces: topology.faces };
  const fine = subdivide(topology);
  return refined(fine.matrix.multiply(vertices), fine.topology, levels - 1);
}

function volume({ vertices, faces }: MeshArrays): number {
  let sum = 0;
  for (let i = 0; i < faces.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => vertices.subarray(3 * faces[i + k]));
    sum += a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]);
    sum += a[2] * (b[0] * c[1] - b[1] * c[0]);
  }
  return sum / 6;
}

describe('simplify', () => {
  it('takes a finely cut box back to its 12 faces', () => {
    const { vertices, topology } = box([-1, 0, 2], [1, 1, 5]);
    const fine = refined(vertices as Float64Array, topology, 4);
    const coarse = simplify(fine, { faces: 12 });
    expect(coarse.faces).toHaveLength(36);
    expect(isWatertight(topologyOf(coarse))).toBe(true);
    expect(volume(coarse)).toBeCloseTo(6, 3);
    const corners = nearestPoints(vertices, coarse.vertices);
    vertices.forEach((value, i) => {
      expect(coarse.vertices[3 * corners[Math.floor(i / 3)] + (i % 3)]).toBeCloseTo(value, 3);
    });
  });

  it('keeps a sphere round', () => {
    const { vertices, topology } = unitIcosphere(4);
    const coarse = simplify({ vertices, faces: topology.faces }, { faces: 512 });
    expect(coarse.faces).toHaveLength(3 * 512);
    expect(volume(coarse) / volume({ vertices, faces: topology.faces })).toBeGreaterThan(0.985);
    for (let i = 0; i < coarse.vertices.length; i += 3) {
      const radius = Math.hypot(...coarse.vertices.subarray(i, i + 3));
      expect(radius).toBeGreaterThan(0.99);
      expect(radius).toBeLessThan(1.02);
    }
  });

  it('keeps manifold meshes manifold, whatever their shape and the budget', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 1, max: 1e6 }),
          faces: fc.integer({ min: 1, max: 320 }),
          holes: fc.boolean(),
        }),
        ({ seed, faces, holes }) => {
          const { vertices, topology } = unitIcosphere(2);
          const noise = testNumbers(vertices.length, seed);
          const pick = testNumbers(topology.faceCount, seed + 1);
          const crumpled = dropUnusedVertices({
            vertices: vertices.map((value, i) => value + 0.2 * noise[i]),
            faces: topology.faces.filter((_, i) => !holes || pick[Math.floor(i / 3)] < 0.8),
          });
          const before = topologyOf(crumpled);
          const coarse = simplify(crumpled, { faces });
          const after = topologyOf(coarse);
          expect(after.faceCount).toBeLessThanOrEqual(Math.max(before.faceCount, faces));
          const { nonManifold, inconsistent } = edgeDefects(after);
          expect(nonManifold + inconsistent).toBe(0);
          expect(euler(after)).toBe(euler(before));
          expect(new Set(coarse.faces).size).toBe(after.vertexCount);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps the course of open edges', () => {
    const square = new Topology(Int32Array.of(0, 1, 2, 0, 2, 3), 4);
    const fine = refined(Float64Array.of(0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0), square, 4);
    const bent = {
      ...fine,
      vertices: fine.vertices.map((v, i, all) => (i % 3 === 2 ? 0.3 * all[i - 2] ** 2 : v)),
    };
    const coarse = simplify(bent, { faces: 40 });
    expect(coarse.faces.length / 3).toBeLessThanOrEqual(40);
    const [x, y] = [0, 1].map((axis) => coarse.vertices.filter((_, i) => i % 3 === axis));
    for (const values of [x, y]) {
      expect(Math.min(...values)).toBeCloseTo(0, 3);
      expect(Math.max(...values)).toBeCloseTo(1, 3);
    }
  });

  it('never turns a face over', () => {
    // A flat sheet, on which every turned face shows.
    const square = new Topology(Int32Array.of(0, 1, 2, 0, 2, 3), 4);
    const fine = refined(Float64Array.of(0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0), square, 4);
    const noise = testNumbers(fine.vertices.length, 3);
    const shaken = fine.vertices.map((value, i) => (i % 3 === 2 ? 0 : value + 0.015 * noise[i]));
    for (const faces of [300, 100, 20]) {
      const { vertices, faces: kept } = simplify({ ...fine, vertices: shaken }, { faces });
      for (let i = 0; i < kept.length; i += 3) {
        const [a, b, c] = [0, 1, 2].map((k) => vertices.subarray(3 * kept[i + k]));
        expect((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).toBeGreaterThan(0);
      }
    }
  });

  it('interpolates colours, keeps materials with their faces, and drops uv', () => {
    const { vertices, topology } = unitIcosphere(3);
    const colors = vertices.map((value) => (value + 1) / 2);
    const faceMaterials = Int32Array.from({ length: topology.faceCount }, (_, f) =>
      vertices[3 * topology.faces[3 * f]] > 0 ? 1 : 0,
    );
    const uvFaces = topology.faces.slice();
    const mesh = { vertices, faces: topology.faces, colors, faceMaterials, uv: new Float32Array(9), uvFaces };
    const coarse = simplify({ ...mesh, name: 'kept' }, { faces: 100 });
    expect(coarse.name).toBe('kept');
    expect([...coarse.uvFaces]).toEqual(new Array(300).fill(-1));
    expect(coarse.uv).toHaveLength(0);
    coarse.colors.forEach((value, i) => {
      expect(Math.abs(value - (coarse.vertices[i] + 1) / 2)).toBeLessThan(0.08);
    });
    for (let f = 0; f < 100; f++) {
      const middle = [0, 1, 2].reduce((sum, k) => sum + coarse.vertices[3 * coarse.faces[3 * f + k]], 0) / 3;
      if (Math.abs(middle) > 0.4) expect(coarse.faceMaterials[f]).toBe(middle > 0 ? 1 : 0);
    }
    // The mesh itself is as it was.
    expect(colors).toEqual(vertices.map((value) => (value + 1) / 2));
  });

  it('keeps furniture in shape', async () => {
    const file = path.join(packageRoot, 'data/furniture-meshes', 'lamp.obj');
    const mesh = await readMesh(file);
    const whole = repair({
      vertices: mesh.vertices.dataSync() as Float32Array,
      faces: mesh.topology.faces,
    }).mesh;
    const coarse = simplify(whole, { faces: Math.floor(whole.faces.length / 6) });
    expect(coarse.faces.length).toBeLessThan(0.6 * whole.faces.length);
    expect(connectedComponents(topologyOf(coarse)).count).toBe(connectedComponents(topologyOf(whole)).count);
    const random = new Random(1);
    const [before, after] = [whole, coarse].map(
      (surface) => sampleSurface(surface.vertices, topologyOf(surface), 4000, () => random.uniform()).points,
    );
    const nearest = nearestPoints(after, before);
    let farthest = 0;
    for (let n = 0; n < nearest.length; n++) {
      const offset = [0, 1, 2].map((axis) => after[3 * n + axis] - before[3 * nearest[n] + axis]);
      farthest = Math.max(farthest, Math.hypot(...offset));
    }
    expect(farthest).toBeLessThan(0.05);
  });

  it('names a budget or a vertex that it cannot work with', () => {
    const faces = Int32Array.of(0, 1, 2);
    const vertices = Float64Array.of(0, 0, 0, 1, 0, 0, 0, Number.NaN, 0);
    expect(() => simplify({ vertices, faces }, { faces: 0 })).toThrow('faces is 0, expected a whole number');
    expect(() => simplify({ vertices, faces }, { faces: 1 })).toThrow('vertices[2] is not finite');
  });
});
