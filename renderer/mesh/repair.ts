// Takes the commonest faults out of meshes as people find them.

import { dropUnusedVertices, type MeshArrays, topologyOf, withFaces } from './meshArrays.ts';
import { faceNormal } from './normals.ts';
import { orientFaces } from './orient.ts';
import { weldVertices } from './weld.ts';

export interface RepairOptions {
  /** Vertices within this distance, in the mesh's unit, become one. Default 0: those with equal coordinates. */
  weldDistance?: number;
  /**
   * Whether to drop faces of three different vertices that have no area. Default false, since between others they are what keeps an edge
   * with two faces; they count for nothing in pictures, normals, samples and winding numbers anyway.
   */
  dropFlat?: boolean;
}

export interface Repaired<M> {
  mesh: M;
  /** How much was wrong. */
  found: {
    /** Vertices in use that lay where an earlier one did. */
    weldedVertices: number;
    /** Faces that repeat a vertex or have a corner that is not finite; with `dropFlat`, those without area. */
    degenerateFaces: number;
    /** Faces with the three vertices of an earlier one, however wound. */
    duplicateFaces: number;
    /** Faces that wound the other way. */
    flippedFaces: number;
    /** Vertices that no face used, in the end. */
    unusedVertices: number;
  };
}

/**
 * Welds vertices, drops degenerate and duplicate faces, makes faces wind alike, and outwards where they close (`orientFaces`), and drops
 * vertices that are not used. Holes stay. Everything else that the mesh holds, its materials for example, is handed on.
 *
 * @throws ArgumentError where faces refer to vertices that are not there, or the distance is not a number from 0 up.
 */
export function repair<M extends MeshArrays>(
  mesh: M,
  { weldDistance = 0, dropFlat = false }: RepairOptions = {},
): Repaired<M> {
  const welded = weldVertices(mesh, weldDistance);
  const sound = withFaces(welded, soundFaces(welded, dropFlat));
  const single = withFaces(sound, distinctFaces(sound.faces));
  const { mesh: oriented, flipped } = orientFaces(single);
  const compact = dropUnusedVertices(oriented);
  return {
    mesh: compact,
    found: {
      weldedVertices: usedCount(mesh) - usedCount(welded),
      degenerateFaces: (mesh.faces.length - sound.faces.length) / 3,
      duplicateFaces: (sound.faces.length - single.faces.length) / 3,
      flippedFaces: flipped,
      unusedVertices: (mesh.vertices.length - compact.vertices.length) / 3,
    },
  };
}

const usedCount = ({ faces }: MeshArrays) => new Set(faces).size;

function soundFaces(mesh: MeshArrays, dropFlat: boolean): number[] {
  const topology = topologyOf(mesh);
  const normal = new Float64Array(3);
  return Array.from({ length: topology.faceCount }, (_, f) => f).filter((f) => {
    const doubleArea = faceNormal(mesh.vertices, mesh.faces, f, normal, 0);
    return topology.isWhole(f) && Number.isFinite(doubleArea) && !(dropFlat && doubleArea === 0);
  });
}

/** Numbers of the faces of which no earlier one has the same vertices. */
function distinctFaces(faces: Int32Array): number[] {
  const seen = new Map<number, Set<number>>();
  const kept: number[] = [];
  for (let f = 0; 3 * f < faces.length; f++) {
    const [least, middle, most] = faces.slice(3 * f, 3 * f + 3).sort();
    // Exact as long as there are fewer than 2²⁶ vertices.
    const key = middle * 2 ** 26 + most;
    const others = seen.get(least);
    if (others?.has(key)) continue;
    if (others) others.add(key);
    else seen.set(least, new Set([key]));
    kept.push(f);
  }
  return kept;
}
