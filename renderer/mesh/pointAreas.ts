// How much of a surface each of its sample points stands for.

import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { nearestFew } from './nearest.ts';

const neighbourCount = 24;
/** Neighbours whose normals point the other way belong to another side of something thin. */
const sameSide = -0.5;
/** Corners of the disc that a cell is cut out of. */
const discCorners = 16;
/** Radius of that disc, relative to one of the area that the density of neighbours suggests. */
const discRadius = 2;

/**
 * The area of each point's Voronoi cell in its tangent plane, among the 24 nearest points: the approach of Barill et al., "Fast winding
 * numbers for soups and clouds", SIGGRAPH 2018, section 4. At the rim of a surface, where cells are open, a disc of twice the radius that
 * the density of neighbours suggests ends them. Points whose normals are more than 120° apart do not share an area, so that both sides
 * of a thin board have theirs. Points at one place share the area there.
 *
 * @param points [N·3]
 * @param normals [N·3] unit normals
 * @returns [N] in squared units of length
 * @throws ArgumentError where there are not as many normals as points.
 */
export function pointAreas(points: RealArray, normals: RealArray): Float64Array {
  if (points.length !== normals.length) {
    throw new ArgumentError(`points has ${points.length} numbers, but normals has ${normals.length}`);
  }
  const few = Math.min(neighbourCount, points.length / 3);
  const neighbours = nearestFew(points, points, few);
  return Float64Array.from({ length: points.length / 3 }, (_, i) =>
    cellArea(points, normals, i, neighbours.subarray(i * few, (i + 1) * few)),
  );
}

function cellArea(points: RealArray, normals: RealArray, i: number, nearest: Int32Array): number {
  const [nx, ny, nz] = normals.subarray(3 * i, 3 * i + 3);
  const [u, v] = tangents(nx, ny, nz);
  // Of each neighbour: where it lies in the tangent plane, and its squared distance in space.
  const others: { x: number; y: number; squared: number }[] = [];
  let twins = 1;
  for (const j of nearest) {
    if (j === i || nx * normals[3 * j] + ny * normals[3 * j + 1] + nz * normals[3 * j + 2] < sameSide)
      continue;
    const offset = [0, 1, 2].map((axis) => points[3 * j + axis] - points[3 * i + axis]);
    const [x, y] = [u, v].map((axis) => axis[0] * offset[0] + axis[1] * offset[1] + axis[2] * offset[2]);
    const squared = offset[0] ** 2 + offset[1] ** 2 + offset[2] ** 2;
    if (squared === 0) twins++;
    else others.push({ x, y, squared });
  }
  if (others.length === 0) return 0;
  const farthest = others.reduce((most, { squared }) => Math.max(most, squared), 0);
  const radius = discRadius * Math.sqrt(farthest / (others.length / twins + 0.5));
  let cell = Array.from({ length: discCorners }, (_, k) => {
    const angle = (2 * Math.PI * k) / discCorners;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  for (const { x, y, squared } of others) cell = nearerHalf(cell, x, y, squared / 2);
  return polygonArea(cell) / twins;
}

/** What of a convex polygon has x·px + y·py ≤ limit: the points of the plane that are nearer to its origin than to a neighbour. */
function nearerHalf(polygon: number[][], x: number, y: number, limit: number): number[][] {
  const result: number[][] = [];
  for (const [k, p] of polygon.entries()) {
    const q = polygon[(k + 1) % polygon.length];
    const here = x * p[0] + y * p[1] - limit;
    const there = x * q[0] + y * q[1] - limit;
    if (here <= 0) result.push(p);
    if (here < 0 !== there < 0) {
      const t = here / (here - there);
      result.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]);
    }
  }
  return result;
}

function polygonArea(polygon: number[][]): number {
  let twice = 0;
  for (const [k, [x, y]] of polygon.entries()) {
    const [nextX, nextY] = polygon[(k + 1) % polygon.length];
    twice += x * nextY - nextX * y;
  }
  return twice / 2;
}

/** Two unit vectors that are perpendicular to a unit normal and to each other. */
function tangents(x: number, y: number, z: number): [number[], number[]] {
  // Crossing with the axis that the normal is farthest from.
  const u = Math.abs(x) < Math.abs(z) ? [0, z, -y] : [y, -x, 0];
  const length = Math.hypot(...u) || 1;
  const unit = u.map((value) => value / length);
  return [unit, [y * unit[2] - z * unit[1], z * unit[0] - x * unit[2], x * unit[1] - y * unit[0]]];
}
