// One projected triangle at one point of the picture, straight from the definitions.

import { flatness, type MeshRange, type Picture, type Scene, smallestArea, tie } from '../scene.ts';

/** The corners of a face, divided by w. Three entries each. */
export interface Triangle {
  /** Rows of `positions`. */
  rows: number[];
  x: number[];
  y: number[];
  z: number[];
  w: number[];
}

/** Face f of a mesh, or nothing where a corner cannot be drawn: at w ≤ near, or not finite. */
export function triangleOf(
  { positions, stride, faces }: Scene,
  { vertexStart, faceStart }: MeshRange,
  f: number,
  near: number,
): Triangle | undefined {
  const rows = [0, 1, 2].map((k) => vertexStart + faces[3 * (faceStart + f) + k]);
  const w = rows.map((row) => (stride === 4 ? positions[4 * row + 3] : 1));
  const x = rows.map((row, k) => positions[stride * row] / w[k]);
  const y = rows.map((row, k) => positions[stride * row + 1] / w[k]);
  const z = rows.map((row) => positions[stride * row + 2]);
  const inFront = stride === 3 || w.every((value) => value > Math.max(0, near));
  return inFront && [...x, ...y, ...z, ...w].every(Number.isFinite) ? { rows, x, y, z, w } : undefined;
}

/** Twice the area, positive when the corners wind counter-clockwise in the picture. */
export function doubledArea({ x, y }: Triangle): number {
  return (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
}

export function isDegenerate(triangle: Triangle): boolean {
  const { x, y } = triangle;
  const extent = (Math.max(...x) - Math.min(...x)) ** 2 + (Math.max(...y) - Math.min(...y)) ** 2;
  return !(Math.abs(doubledArea(triangle)) > Math.max(smallestArea, flatness * extent));
}

/** E_k = twice the signed area of p and the edge opposite corner k; all of one sign where p is inside. */
export function edgeFunctions({ x, y }: Triangle, px: number, py: number): number[] {
  return [0, 1, 2].map((k) => {
    const i = (k + 1) % 3;
    const j = (k + 2) % 3;
    return (x[i] - px) * (y[j] - py) - (x[j] - px) * (y[i] - py);
  });
}

/** Barycentric weights: E_k / ΣE in the image plane, (E_k / w_k) / Σ(E_j / w_j) in space. Nothing outside the triangle. */
export function weightsAt(
  triangle: Triangle,
  px: number,
  py: number,
  { perspectiveCorrect }: Picture,
): number[] | undefined {
  const orientation = Math.sign(doubledArea(triangle));
  const areas = edgeFunctions(triangle, px, py).map((e) => orientation * e);
  if (areas.some((e) => !(e >= 0))) return undefined;
  const shares = perspectiveCorrect ? areas.map((e, k) => e / triangle.w[k]) : areas;
  const sum = shares[0] + shares[1] + shares[2];
  return shares.map((share) => share / sum);
}

/** The point of a triangle's outline that is nearest to p. */
export interface NearestPoint {
  /** It lies at `from` + t · (`to` − `from`): corners, 0 to 2. */
  from: number;
  to: number;
  t: number;
  /** From p to it. */
  dx: number;
  dy: number;
  /** Squared distance. */
  squared: number;
}

export function nearestPoint({ x, y }: Triangle, px: number, py: number): NearestPoint {
  const onEdges = [0, 1, 2].map((from) => {
    const to = (from + 1) % 3;
    const ex = x[to] - x[from];
    const ey = y[to] - y[from];
    const length = ex * ex + ey * ey;
    const along = length > 0 ? ((px - x[from]) * ex + (py - y[from]) * ey) / length : 0;
    const t = Math.min(1, Math.max(0, along));
    const dx = x[from] + t * ex - px;
    const dy = y[from] + t * ey - py;
    return { from, to, t, dx, dy, squared: dx * dx + dy * dy };
  });
  return onEdges.reduce((best, point) => (point.squared < (1 - tie) * best.squared ? point : best));
}
