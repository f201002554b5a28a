// Convex polygons in the plane of the picture, cut along lines. Every side remembers what it is a part of, so that whoever
// integrates along the outline knows how it moves.

import { gaussLegendre } from './quadrature.ts';

/** A straight line with a unit normal; nx·x + ny·y + c is the distance from it, positive on its inner side. */
export interface Line {
  nx: number;
  ny: number;
  c: number;
}

/** A part of a line. */
export interface Segment extends Line {
  fromX: number;
  fromY: number;
  toX: number;
  toY: number;
}

/** Corners in counter-clockwise order; `sides[i]` lists what the side between corner i and the next one is a part of. */
export interface Polygon<Side> {
  x: number[];
  y: number[];
  sides: (readonly Side[])[];
}

/**
 * In pixels. A corner this near to a line lies on it: cutting along lines that coincide up to rounding (edges shared by faces)
 * leaves no slivers. Coordinates in a picture are below 2¹⁴, with rounding errors near 1e-12.
 */
export const snap = 1e-11;

export function rectangle<Side>(left: number, bottom: number, right: number, top: number): Polygon<Side> {
  return {
    x: [left, right, right, left],
    y: [bottom, bottom, top, top],
    sides: [[], [], [], []],
  };
}

export const distance = ({ nx, ny, c }: Line, x: number, y: number): number => nx * x + ny * y + c;

/** Nothing of the polygon lies on the inner side of the line. */
export function isOutside<Side>({ x, y }: Polygon<Side>, line: Line): boolean {
  for (let i = 0; i < x.length; i++) if (distance(line, x[i], y[i]) > snap) return false;
  return true;
}

/** Nothing of the polygon lies on the outer side of the line. */
export function isInside<Side>({ x, y }: Polygon<Side>, line: Line): boolean {
  for (let i = 0; i < x.length; i++) if (distance(line, x[i], y[i]) < -snap) return false;
  return true;
}

/**
 * Where a segment runs along side i, which lies on the same line: from `start` to `end`, 0 being the side's first corner and 1 its
 * second one. Nothing where the two do not overlap.
 */
export function commonPart<Side>(
  { x, y }: Polygon<Side>,
  i: number,
  { fromX, fromY, toX, toY }: Segment,
): { start: number; end: number } | undefined {
  const next = i + 1 < x.length ? i + 1 : 0;
  const dx = x[next] - x[i];
  const dy = y[next] - y[i];
  const length = Math.hypot(dx, dy);
  const along = (px: number, py: number) => ((px - x[i]) * dx + (py - y[i]) * dy) / length / length;
  const from = along(fromX, fromY);
  const to = along(toX, toY);
  const start = Math.max(0, Math.min(from, to));
  const end = Math.min(1, Math.max(from, to));
  return end > start ? { start, end } : undefined;
}

/** The side that lies on a line, −1 where there is none. */
export function sideOn<Side>({ x, y }: Polygon<Side>, line: Line): number {
  const on = (i: number) => Math.abs(distance(line, x[i], y[i])) <= snap;
  for (let i = 0; i < x.length; i++) if (on(i) && on(i + 1 < x.length ? i + 1 : 0)) return i;
  return -1;
}

/** The part on one side of a line (`sign` 1: the inner, −1: the outer side), if any; its new side is part of `cut`. */
export function clip<Side>(
  polygon: Polygon<Side>,
  line: Line,
  sign: 1 | -1,
  cut: readonly Side[],
): Polygon<Side> | undefined {
  if (sign > 0 ? isOutside(polygon, line) : isInside(polygon, line)) return undefined;
  if (sign > 0 ? isInside(polygon, line) : isOutside(polygon, line)) return polygon;
  const { x, y, sides } = polygon;
  const part: Polygon<Side> = { x: [], y: [], sides: [] };
  const add = (px: number, py: number, side: readonly Side[]) => {
    part.x.push(px);
    part.y.push(py);
    part.sides.push(side);
  };
  const count = x.length;
  let here = sign * distance(line, x[0], y[0]);
  for (let i = 0; i < count; i++) {
    const next = i + 1 < count ? i + 1 : 0;
    const there = sign * distance(line, x[next], y[next]);
    if (here > snap) add(x[i], y[i], sides[i]);
    else if (here >= -snap) add(x[i], y[i], there > snap ? sides[i] : cut);
    if ((here > snap && there < -snap) || (here < -snap && there > snap)) {
      const t = here / (here - there);
      add(x[i] + t * (x[next] - x[i]), y[i] + t * (y[next] - y[i]), here > 0 ? cut : sides[i]);
    }
    here = there;
  }
  return part;
}

export function area<Side>({ x, y }: Polygon<Side>): number {
  let doubled = 0;
  for (let i = 2; i < x.length; i++) {
    doubled += (x[i - 1] - x[0]) * (y[i] - y[0]) - (x[i] - x[0]) * (y[i - 1] - y[0]);
  }
  return doubled / 2;
}

/**
 * Points of the polygon whose weights sum to its area. Triangles from the first corner, each an image of the unit square, (a, b) →
 * p₀ + a·(p₁ − p₀ + b·(p₂ − p₁)) with Jacobian a · twice the area: n × n points are exact for polynomials of degree 2n − 2.
 */
export function forEachPoint<Side>(
  { x, y }: Polygon<Side>,
  order: number,
  visit: (x: number, y: number, weight: number) => void,
): void {
  const { points, weights } = gaussLegendre(order);
  for (let i = 2; i < x.length; i++) {
    const ux = x[i - 1] - x[0];
    const uy = y[i - 1] - y[0];
    const vx = x[i] - x[i - 1];
    const vy = y[i] - y[i - 1];
    const doubled = ux * vy - vx * uy;
    for (let j = 0; j < order; j++) {
      const a = points[j];
      for (let k = 0; k < order; k++) {
        const b = points[k];
        visit(x[0] + a * (ux + b * vx), y[0] + a * (uy + b * vy), a * weights[j] * weights[k] * doubled);
      }
    }
  }
}
