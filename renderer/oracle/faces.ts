// The faces of a mesh as the oracle sees them: three lines in the picture and quantities that vary between the corners.
//
// All is in pixels, u to the right from the left border and v upwards from the lower one: u = W(x + 1)/2, v = H(y + 1)/2, but for a
// tiny shift. With
// d_k the distance from the edge opposite corner k and l_k the height of corner k over it, β_k = d_k / l_k are the barycentric
// weights in the picture. A quantity with values A_k at the corners is φ = Σ s_k β_k A_k / Σ s_j β_j, where s = 1/w for weights
// that are linear in space and s = 1 for those linear in the picture.

import { flatness, type MeshRange, type Picture, type Scene, smallestArea } from '../kernels/scene.ts';
import type { Line, Segment } from './polygon.ts';

/** An edge of the mesh, with its inner side towards the face it came with. */
export interface Edge extends Segment {
  /** Rows of the vertices at its ends. */
  from: number;
  to: number;
}

export interface Face {
  /** Counted from the mesh's own first face. */
  index: number;
  /** Rows of the vertices at its corners. */
  rows: readonly [number, number, number];
  /** The edge opposite each corner. */
  edges: readonly [Edge, Edge, Edge];
  /** 1 / l_k, one over pixels. */
  slopes: readonly [number, number, number];
  /** s_k. */
  shares: readonly [number, number, number];
  /** Camera-space depth at the corners. */
  depths: readonly [number, number, number];
  /** Bounding box. */
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** Vertices in the picture, one entry a row of `scene.positions`. */
export interface Projection {
  u: Float64Array;
  v: Float64Array;
  /** The picture's x and y, from which u and v are made. */
  x: Float64Array;
  y: Float64Array;
  z: Float64Array;
  /** 1 for divided positions, 0 where the vertex cannot be drawn: at w ≤ near, or not finite. */
  w: Float64Array;
}

/**
 * In pixels, larger than `snap`. An edge that runs exactly along the border of pixels could move into either; shifted, it lies in one
 * of them, together with all that it bounds, and has that side's derivative.
 */
const shift = { u: 2e-10, v: 3e-10 };

export function project({ positions, stride }: Scene, { width, height, near }: Picture): Projection {
  const count = positions.length / stride;
  const [u, v, x, y, z, w] = Array.from({ length: 6 }, () => new Float64Array(count));
  for (let row = 0; row < count; row++) {
    const divisor = stride === 4 ? positions[4 * row + 3] : 1;
    x[row] = positions[stride * row] / divisor;
    y[row] = positions[stride * row + 1] / divisor;
    z[row] = positions[stride * row + 2];
    u[row] = (width * (x[row] + 1)) / 2 + shift.u;
    v[row] = (height * (y[row] + 1)) / 2 + shift.v;
    const inFront = stride === 3 || divisor > Math.max(0, near);
    w[row] = inFront && Number.isFinite(u[row] + v[row] + z[row] + divisor) ? divisor : 0;
  }
  return { u, v, x, y, z, w };
}

/** The faces of a mesh that can be seen at all: finite, in front of the camera, with an area, and facing it when culled. */
export function visibleFaces(
  scene: Scene,
  item: MeshRange,
  projection: Projection,
  { width, height, perspectiveCorrect, cull }: Picture,
): Face[] {
  const { u, v, x, y, z, w } = projection;
  const faces: Face[] = [];
  for (let index = 0; index < item.faceCount; index++) {
    const at = 3 * (item.faceStart + index);
    const rows = [0, 1, 2].map((k) => item.vertexStart + scene.faces[at + k]);
    const [a, b, c] = rows;
    if (w[a] === 0 || w[b] === 0 || w[c] === 0) continue;
    const doubled = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a]);
    const extent =
      (Math.max(x[a], x[b], x[c]) - Math.min(x[a], x[b], x[c])) ** 2 +
      (Math.max(y[a], y[b], y[c]) - Math.min(y[a], y[b], y[c])) ** 2;
    const doubledPixels = Math.abs(doubled) * 0.25 * width * height;
    if (!(Math.abs(doubled) > Math.max(smallestArea, flatness * extent)) || doubledPixels === Infinity)
      continue;
    if (cull && doubled < 0) continue;

    const left = Math.min(u[a], u[b], u[c]);
    const right = Math.max(u[a], u[b], u[c]);
    const bottom = Math.min(v[a], v[b], v[c]);
    const top = Math.max(v[a], v[b], v[c]);
    if (right <= 0 || left >= width || top <= 0 || bottom >= height) continue;

    const lengths = [0, 0, 0];
    const edges = [0, 1, 2].map((k) => {
      const from = rows[(k + 1) % 3];
      const to = rows[(k + 2) % 3];
      const { length, ...line } = edgeLine(projection, from, to, doubled > 0);
      lengths[k] = length;
      return { ...line, from, to, fromX: u[from], fromY: v[from], toX: u[to], toY: v[to] };
    });
    faces.push({
      index,
      rows: [a, b, c],
      edges: [edges[0], edges[1], edges[2]],
      slopes: [lengths[0] / doubledPixels, lengths[1] / doubledPixels, lengths[2] / doubledPixels],
      shares: perspectiveCorrect ? [1 / w[a], 1 / w[b], 1 / w[c]] : [1, 1, 1],
      depths: [z[a], z[b], z[c]],
      left,
      right,
      bottom,
      top,
    });
  }
  return faces;
}

/**
 * The line through two vertices, inner side on the left, or on the right. Made from the lower row to the higher one whatever the
 * face, so that the faces at an edge see the very same line.
 */
function edgeLine({ u, v }: Projection, from: number, to: number, left: boolean): Line & { length: number } {
  const [low, high] = from < to ? [from, to] : [to, from];
  const du = u[high] - u[low];
  const dv = v[high] - v[low];
  const length = Math.hypot(du, dv);
  const nx = -dv / length;
  const ny = du / length;
  const c = -(nx * u[low] + ny * v[low]);
  return from < to === left ? { nx, ny, c, length } : { nx: -nx, ny: -ny, c: -c, length };
}

export type Weights = [number, number, number];

/** β_k: the weight of corner k in the picture, at a point of the face. Rounding must not make it negative. */
export function planarWeight({ edges, slopes }: Face, k: number, x: number, y: number): number {
  const { nx, ny, c } = edges[k];
  return Math.max(0, slopes[k] * (nx * x + ny * y + c));
}

/** The weights s_k β_k / Σ s_j β_j at a point of the face. */
export function weightsAt(face: Face, x: number, y: number): Weights {
  const { shares } = face;
  const a = shares[0] * planarWeight(face, 0, x, y);
  const b = shares[1] * planarWeight(face, 1, x, y);
  const c = shares[2] * planarWeight(face, 2, x, y);
  const sum = a + b + c;
  return [a / sum, b / sum, c / sum];
}

/** Σ s_j β_j, linear in the picture. */
export function shareAt(face: Face, x: number, y: number): number {
  const { shares } = face;
  return (
    shares[0] * planarWeight(face, 0, x, y) +
    shares[1] * planarWeight(face, 1, x, y) +
    shares[2] * planarWeight(face, 2, x, y)
  );
}

/** The value at a point of the face of a quantity with the given values at the corners. */
export function valueAt(face: Face, values: readonly number[], x: number, y: number): number {
  const [a, b, c] = weightsAt(face, x, y);
  return a * values[0] + b * values[1] + c * values[2];
}

export const depthAt = (face: Face, x: number, y: number): number => valueAt(face, face.depths, x, y);

/** ∇φ = Σ q_k ∇β_k at a point of the face, and q_k = s_k (A_k − φ)/D: the derivative of a fraction, as Σ s_k (A_k − φ) β_k = 0. */
export function slopeAt(
  face: Face,
  values: readonly number[],
  x: number,
  y: number,
): { du: number; dv: number; q: Weights } {
  const { edges, slopes, shares } = face;
  const value = valueAt(face, values, x, y);
  const sum = shareAt(face, x, y);
  const q: Weights = [
    (shares[0] * (values[0] - value)) / sum,
    (shares[1] * (values[1] - value)) / sum,
    (shares[2] * (values[2] - value)) / sum,
  ];
  let du = 0;
  let dv = 0;
  for (let k = 0; k < 3; k++) {
    du += q[k] * slopes[k] * edges[k].nx;
    dv += q[k] * slopes[k] * edges[k].ny;
  }
  return { du, dv, q };
}
