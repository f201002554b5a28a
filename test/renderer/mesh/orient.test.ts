import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  edgeDefects,
  isWatertight,
  type MeshArrays,
  orientFaces,
  Topology,
} from '../../../renderer/mesh/index.ts';
import { testNumbers } from '../../gradient.ts';
import { box, sphere } from './solids.ts';

const topologyOf = ({ vertices, faces }: MeshArrays) => new Topology(faces, vertices.length / 3);

/** Some faces wound the other way, with the corners of `uvFaces`. */
function shuffled(faces: Int32Array, seed: number): Int32Array {
  const pick = testNumbers(faces.length / 3, seed);
  return faces.map((_, i) => {
    const [f, k] = [Math.floor(i / 3), i % 3];
    return faces[3 * f + (pick[f] > 0.3 ? (3 - k) % 3 : k)];
  });
}

describe('orientFaces', () => {
  it('turns every closed part outwards, whichever faces were wrong', () => {
    const [ball, cube] = [sphere(1, 2, [5, 5, 5]), box([0, 0, 0], [1, 2, 3])];
    const vertices = Float64Array.of(...ball.vertices, ...cube.vertices);
    const offset = ball.vertices.length / 3;
    const faces = Int32Array.of(...ball.topology.faces, ...cube.topology.faces.map((v) => v + offset));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const { mesh } = orientFaces({ vertices, faces: shuffled(faces, seed) });
        expect(isWatertight(topologyOf(mesh))).toBe(true);
        // Each face winds as it did, whatever corner it starts with.
        for (let i = 0; i < faces.length; i += 3) {
          const k = mesh.faces.subarray(i, i + 3).indexOf(faces[i]);
          expect(mesh.faces[i + ((k + 1) % 3)]).toBe(faces[i + 1]);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('orients two boxes that share an edge', () => {
    const cube = box([0, 0, 0], [1, 1, 1]);
    // The second box lies diagonally beyond the edge from (1, 1, 0) to (1, 1, 1), vertices 3 and 7 of the first, 0 and 4 of its own.
    const others = [3, 8, 9, 10, 7, 11, 12, 13];
    const beyond = box([1, 1, 0], [2, 2, 1]);
    const vertices = [...cube.vertices];
    others.forEach((v, own) => {
      for (let axis = 0; axis < 3; axis++) vertices[3 * v + axis] = beyond.vertices[3 * own + axis];
    });
    const faces = Int32Array.of(...cube.topology.faces, ...cube.topology.faces.map((v) => others[v]));
    const { mesh, flipped } = orientFaces({
      vertices: Float64Array.from(vertices),
      faces: faces.map((v, i) => (i < 36 ? v : faces[i - (i % 3) + ((3 - (i % 3)) % 3)])),
    });
    expect(flipped).toBe(12);
    expect(edgeDefects(topologyOf(mesh))).toEqual({ boundary: 0, nonManifold: 1, inconsistent: 0 });
  });

  it('keeps what most faces of an open part say, and turns texture coordinates along', () => {
    const faces = Int32Array.of(0, 1, 2, 0, 2, 3, 0, 4, 3);
    const uvFaces = Int32Array.of(10, 11, 12, 10, 12, 13, 10, 14, 13);
    const vertices = Float64Array.of(0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, -1, 1, 0);
    const { mesh, flipped } = orientFaces({ vertices, faces, uvFaces });
    expect(flipped).toBe(1);
    expect([...mesh.faces]).toEqual([0, 1, 2, 0, 2, 3, 0, 3, 4]);
    expect([...mesh.uvFaces]).toEqual([10, 11, 12, 10, 12, 13, 10, 13, 14]);
  });

  it('leaves what cannot be oriented with faults that show', () => {
    // A Möbius strip of five triangles.
    const faces = Int32Array.from({ length: 15 }, (_, i) => (Math.floor(i / 3) + (i % 3)) % 5);
    const { mesh } = orientFaces({ vertices: testNumbers(15, 1), faces });
    expect(edgeDefects(topologyOf(mesh)).inconsistent).toBeGreaterThan(0);
  });
});
