import { describe, expect, it } from 'vitest';
import { connectedComponents, keepLargest, splitComponents, Topology } from '../../../renderer/mesh/index.ts';

// A small pair of triangles, a large triangle, and one that touches the pair in vertex 3 alone. Vertex 5 is not used.
const faces = Int32Array.of(0, 1, 2, 6, 7, 8, 2, 1, 3, 3, 4, 9);
const places = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [2, 1],
  [7, 7],
  [0, 10],
  [9, 10],
  [0, 19],
  [2, 2],
];
const mesh = {
  vertices: Float32Array.from(places.flatMap(([x, y]) => [x, y, 0])),
  faces,
  colors: Float32Array.from({ length: 30 }, (_, i) => Math.floor(i / 3)),
  uvFaces: faces.map((v) => v + 100),
  faceMaterials: Int32Array.of(0, 1, 2, 3),
};

describe('connectedComponents', () => {
  it('joins faces that share a vertex, and numbers components by their first faces', () => {
    const { count, vertexLabels, faceLabels, faceCounts } = connectedComponents(new Topology(faces, 10));
    expect(count).toBe(2);
    expect([...faceLabels]).toEqual([0, 1, 0, 0]);
    expect([...vertexLabels]).toEqual([0, 0, 0, 0, 0, -1, 1, 1, 1, 0]);
    expect([...faceCounts]).toEqual([3, 1]);
  });

  it('follows a long chain', () => {
    const count = 100_000;
    const chain = Int32Array.from({ length: 3 * count }, (_, i) => Math.floor(i / 3) + (i % 3));
    expect(connectedComponents(new Topology(chain, count + 2)).count).toBe(1);
  });

  it('finds none in nothing', () => {
    expect(connectedComponents(new Topology(new Int32Array(0), 2))).toMatchObject({ count: 0 });
  });
});

describe('splitComponents', () => {
  it('hands each component its vertices, colours, texture coordinates and materials', () => {
    const [pair, large] = splitComponents(mesh);
    expect([...large.vertices]).toEqual([0, 10, 0, 9, 10, 0, 0, 19, 0]);
    expect([...large.faces]).toEqual([0, 1, 2]);
    expect([...large.colors]).toEqual([6, 6, 6, 7, 7, 7, 8, 8, 8]);
    expect([...large.uvFaces]).toEqual([106, 107, 108]);
    expect([...large.faceMaterials]).toEqual([1]);
    expect([...pair.faces]).toEqual([0, 1, 2, 2, 1, 3, 3, 4, 5]);
    expect([...pair.faceMaterials]).toEqual([0, 2, 3]);
  });
});

describe('keepLargest', () => {
  it('goes by area, not by the number of faces', () => {
    expect(keepLargest(mesh).faceMaterials).toEqual(Int32Array.of(1));
  });

  it('is empty where there is nothing', () => {
    const none = keepLargest({ vertices: new Float32Array(3), faces: new Int32Array(0) });
    expect(none).toEqual({ vertices: new Float32Array(0), faces: new Int32Array(0) });
  });
});
