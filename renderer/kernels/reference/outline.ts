// The outline of everything that a mesh covers in the picture, as pieces of its edges.

import { sameness } from '../outlineMask.ts';
import type { MeshRange, Scene } from '../scene.ts';
import { doubledArea, edgeFunctions, isDegenerate, type Triangle, triangleOf } from './triangle.ts';

/** An edge in the image plane that has the covered side on its left only. */
export interface ContourEdge {
  /** Rows of `positions`, x, y and w of both ends, a and b. */
  rows: number[];
  x: number[];
  y: number[];
  w: number[];
  length: number;
}

/** The part of an edge between a + start · (b − a) and a + end · (b − a). */
export interface OutlinePiece {
  edge: ContourEdge;
  start: number;
  end: number;
}

/** The pieces of contour edges beyond which no face goes on. */
export function outlineOf(scene: Scene, item: MeshRange, near: number): OutlinePiece[] {
  const triangles = Array.from({ length: item.faceCount }, (_, f) => triangleOf(scene, item, f, near)).filter(
    (triangle): triangle is Triangle => triangle !== undefined && !isDegenerate(triangle),
  );
  const edges = contourEdges(triangles);
  return edges.flatMap((edge, i) => {
    const { x, y, length } = edge;
    const step = sameOn(edge);
    const cuts = [0, ...edges.flatMap((other) => cutsBy(edge, other)), 1].sort((a, b) => a - b);
    return cuts.slice(1).flatMap((end, k) => {
      const start = cuts[k];
      if ((end - start) * length <= 4 * step) return [];
      const [midX, midY] = pointOn(edge, (start + end) / 2);
      const beyondX = midX + (step * (y[1] - y[0])) / length;
      const beyondY = midY - (step * (x[1] - x[0])) / length;
      const free = !triangles.some((triangle) => holds(triangle, beyondX, beyondY));
      const first = !edges
        .slice(0, i)
        .some((other) => runsAlong(edge, other) && distance(other, midX, midY) <= 4 * step);
      return free && first ? [{ edge, start, end }] : [];
    });
  });
}

/** Edges with faces on one side only; of edges at the very same place, the first. */
function contourEdges(triangles: Triangle[]): ContourEdge[] {
  const directed = new Map<string, ContourEdge>();
  const name = (edge: ContourEdge, from: number, to: number) =>
    `${edge.x[from]} ${edge.y[from]} ${edge.x[to]} ${edge.y[to]}`;
  for (const triangle of triangles) {
    for (let k = 0; k < 3; k++) {
      const ends = [k, (k + 1) % 3];
      if (doubledArea(triangle) < 0) ends.reverse();
      const [rows, x, y, w] = [triangle.rows, triangle.x, triangle.y, triangle.w].map((values) =>
        ends.map((end) => values[end]),
      );
      const edge = { rows, x, y, w, length: Math.hypot(x[1] - x[0], y[1] - y[0]) };
      if (!directed.has(name(edge, 0, 1))) directed.set(name(edge, 0, 1), edge);
    }
  }
  return [...directed.values()].filter((edge) => !directed.has(name(edge, 1, 0)));
}

/** Where `other` crosses an edge, or ends on it. */
function cutsBy(edge: ContourEdge, other: ContourEdge): number[] {
  if (edge === other) return [];
  const cuts: number[] = [];
  const [dx, dy] = [edge.x[1] - edge.x[0], edge.y[1] - edge.y[0]];
  const [ox, oy] = [other.x[1] - other.x[0], other.y[1] - other.y[0]];
  const [sx, sy] = [other.x[0] - edge.x[0], other.y[0] - edge.y[0]];
  const cross = dx * oy - dy * ox;
  const t = (sx * oy - sy * ox) / cross;
  const u = (sx * dy - sy * dx) / cross;
  if (u >= 0 && u <= 1) cuts.push(t);
  for (const end of [0, 1]) {
    if (distance(edge, other.x[end], other.y[end]) <= 4 * sameOn(edge)) {
      cuts.push(along(edge, other.x[end], other.y[end]));
    }
  }
  return cuts.filter((cut) => cut > 0 && cut < 1);
}

const sameOn = ({ x, y }: ContourEdge): number => sameness(x[0], y[0], x[1], y[1]);

const pointOn = ({ x, y }: ContourEdge, t: number): [number, number] => [
  x[0] + t * (x[1] - x[0]),
  y[0] + t * (y[1] - y[0]),
];

/** t of the foot of the perpendicular. */
const along = ({ x, y, length }: ContourEdge, px: number, py: number): number =>
  ((px - x[0]) * (x[1] - x[0]) + (py - y[0]) * (y[1] - y[0])) / length ** 2;

function distance(edge: ContourEdge, px: number, py: number): number {
  const [x, y] = pointOn(edge, Math.min(1, Math.max(0, along(edge, px, py))));
  return Math.hypot(px - x, py - y);
}

const runsAlong = (one: ContourEdge, other: ContourEdge): boolean =>
  (one.x[1] - one.x[0]) * (other.x[1] - other.x[0]) + (one.y[1] - one.y[0]) * (other.y[1] - other.y[0]) > 0;

function holds(triangle: Triangle, px: number, py: number): boolean {
  const orientation = Math.sign(doubledArea(triangle));
  return edgeFunctions(triangle, px, py).every((e) => orientation * e >= 0);
}
