import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../renderer/errors.ts';
import { icosphere, Topology } from '../../../renderer/mesh/index.ts';

// Two triangles sharing the edge 1–2, and a fifth vertex that no face uses.
const square = new Topology(new Int32Array([0, 1, 2, 3, 2, 1]), 5);

const faceLists = fc.integer({ min: 1, max: 12 }).chain((vertexCount) =>
  fc.tuple(
    fc.constant(vertexCount),
    fc.array(fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 0, max: vertexCount - 1 }))), {
      maxLength: 20,
    }),
  ),
);

describe('Topology', () => {
  it('counts faces and lists every edge once, sorted, lower vertex first', () => {
    expect(square.faceCount).toBe(2);
    expect([...square.edges]).toEqual([0, 1, 0, 2, 1, 2, 1, 3, 2, 3]);
    expect(square.edgeCount).toBe(5);
  });

  it('knows the edges of each face and the faces at each edge', () => {
    expect([...square.faceEdges]).toEqual([0, 2, 1, 4, 2, 3]);
    expect([...square.edgeFaces]).toEqual([0, -1, 0, -1, 0, 1, 1, -1, 1, -1]);
  });

  it('counts the faces at each edge, but not those that repeat a vertex', () => {
    expect([...square.edgeFaceCounts]).toEqual([1, 1, 2, 1, 1]);
    const fan = new Topology(new Int32Array([0, 1, 2, 0, 1, 3, 1, 0, 4, 0, 1, 1]), 5);
    expect(fan.edgeFaceCounts[0]).toBe(3);
  });

  it('lists the neighbours of each vertex in ascending order', () => {
    expect([...square.neighbours.offsets]).toEqual([0, 2, 5, 8, 10, 10]);
    expect([...square.neighbours.indices]).toEqual([1, 2, 0, 2, 3, 0, 1, 3, 1, 2]);
  });

  it('knows the vertex that lies across from each corner', () => {
    expect([...square.oppositeVertices]).toEqual([3, -1, -1, 0, -1, -1]);
  });

  it.each([
    ['three faces at an edge: the first two are neighbours', [0, 1, 2, 1, 0, 3, 0, 1, 4], [3, 2, -1]],
    ['a face and its twin are not neighbours', [0, 1, 2, 0, 1, 2, 1, 0, 3], [3, 3, 2]],
    ['a face that repeats a vertex is nobody’s neighbour', [0, 1, 2, 1, 0, 0], [-1, -1]],
  ])('across an edge, %s', (_, faces, expected) => {
    const { oppositeVertices } = new Topology(Int32Array.from(faces), 5);
    // The last corner, or that after the edge 0–1, of each face.
    expect([...oppositeVertices].filter((_, i) => i % 3 === 2)).toEqual(expected);
  });

  it('finds across every edge of a closed surface the corner that finds it back', () => {
    const { topology } = icosphere(2);
    const { faces, oppositeVertices } = topology;
    oppositeVertices.forEach((opposite, i) => {
      const f = i - (i % 3);
      const edge = [faces[f + ((i + 1) % 3)], faces[f + ((i + 2) % 3)]];
      const back = [...oppositeVertices.keys()].filter((j) => {
        const g = j - (j % 3);
        const ends = [faces[g + ((j + 1) % 3)], faces[g + ((j + 2) % 3)]];
        return faces[j] === opposite && ends.includes(edge[0]) && ends.includes(edge[1]);
      });
      expect(back).toHaveLength(1);
      expect(oppositeVertices[back[0]]).toBe(faces[i]);
    });
  });

  it('computes each list once', () => {
    expect(square.oppositeVertices).toBe(square.oppositeVertices);
    expect(square.edges).toBe(square.edges);
    expect(square.neighbours).toBe(square.neighbours);
  });

  it('gives a face that repeats a vertex no edge there', () => {
    const sliver = new Topology(new Int32Array([0, 0, 1]), 2);
    expect([...sliver.edges]).toEqual([0, 1]);
    expect([...sliver.faceEdges]).toEqual([-1, 0, 0]);
    expect([...sliver.edgeFaces]).toEqual([0, -1]);
    expect([...sliver.edgeFaceCounts]).toEqual([0]);
  });

  it('accepts a mesh without faces', () => {
    const points = new Topology(new Int32Array(), 3);
    expect(points.edgeCount).toBe(0);
    expect([...points.neighbours.offsets]).toEqual([0, 0, 0, 0]);
  });

  it('agrees with a set of pairs on any faces', () => {
    fc.assert(
      fc.property(faceLists, ([vertexCount, triples]) => {
        const topology = new Topology(Int32Array.from(triples.flat()), vertexCount);
        const pairs = new Set<string>();
        for (const [a, b, c] of triples) {
          for (const [i, j] of [
            [a, b],
            [b, c],
            [c, a],
          ]) {
            if (i !== j) pairs.add(`${Math.min(i, j)} ${Math.max(i, j)}`);
          }
        }
        const edges = Array.from({ length: topology.edgeCount }, (_, e) =>
          [...topology.edges.subarray(2 * e, 2 * e + 2)].join(' '),
        );
        expect(new Set(edges)).toEqual(pairs);
        expect(edges).toHaveLength(pairs.size);
        const { offsets, indices } = topology.neighbours;
        for (let v = 0; v < vertexCount; v++) {
          const neighbours = [...indices.subarray(offsets[v], offsets[v + 1])];
          expect(neighbours).toEqual([...neighbours].sort((a, b) => a - b));
          for (const n of neighbours) expect(pairs).toContain(`${Math.min(v, n)} ${Math.max(v, n)}`);
        }
        expect(indices).toHaveLength(2 * pairs.size);
      }),
      { seed: 1 },
    );
  });

  it.each([
    [[0, 1, 2, 3, 4, 642], 642, 'faces[1] refers to vertex 642, but the mesh has 642 vertices'],
    [[0, -1, 2], 3, 'faces[0] refers to vertex -1, but the mesh has 3 vertices'],
    [[0, 1], 3, 'faces has 2 indices, expected a multiple of 3'],
    [[], -1, 'vertexCount is -1, expected a whole number of vertices'],
  ])('rejects faces %j over %i vertices', (faces, vertexCount, message) => {
    expect(() => new Topology(Int32Array.from(faces), vertexCount)).toThrow(new ArgumentError(message));
  });
});
