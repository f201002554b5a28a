import { describe, expect, it } from 'vitest';
import {
  dropUnusedVertices,
  isWatertight,
  type MeshArrays,
  repair,
  Topology,
} from '../../../renderer/mesh/index.ts';
import { testNumbers } from '../../gradient.ts';
import { sphere } from './solids.ts';

const topologyOf = ({ vertices, faces }: MeshArrays) => new Topology(faces, vertices.length / 3);

describe('repair', () => {
  it('makes a solid of loose triangles, and says what was wrong', () => {
    const { vertices, topology } = sphere(1, 2);
    // Every corner its own vertex, a little off; some faces the other way, one twice, one without extent, one spoilt vertex.
    const noise = testNumbers(3 * topology.faces.length, 1);
    const corners = Array.from(topology.faces, (v, i) =>
      [0, 1, 2].map((axis) => vertices[3 * v + axis] + 1e-5 * noise[3 * i + axis]),
    );
    const loose = {
      vertices: Float64Array.of(...corners.flat(), Number.NaN, 0, 0, 9, 9, 9),
      faces: Int32Array.from(topology.faces, (_, i) => (i % 9 === 1 ? i + 1 : i % 9 === 2 ? i - 1 : i)),
      name: 'kept',
    };
    const bad = topology.faces.length;
    const first = topology.faces[0];
    const twin = topology.faces.indexOf(first, 1);
    loose.faces = Int32Array.of(...loose.faces, 2, 1, 0, 5, twin, 0, 0, 1, bad);
    const { mesh, found } = repair(loose, { weldDistance: 1e-3 });
    expect(isWatertight(topologyOf(mesh))).toBe(true);
    expect(mesh.name).toBe('kept');
    expect(mesh.vertices).toHaveLength(vertices.length);
    expect(found.weldedVertices).toBe(topology.faces.length - topology.vertexCount);
    expect(found).toMatchObject({ degenerateFaces: 2, duplicateFaces: 1, flippedFaces: 107 });
    expect(found.unusedVertices).toBe(loose.vertices.length / 3 - topology.vertexCount);
    // A second time there is nothing left to do.
    expect(repair(mesh, { weldDistance: 1e-3 })).toEqual({
      mesh,
      found: { weldedVertices: 0, degenerateFaces: 0, duplicateFaces: 0, flippedFaces: 0, unusedVertices: 0 },
    });
  });

  it('drops faces without area only where asked', () => {
    const mesh = {
      vertices: Float32Array.of(0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0),
      faces: Int32Array.of(0, 1, 2, 0, 2, 3),
      faceMaterials: Int32Array.of(4, 5),
    };
    expect(repair(mesh).mesh.faces).toHaveLength(6);
    const { mesh: dropped, found } = repair(mesh, { dropFlat: true });
    expect([...dropped.faces]).toEqual([0, 1, 2]);
    expect([...dropped.faceMaterials]).toEqual([5]);
    expect(found.degenerateFaces).toBe(1);
  });

  it('names arrays that do not fit', () => {
    const vertices = new Float32Array(9);
    expect(() => repair({ vertices, faces: Int32Array.of(0, 1, 3) })).toThrow('faces[0] refers to vertex 3');
    expect(() => repair({ vertices, faces: Int32Array.of(0, 1, 2), colors: new Float32Array(3) })).toThrow(
      'colors has 3 numbers, expected 9',
    );
  });
});

describe('dropUnusedVertices', () => {
  it('keeps the order of the others, and their colours', () => {
    const mesh = dropUnusedVertices({
      vertices: Float32Array.from({ length: 15 }, (_, i) => i),
      colors: Float32Array.from({ length: 15 }, (_, i) => 10 * i),
      faces: Int32Array.of(4, 1, 3),
    });
    expect([...mesh.faces]).toEqual([2, 0, 1]);
    expect([...mesh.vertices]).toEqual([3, 4, 5, 9, 10, 11, 12, 13, 14]);
    expect([...mesh.colors]).toEqual([30, 40, 50, 90, 100, 110, 120, 130, 140]);
  });
});
