// Sharp edges: a mesh taken apart where its faces meet at an angle, so that smooth normals stay on either side of it.

import type { RealArray } from '../backend/index.ts';
import { faceNormal } from './normals.ts';
import { Topology } from './topology.ts';

/** The same faces over vertices of their own on each side of every sharp edge. */
export interface CreaseSplit {
  topology: Topology;
  /** Of each vertex of `topology`, the one that it stands for. */
  sources: Int32Array;
}

/**
 * Splits vertices so that the faces around each are joined by edges that are not sharp: those of exactly two faces whose normals differ by
 * no more than the crease angle of both. As modellers do for shading (AC3D's `crease`, OpenSceneGraph's smoothing visitor). Faces
 * without area are joined to none.
 *
 * @param vertices [V·3] of `topology`.
 * @param degrees of each face, or of all: 0 keeps every face to itself, 180 splits nothing but at borders.
 */
export function splitAtCreases(
  vertices: RealArray,
  topology: Topology,
  degrees: number | ((face: number) => number),
): CreaseSplit {
  const { faces, faceCount, faceEdges, edgeFaces } = topology;
  const normals = new Float64Array(3 * faceCount);
  const hasArea = new Uint8Array(faceCount);
  for (let f = 0; f < faceCount; f++) hasArea[f] = faceNormal(vertices, faces, f, normals, 3 * f) > 0 ? 1 : 0;
  const creaseOf = typeof degrees === 'number' ? () => degrees : degrees;
  const isSmooth = (f: number, g: number): boolean => {
    if (!hasArea[f] || !hasArea[g]) return false;
    const crease = Math.min(creaseOf(f), creaseOf(g));
    if (!(crease > 0)) return false;
    const cosine =
      normals[3 * f] * normals[3 * g] +
      normals[3 * f + 1] * normals[3 * g + 1] +
      normals[3 * f + 2] * normals[3 * g + 2];
    return cosine >= Math.cos((crease * Math.PI) / 180) - 1e-9;
  };

  // Corners that share a normal, as trees: of each corner one that is nearer to the root.
  const parents = Int32Array.from(faces.keys());
  const rootOf = (corner: number): number => {
    let root = corner;
    while (parents[root] !== root) root = parents[root];
    for (let at = corner; at !== root; ) {
      const next = parents[at];
      parents[at] = root;
      at = next;
    }
    return root;
  };
  const cornerAt = (f: number, vertex: number): number =>
    faces[3 * f] === vertex ? 3 * f : faces[3 * f + 1] === vertex ? 3 * f + 1 : 3 * f + 2;
  for (let i = 0; i < faces.length; i++) {
    const f = Math.floor(i / 3);
    const edge = faceEdges[i];
    if (edge < 0 || edgeFaces[2 * edge] !== f) continue;
    const g = edgeFaces[2 * edge + 1];
    if (g < 0 || !isSmooth(f, g)) continue;
    const next = i % 3 === 2 ? i - 2 : i + 1;
    for (const corner of [i, next]) parents[rootOf(cornerAt(g, faces[corner]))] = rootOf(corner);
  }

  const numbers = new Int32Array(faces.length).fill(-1);
  const sources: number[] = [];
  const split = faces.map((vertex, corner) => {
    const root = rootOf(corner);
    if (numbers[root] < 0) numbers[root] = sources.push(vertex) - 1;
    return numbers[root];
  });
  return { topology: new Topology(split, sources.length), sources: Int32Array.from(sources) };
}
