// Points with normals on the part of a surface that can be seen from outside. Furniture models are rarely closed and often have
// hidden inner walls, which no picture shows and no prediction should be asked for.

import { lookAt, OrthographicCamera } from '../../../renderer/camera/index.ts';
import { cross, length, subtract, unit, type Vector3, vectorAt } from './vectors.ts';
import { visibleFaces } from './visibility.ts';

/** Triangles in the frame of a data set: within the sphere of radius 0.5 about the origin. */
export interface Triangles {
  /** [V * 3] */
  vertices: Float64Array;
  /** [F * 3] */
  faces: Int32Array;
}

export interface SurfacePoints {
  /** [N * 3] */
  points: Float32Array;
  /** [N * 3] unit normals, to the side from which the surface is seen. */
  normals: Float32Array;
}

/** Candidates tried for each point that is wanted: most of most surfaces is seen. The points found are the same, however many are tried. */
const candidateShares = [1.3, 2, 4, 8, 16, 32];

const directions = sphereDirections(64);
const depthMapSize = 256;
/** A point this little behind the nearest surface still counts as seen: about a pixel of the depth maps. */
const depthSlack = 0.004;
/** Cosine between normal and direction below which depth maps are too coarse to judge. */
const grazing = 0.2;

/**
 * `count` points spread evenly by area over the exterior: what a depth map from any of 64 directions shows. Deterministic: the
 * points follow a quasi-random sequence, so every prefix of them is spread evenly too.
 *
 * @returns undefined where hardly anything of the surface is visible.
 */
export function exteriorPoints(mesh: Triangles, count: number): SurfacePoints | undefined {
  for (const share of candidateShares) {
    const sampled = sampleSurface(mesh, Math.ceil(share * count));
    const seen = orientTowardsViewers(mesh, sampled);
    if (seen.length >= count) return gather(sampled, seen.slice(0, count));
  }
  return undefined;
}

interface SampledPoints extends SurfacePoints {
  /** The face of each point. */
  origins: Int32Array;
}

/**
 * `count` points spread evenly by area over all faces, hidden or not. Faces and places on them come from the Halton sequence
 * (Halton, "On the efficiency of certain quasi-random sequences of points", 1960), mapped to triangles as in Osada et al., "Shape
 * distributions", 2002, section 4.2.
 */
function sampleSurface({ vertices, faces }: Triangles, count: number): SampledPoints {
  const faceCount = faces.length / 3;
  const faceNormals = new Float64Array(faces.length);
  const areas = new Float64Array(faceCount + 1);
  for (let f = 0; f < faceCount; f++) {
    const [a, b, c] = [0, 1, 2].map((k) => vectorAt(vertices, faces[3 * f + k]));
    const normal = cross(subtract(b, a), subtract(c, a));
    areas[f + 1] = areas[f] + length(normal) / 2;
    faceNormals.set(unit(normal), 3 * f);
  }
  const points = new Float32Array(3 * count);
  const normals = new Float32Array(3 * count);
  const origins = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const [chosen, s, t] = halton(i + 1);
    const face = lastNotAbove(areas, chosen * areas[faceCount]);
    const root = Math.sqrt(s);
    const weights = [1 - root, root * (1 - t), root * t];
    for (let k = 0; k < 3; k++) {
      for (let corner = 0; corner < 3; corner++) {
        points[3 * i + k] += weights[corner] * vertices[3 * faces[3 * face + corner] + k];
      }
      normals[3 * i + k] = faceNormals[3 * face + k];
    }
    origins[i] = face;
  }
  return { points, normals, origins };
}

/** Turns every normal to the side from which its point is seen most; returns the points that are seen at all. */
function orientTowardsViewers({ vertices, faces }: Triangles, sampled: SampledPoints): number[] {
  const { points, normals, origins } = sampled;
  const count = origins.length;
  const seen = new Uint8Array(count);
  const votes = new Float32Array(count);
  for (const direction of directions) {
    const camera = new OrthographicCamera({ halfHeight: 0.5, view: lookAt({ eye: direction }) });
    const positions = camera.projectOnHost(vertices);
    const { faces: visible, weights } = visibleFaces(positions, faces, depthMapSize);
    const projected = camera.projectOnHost(points);
    for (let i = 0; i < count; i++) {
      const facing =
        normals[3 * i] * direction[0] + normals[3 * i + 1] * direction[1] + normals[3 * i + 2] * direction[2];
      const column = pixelOf(projected[4 * i]);
      const row = pixelOf(-projected[4 * i + 1]);
      const pixel = row * depthMapSize + column;
      const face = visible[pixel];
      if (face !== origins[i]) {
        if (face < 0 || Math.abs(facing) < grazing) continue;
        let depth = 0;
        for (let k = 0; k < 3; k++) {
          depth += weights[3 * pixel + k] * positions[4 * faces[3 * face + k] + 2];
        }
        if (projected[4 * i + 2] < depth - depthSlack) continue;
      }
      seen[i] = 1;
      votes[i] += facing;
    }
  }
  for (let i = 0; i < count; i++) {
    if (votes[i] < 0) for (let k = 3 * i; k < 3 * i + 3; k++) normals[k] = 0 - normals[k];
  }
  return Array.from(seen.keys()).filter((i) => seen[i] === 1);
}

function pixelOf(coordinate: number): number {
  return Math.min(Math.max(Math.floor(((coordinate + 1) / 2) * depthMapSize), 0), depthMapSize - 1);
}

function gather({ points, normals }: SurfacePoints, indices: readonly number[]): SurfacePoints {
  const pick = (from: Float32Array) =>
    Float32Array.from(
      { length: 3 * indices.length },
      (_, i) => from[3 * indices[Math.floor(i / 3)] + (i % 3)],
    );
  return { points: pick(points), normals: pick(normals) };
}

/** The i-th point of the Halton sequence in the unit cube: the digits of i in bases 2, 3 and 5, mirrored at the point. */
function halton(i: number): [number, number, number] {
  return [radicalInverse(i, 2), radicalInverse(i, 3), radicalInverse(i, 5)];
}

function radicalInverse(i: number, base: number): number {
  let value = 0;
  let place = 1 / base;
  for (let rest = i; rest > 0; rest = Math.floor(rest / base)) {
    value += (rest % base) * place;
    place /= base;
  }
  return value;
}

/** The last index i with values[i] ≤ target, short of the last value; `values` ascend from 0. */
function lastNotAbove(values: Float64Array, target: number): number {
  let low = 0;
  let high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= target) low = middle;
    else high = middle;
  }
  return low;
}

/** Evenly spread unit vectors: a Fibonacci lattice on the sphere. */
function sphereDirections(count: number): Vector3[] {
  const turn = Math.PI * (3 - Math.sqrt(5));
  return Array.from({ length: count }, (_, i) => {
    const y = 1 - (2 * i + 1) / count;
    const radius = Math.sqrt(1 - y * y);
    return [radius * Math.cos(turn * i), y, radius * Math.sin(turn * i)];
  });
}
