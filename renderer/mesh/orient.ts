// Makes the faces of a mesh wind alike, counter-clockwise seen from outside.

import type { RealArray } from '../backend/index.ts';
import { type MeshArrays, topologyOf } from './meshArrays.ts';
import type { Topology } from './topology.ts';

export interface Oriented<M> {
  mesh: M;
  /** How many faces wind the other way now. */
  flipped: number;
}

/**
 * Spreads the winding of a face over every edge with two faces to the whole patch. A patch that is closed then winds outwards, each by
 * itself, so that its signed volume is positive, also where it is a cavity of another one. One that is open keeps the winding that
 * most of its faces have. One-sided surfaces (Möbius strips) keep edges that `edgeDefects` calls inconsistent. Texture coordinates
 * go along with their corners.
 */
export function orientFaces<M extends MeshArrays>(mesh: M): Oriented<M> {
  const flips = facesToFlip(mesh.vertices, topologyOf(mesh));
  const turned = (values: Int32Array) => {
    const result = values.slice();
    for (let f = 0; f < flips.length; f++) {
      if (flips[f]) result.set([values[3 * f + 2], values[3 * f + 1]], 3 * f + 1);
    }
    return result;
  };
  return {
    mesh: { ...mesh, faces: turned(mesh.faces), ...(mesh.uvFaces && { uvFaces: turned(mesh.uvFaces) }) },
    flipped: flips.reduce((sum, flip) => sum + flip, 0),
  };
}

/** [F] 1 where a face has to wind the other way. */
function facesToFlip(vertices: RealArray, topology: Topology): Uint8Array {
  const { faces, faceCount, faceEdges, edgeCount, edgeFaceCounts } = topology;
  const flips = new Uint8Array(faceCount);
  const visited = new Uint8Array(faceCount);
  // The corners from which the two faces of an edge run along it.
  const corners = new Int32Array(2 * edgeCount).fill(-1);
  for (let i = 0; i < faces.length; i++) {
    if (!topology.isWhole(Math.floor(i / 3)) || edgeFaceCounts[faceEdges[i]] !== 2) continue;
    const slot = 2 * faceEdges[i];
    corners[corners[slot] < 0 ? slot : slot + 1] = i;
  }
  const balance = new Int32Array(edgeCount);
  const patch: number[] = [];
  for (let seed = 0; seed < faceCount; seed++) {
    if (visited[seed] || !topology.isWhole(seed)) continue;
    patch.length = 0;
    patch.push(seed);
    visited[seed] = 1;
    for (let head = 0; head < patch.length; head++) {
      const f = patch[head];
      for (let i = 3 * f; i < 3 * f + 3; i++) {
        const slot = 2 * faceEdges[i];
        if (corners[slot] < 0) continue;
        const there = corners[slot] === i ? corners[slot + 1] : corners[slot];
        const neighbour = Math.floor(there / 3);
        if (visited[neighbour]) continue;
        visited[neighbour] = 1;
        // Both leave the same vertex: they run in the same direction.
        flips[neighbour] = flips[f] ^ (faces[there] === faces[i] ? 1 : 0);
        patch.push(neighbour);
      }
    }
    if (shouldTurn(patch)) for (const f of patch) flips[f] ^= 1;
  }
  return flips;

  function shouldTurn(patch: readonly number[]): boolean {
    if (isClosed(patch)) {
      const volume = signedVolume(patch);
      if (volume !== 0) return volume < 0;
    }
    return 2 * patch.reduce((sum, f) => sum + flips[f], 0) > patch.length;
  }

  /** Whether every edge is run along as often in one direction as in the other, by the faces of the patch alone. */
  function isClosed(patch: readonly number[]): boolean {
    const add = (sign: number) => {
      for (const f of patch) {
        for (let k = 0; k < 3; k++) {
          const ascends = faces[3 * f + k] < faces[3 * f + ((k + 1) % 3)] ? 1 : -1;
          balance[faceEdges[3 * f + k]] += flips[f] ? -sign * ascends : sign * ascends;
        }
      }
    };
    add(1);
    const closed = patch.every((f) => [0, 1, 2].every((k) => balance[faceEdges[3 * f + k]] === 0));
    add(-1);
    return closed;
  }

  /** Six times the volume, from the first corner on. */
  function signedVolume(patch: readonly number[]): number {
    const origin = vertices.subarray(3 * faces[3 * patch[0]]);
    const at = (f: number, k: number, axis: number) => vertices[3 * faces[3 * f + k] + axis] - origin[axis];
    let volume = 0;
    for (const f of patch) {
      const [ax, ay, az, bx, by, bz, cx, cy, cz] = [0, 1, 2].flatMap((k) =>
        [0, 1, 2].map((axis) => at(f, k, axis)),
      );
      const own = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
      if (Number.isFinite(own)) volume += flips[f] ? -own : own;
    }
    return volume;
  }
}
