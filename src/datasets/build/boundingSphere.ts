// The smallest sphere around a set of points, which puts every object into the same frame.

import { cross, dot, length, subtract, type Vector3, vectorAt } from './vectors.ts';

export interface Sphere {
  center: Vector3;
  radius: number;
}

/** a + s·b + t·c + u·d */
const combine = (
  a: Vector3,
  s: number,
  b: Vector3,
  t: number,
  c: Vector3,
  u: number,
  d: Vector3,
): Vector3 => [
  a[0] + s * b[0] + t * c[0] + u * d[0],
  a[1] + s * b[1] + t * c[1] + u * d[1],
  a[2] + s * b[2] + t * c[2] + u * d[2],
];

const zero: Vector3 = [0, 0, 0];
const slack = 1 + 1e-9;

/**
 * The smallest enclosing sphere of `points` ([N * 3], N ≥ 1), exact to rounding. Welzl's algorithm ("Smallest enclosing disks",
 * 1991) runs on the few points that matter; whichever point lies farthest outside joins them until none does (Gärtner, "Fast
 * and robust smallest enclosing balls", 1999).
 */
export function boundingSphere(points: Float64Array): Sphere {
  let active = [vectorAt(points, 0)];
  let sphere: Sphere = { center: active[0], radius: 0 };
  for (;;) {
    let farthest = 0;
    let largest = -1;
    for (let i = 0; i < points.length / 3; i++) {
      const x = points[3 * i] - sphere.center[0];
      const y = points[3 * i + 1] - sphere.center[1];
      const z = points[3 * i + 2] - sphere.center[2];
      const squared = x * x + y * y + z * z;
      if (squared > largest) {
        largest = squared;
        farthest = i;
      }
    }
    if (Math.sqrt(largest) <= sphere.radius * slack) return sphere;
    active = [vectorAt(points, farthest), ...active];
    const next = welzl(active, []);
    // In exact arithmetic the radius grows at every turn; where rounding stops that, the centre is as good as it gets.
    if (next.radius <= sphere.radius) return { center: sphere.center, radius: Math.sqrt(largest) };
    sphere = next;
  }
}

/** Smallest sphere around `points` with every point of `support` on its surface. */
function welzl(points: readonly Vector3[], support: readonly Vector3[]): Sphere {
  let sphere = circumsphere(support);
  if (support.length === 4) return sphere;
  for (let i = 0; i < points.length; i++) {
    if (!contains(sphere, points[i])) sphere = welzl(points.slice(0, i), [...support, points[i]]);
  }
  return sphere;
}

function contains({ center, radius }: Sphere, point: Vector3): boolean {
  return length(subtract(point, center)) <= radius * slack;
}

/** The smallest sphere through up to four points. Points without one (three in a line) are an impossible support: radius −1. */
function circumsphere([a, b, c, d]: readonly Vector3[]): Sphere {
  if (!a) return { center: zero, radius: -1 };
  if (!b) return { center: a, radius: 0 };
  const u = subtract(b, a);
  if (!c) return through(combine(a, 0.5, u, 0, zero, 0, zero), a);
  const v = subtract(c, a);
  const n = cross(u, v);
  if (!d) {
    const scale = 1 / (2 * dot(n, n));
    return through(combine(a, dot(u, u) * scale, cross(v, n), dot(v, v) * scale, cross(n, u), 0, zero), a);
  }
  const w = subtract(d, a);
  const scale = 1 / (2 * dot(w, n));
  return through(
    combine(a, dot(u, u) * scale, cross(v, w), dot(v, v) * scale, cross(w, u), dot(w, w) * scale, n),
    a,
  );
}

function through(center: Vector3, point: Vector3): Sphere {
  const radius = length(subtract(point, center));
  return Number.isFinite(radius) ? { center, radius } : { center: zero, radius: -1 };
}
