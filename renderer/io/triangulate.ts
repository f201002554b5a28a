// Cuts polygons into triangles: convex ones into fans, others by clipping ears (Meisters, Polygons have ears, 1975; Eberly,
// Triangulation by Ear Clipping, 2002).

import type { RealArray } from '../backend/index.ts';

/** Longer polygons become fans, as the time that ears take grows with the square of the corners. */
const mostCorners = 10_000;

/** So many corners in a row that are no ears show that ears are rare. */
const manyFailures = 32;

/** How often a corner is looked at, on average, before any corner is clipped: what keeps polygons made to be slow from being so. */
const mostTries = 20;

/**
 * Cuts the polygon whose corners are `corners[first]` … `corners[first + count − 1]`, rows of `vertices`, into count − 2 triangles
 * that wind like it. It is looked at along its normal (Newell's), so it need not be flat. No triangle lies outside of it or has no
 * area where that can be; polygons without area and those that cross themselves are cut somehow.
 *
 * @param triangles gets positions in `corners`, three a triangle, from `at` on.
 */
export function triangulate(
  vertices: RealArray,
  corners: Int32Array,
  first: number,
  count: number,
  triangles: Int32Array,
  at: number,
): void {
  const outline = count > 3 && count <= mostCorners ? flattened(vertices, corners, first, count) : undefined;
  const isFan = outline === undefined || isConvex(outline);
  const cut = isFan ? fan(count) : ears(outline);
  for (let i = 0; i < cut.length; i++) triangles[at + i] = first + cut[i];
}

/** Triangles from the first corner to each side that it is not on. */
function fan(count: number): Int32Array {
  const result = new Int32Array(3 * (count - 2));
  for (let k = 0; k < count - 2; k++) {
    result[3 * k + 1] = k + 1;
    result[3 * k + 2] = k + 2;
  }
  return result;
}

/** [count·2] the polygon along the axis that its normal is nearest to, counter-clockwise; undefined where it has no area. */
function flattened(
  vertices: RealArray,
  corners: Int32Array,
  first: number,
  count: number,
): Float64Array | undefined {
  const origin = 3 * corners[first];
  const normal = [0, 0, 0];
  const points = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 3; axis++) {
      points[3 * i + axis] = vertices[3 * corners[first + i] + axis] - vertices[origin + axis];
    }
  }
  for (let i = 0; i < count; i++) {
    const [p, q] = [3 * i, 3 * ((i + 1) % count)];
    for (let axis = 0; axis < 3; axis++) {
      const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
      normal[axis] += (points[p + u] - points[q + u]) * (points[p + v] + points[q + v]);
    }
  }
  const size = normal.map(Math.abs);
  const largest = Math.max(...size);
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return undefined;
  const axis = size.indexOf(largest);
  const [u, v] = normal[axis] > 0 ? [(axis + 1) % 3, (axis + 2) % 3] : [(axis + 2) % 3, (axis + 1) % 3];
  const flat = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    flat[2 * i] = points[3 * i + u];
    flat[2 * i + 1] = points[3 * i + v];
  }
  return flat;
}

/** Twice the area of the triangle of three points, positive where it is counter-clockwise. */
function area(flat: Float64Array, a: number, b: number, c: number): number {
  const [x, y] = [flat[2 * a], flat[2 * a + 1]];
  return (flat[2 * b] - x) * (flat[2 * c + 1] - y) - (flat[2 * b + 1] - y) * (flat[2 * c] - x);
}

/** Whether it turns left at every corner. */
function isConvex(flat: Float64Array): boolean {
  const count = flat.length / 2;
  for (let i = 0; i < count; i++) {
    if (!(area(flat, i, (i + 1) % count, (i + 2) % count) > 0)) return false;
  }
  return true;
}

/**
 * What may be clipped, in this order; the next rule holds only where the one before finds no corner. In a simple polygon, the first
 * always finds one.
 *
 * - `ear`: a corner that turns left, no other corner in or on its triangle.
 * - `bridged`: likewise, but corners at the same place as one of the triangle's are not in the way; holes that a bridge joins have such.
 * - `any` corner.
 */
type Rule = 'ear' | 'bridged' | 'any';
const nextRule: Record<Rule, Rule> = { ear: 'bridged', bridged: 'any', any: 'any' };

/** Triangles as numbers of corners. */
function ears(flat: Float64Array): Int32Array {
  const count = flat.length / 2;
  const next = Int32Array.from({ length: count }, (_, i) => (i + 1) % count);
  const previous = Int32Array.from({ length: count }, (_, i) => (i + count - 1) % count);
  const result = new Int32Array(3 * (count - 2));
  let filled = 0;
  const clip = (corner: number) => {
    result[filled++] = previous[corner];
    result[filled++] = corner;
    result[filled++] = next[corner];
    next[previous[corner]] = next[corner];
    previous[next[corner]] = previous[corner];
  };

  let rule: Rule = 'ear';
  let corner = 1;
  let left = count;
  let isSearching = false;
  let tries = 0;
  for (let failed = 0; left > 3; ) {
    if (++tries > mostTries * count) rule = 'any';
    if (isEar(flat, previous, next, corner, rule)) {
      clip(corner);
      left--;
      failed = 0;
      // Ears side by side make a fan of slivers. But where ears are rare, as in a spiral, the next one is beside the last.
      corner = isSearching ? previous[corner] : next[next[corner]];
    } else if (++failed < left) {
      isSearching ||= failed > manyFailures;
      corner = next[corner];
    } else {
      rule = nextRule[rule];
      failed = 0;
    }
  }
  clip(corner);
  return result;
}

function isEar(
  flat: Float64Array,
  previous: Int32Array,
  next: Int32Array,
  corner: number,
  rule: Rule,
): boolean {
  if (rule === 'any') return true;
  const [a, b, c] = [previous[corner], corner, next[corner]];
  if (!(area(flat, a, b, c) > 0)) return false;
  const isAt = (p: number, q: number) => flat[2 * p] === flat[2 * q] && flat[2 * p + 1] === flat[2 * q + 1];
  for (let p = next[c]; p !== a; p = next[p]) {
    const isInside = area(flat, a, b, p) >= 0 && area(flat, b, c, p) >= 0 && area(flat, c, a, p) >= 0;
    // Where the outline turns left, it leads out again on both sides, past a corner that does not.
    if (!isInside || area(flat, previous[p], p, next[p]) > 0) continue;
    const isBridge = rule === 'bridged' && (isAt(p, a) || isAt(p, b) || isAt(p, c));
    if (!isBridge) return false;
  }
  return true;
}
