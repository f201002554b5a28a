// Pixel2Mesh's own template, the file info_ellipsoid.dat of nywang16/Pixel2Mesh: a Python 2 pickle of a tuple
//
//   [0] 156×3 vertices in camera space    [1..3] of each level, two sparse supports: the identity and the first Chebyshev term
//   [4] pairs of vertices to unpool       [5] of each level, every edge and the two vertices opposite it (E×4)
//   [6] unused                            [7] of each level, neighbours of a vertex, padded with −1, then itself and their number
//
// There are no faces in it. Those of the coarsest level follow from [5] and are turned outwards; the finer ones are theirs, split in
// four at the unpooled vertices. (In the face2.obj and face3.obj that come beside it, half of the faces wind inwards.)

import { readFileSync } from 'node:fs';
import { FileError } from '../../renderer/errors.ts';
import { toFileError } from '../../renderer/io/files.ts';
import { Topology } from '../../renderer/mesh/index.ts';
import { type GraphSupport, supportOf } from '../nn/index.ts';
import { decodePickle, NumpyArray } from '../tensor/pickle.ts';
import type { Template } from './template.ts';

/** From the file's camera space to the frame of samples: the template's distance from the camera (noahcao/Pixel2Mesh, mesh_pos). */
export const officialDistance = 0.8;

const levelCount = 3;

/**
 * Reads the file; its coordinates are moved by 0.8 along z, to the frame that is centred at the object.
 *
 * @throws FileError where it cannot be read, or is another file than the one described above
 */
export function readOfficialTemplate(path: string): Template {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw toFileError(path, error);
  }
  return decodeOfficialTemplate(bytes, path);
}

/** The same from the file's bytes; `path` names them in errors. */
export function decodeOfficialTemplate(bytes: Uint8Array, path = 'info_ellipsoid.dat'): Template {
  const expect = expectations(path);
  const parts = expect.list('the pickle', decodePickle(bytes, path), 8);
  const coordinates = expect.array('[0]', parts[0], 3);
  const vertices = Float32Array.from(coordinates.data, (value, i) =>
    i % 3 === 2 ? value + officialDistance : value,
  );

  const supports: GraphSupport[] = [];
  for (let level = 0; level < levelCount; level++) {
    const place = `[${level + 1}][1]`;
    const [indices, values] = expect.list(place, expect.list(`[${level + 1}]`, parts[level + 1], 2)[1], 3);
    const pairs = expect.array(`${place}[0]`, indices, 2).data;
    const entries = expect.array(`${place}[1]`, values).data;
    const vertexCount = entries.length === 0 ? 0 : 1 + largest(pairs);
    supports.push(
      expect.sound(() => supportOf(vertexCount, everyOther(pairs, 0), everyOther(pairs, 1), entries)),
    );
  }

  const unpoolEdges = expect
    .list('[4]', parts[4], levelCount - 1)
    .map((pairs, i) => Int32Array.from(expect.array(`[4][${i}]`, pairs, 2).data));
  const coarseEdges = expect.array('[5][0]', expect.list('[5]', parts[5], levelCount)[0], 4).data;
  const topologies = [
    expect.sound(() => new Topology(outwardFaces(coarseEdges, vertices), vertices.length / 3)),
  ];
  for (const edges of unpoolEdges) {
    topologies.push(expect.sound(() => splitAt(topologies.at(-1)!, edges)));
  }
  for (const [level, topology] of topologies.entries()) {
    expect.that(
      `[${level + 1}]`,
      isSupportOf(supports[level], topology),
      'a support of the mesh of its level',
    );
  }
  return { vertices, topologies, unpoolEdges, supports };
}

/** Checks that say which part of the file is not as it should be. */
function expectations(path: string) {
  const fail = (place: string, expected: string): never => {
    throw new FileError(path, `is not Pixel2Mesh's template: expected ${place} to be ${expected}`);
  };
  return {
    that(place: string, holds: boolean, expected: string): void {
      if (!holds) fail(place, expected);
    },
    list(place: string, value: unknown, length: number): unknown[] {
      return Array.isArray(value) && value.length === length ? value : fail(place, `a list of ${length}`);
    },
    /** Of rows of `width` numbers; without it, of plain numbers. */
    array(place: string, value: unknown, width?: number): NumpyArray {
      const expected = width ? `an array of rows of ${width}` : 'an array of numbers';
      if (!(value instanceof NumpyArray)) return fail(place, expected);
      const { shape } = value;
      const fits = width ? shape.length === 2 && shape[1] === width : shape.length === 1;
      return fits ? value : fail(place, expected);
    },
    /** What `work` makes; where it refuses its arguments, the file is to blame. */
    sound<Result>(work: () => Result): Result {
      try {
        return work();
      } catch (error) {
        throw new FileError(path, `is not Pixel2Mesh's template: ${(error as Error).message}`);
      }
    },
  };
}

const largest = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => Math.max(a, b), 0);

const everyOther = (values: ArrayLike<number>, first: number) =>
  Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + first]);

/** The triangles that edges make with the vertices opposite them, each once, its normal pointing away from the middle of the mesh. */
function outwardFaces(edges: ArrayLike<number>, vertices: Float32Array): Int32Array {
  const faces = new Map<string, number[]>();
  for (let row = 0; row < edges.length; row += 4) {
    for (const opposite of [edges[row + 2], edges[row + 3]]) {
      const corners = [edges[row], edges[row + 1], opposite];
      const key = corners.toSorted((a, b) => a - b).join();
      if (!faces.has(key)) faces.set(key, corners);
    }
  }
  const middle = [0, 1, 2].map((axis) => {
    let sum = 0;
    for (let i = axis; i < vertices.length; i += 3) sum += vertices[i];
    return (3 * sum) / vertices.length;
  });
  return Int32Array.from(
    [...faces.values()].flatMap(([a, b, c]) =>
      isOutward(a, b, c, vertices, middle) ? [a, b, c] : [a, c, b],
    ),
  );
}

/** Whether the tetrahedron of the middle and the three corners has a positive volume. */
function isOutward(a: number, b: number, c: number, vertices: Float32Array, middle: number[]): boolean {
  const [p, q, r] = [a, b, c].map((v) => middle.map((value, axis) => vertices[3 * v + axis] - value));
  return (
    p[0] * (q[1] * r[2] - q[2] * r[1]) +
      p[1] * (q[2] * r[0] - q[0] * r[2]) +
      p[2] * (q[0] * r[1] - q[1] * r[0]) >
    0
  );
}

/** Every face in four, at new vertices on `edges` that come after the old ones in their order. Windings stay. */
function splitAt({ faces, vertexCount }: Topology, edges: Int32Array): Topology {
  const midpoints = new Map<number, number>();
  const key = (a: number, b: number) => Math.min(a, b) * vertexCount + Math.max(a, b);
  for (let e = 0; e < edges.length; e += 2) midpoints.set(key(edges[e], edges[e + 1]), vertexCount + e / 2);
  const fine = new Int32Array(4 * faces.length);
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = faces.subarray(f, f + 3);
    const [ab, bc, ca] = [key(a, b), key(b, c), key(c, a)].map((edge) => midpoints.get(edge) ?? -1);
    fine.set([a, ab, ca, b, bc, ab, c, ca, bc, ab, bc, ca], 4 * f);
  }
  return new Topology(fine, vertexCount + edges.length / 2);
}

/** Whether the matrix has an entry for every vertex and every edge, both ways, and no others. */
function isSupportOf({ vertexCount, offsets, indices }: GraphSupport, topology: Topology): boolean {
  if (vertexCount !== topology.vertexCount) return false;
  const { neighbours } = topology;
  if (indices.length !== neighbours.indices.length + vertexCount) return false;
  for (let v = 0; v < vertexCount; v++) {
    const own = Array.from(indices.subarray(offsets[v], offsets[v + 1])).filter((w) => w !== v);
    const expected = neighbours.indices.subarray(neighbours.offsets[v], neighbours.offsets[v + 1]);
    if (own.join() !== expected.join()) return false;
  }
  return true;
}
