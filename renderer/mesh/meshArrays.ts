// A mesh in plain arrays, as far as operations on its connectivity change it: what readers of files yield has these, and more, which
// the operations hand on.

import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { Topology } from './topology.ts';

export interface MeshArrays {
  /** [V·3] */
  vertices: RealArray;
  /** [F·3] vertex indices, counter-clockwise seen from outside. */
  faces: Int32Array;
  /** [V·3] */
  colors?: RealArray;
  /** [T·2] texture coordinates. */
  uv?: RealArray;
  /** [F·3] index into `uv` at each corner, −1 = none. */
  uvFaces?: Int32Array;
  /** [F] index into materials, −1 = none. */
  faceMaterials?: Int32Array;
}

/** @throws ArgumentError where faces refer to vertices that are not there, or arrays have other lengths. */
export function topologyOf({ vertices, faces, colors, uvFaces, faceMaterials }: MeshArrays): Topology {
  const expected = { colors: vertices.length, uvFaces: faces.length, faceMaterials: faces.length / 3 };
  for (const [name, values] of Object.entries({ colors, uvFaces, faceMaterials })) {
    const length = expected[name as keyof typeof expected];
    if (values && values.length !== length) {
      throw new ArgumentError(`${name} has ${values.length} numbers, expected ${length}`);
    }
  }
  return new Topology(faces, vertices.length / 3);
}

/** The mesh with the faces of these numbers alone, in their order; all its vertices. */
export function withFaces<M extends MeshArrays>(mesh: M, kept: ArrayLike<number>): M {
  const { uvFaces, faceMaterials } = mesh;
  const ofCorners = (values: Int32Array) =>
    Int32Array.from({ length: 3 * kept.length }, (_, i) => values[3 * kept[Math.floor(i / 3)] + (i % 3)]);
  return {
    ...mesh,
    faces: ofCorners(mesh.faces),
    ...(uvFaces && { uvFaces: ofCorners(uvFaces) }),
    ...(faceMaterials && { faceMaterials: Int32Array.from(kept, (face) => faceMaterials[face]) }),
  };
}

/** The mesh without vertices that no face uses; the others keep their order. */
export function dropUnusedVertices<M extends MeshArrays>(mesh: M): M {
  const vertexCount = mesh.vertices.length / 3;
  topologyOf(mesh);
  const place = new Int32Array(vertexCount).fill(-1);
  for (const vertex of mesh.faces) place[vertex] = 0;
  let count = 0;
  for (let v = 0; v < vertexCount; v++) if (place[v] === 0) place[v] = count++;
  const compacted = (values: RealArray) => values.filter((_, i) => place[Math.floor(i / 3)] >= 0);
  return {
    ...mesh,
    vertices: compacted(mesh.vertices),
    faces: mesh.faces.map((vertex) => place[vertex]),
    ...(mesh.colors && { colors: compacted(mesh.colors) }),
  };
}
