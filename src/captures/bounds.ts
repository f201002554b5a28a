// Where the photographed thing is, as far as cameras and reconstructed points tell.

import type { ViewMatrix } from '../../renderer/camera/index.ts';
import type { CaptureView } from './capture.ts';
import { type Bounds, dot, plus, solve, times, unit, type Vector3 } from './vectors.ts';

/** More points than this change the guess by nothing. */
const mostPoints = 5000;
/** A point belongs to the thing where it is in at least this share of the pictures. */
const leastSeen = 0.8;
/** Fewer points than this say nothing. */
const fewestPoints = 10;
/** Share of the points that lie within the radius: the rest are outliers. */
const within = 0.95;

/**
 * About the points that most pictures show, which those of the background are not: their median along each axis, and the distance that
 * 95 % of them keep. Undefined where there are hardly any.
 *
 * @param points [P·3]
 */
export function boundsOfPoints(points: Float64Array, views: readonly CaptureView[]): Bounds | undefined {
  const count = points.length / 3;
  const stride = Math.ceil(count / mostPoints);
  const sample: number[] = [];
  for (let i = 0; i < count; i += stride) sample.push(points[3 * i], points[3 * i + 1], points[3 * i + 2]);
  const seen = new Uint32Array(sample.length / 3);
  for (const { camera } of views) {
    const positions = camera.projectOnHost(sample);
    for (let i = 0; i < seen.length; i++) {
      const w = positions[4 * i + 3];
      if (w > 0 && Math.abs(positions[4 * i]) <= w && Math.abs(positions[4 * i + 1]) <= w) seen[i]++;
    }
  }
  const inside = Array.from(seen.keys()).filter((i) => seen[i] >= leastSeen * views.length);
  if (inside.length < fewestPoints) return undefined;
  const center = [0, 1, 2].map((axis) =>
    quantile(
      inside.map((i) => sample[3 * i + axis]),
      0.5,
    ),
  ) as unknown as Vector3;
  const radius = quantile(
    inside.map((i) => Math.hypot(...[0, 1, 2].map((axis) => sample[3 * i + axis] - center[axis]))),
    within,
  );
  return radius > 0 ? { center, radius } : undefined;
}

/**
 * About the point nearest to all optical axes, as large as the narrowest of the views shows whole. Undefined where the axes are
 * parallel, or the point is behind a camera.
 */
export function boundsOfCameras(views: readonly CaptureView[]): Bounds | undefined {
  // Σ (I − d dᵀ) c = Σ (I − d dᵀ) o for eyes o and directions d.
  const rows: [Vector3, Vector3, Vector3] = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  let sum: Vector3 = [0, 0, 0];
  const places = views.map(({ camera }) => ({ camera, ...placeOf(camera.views[0]) }));
  for (const { eye, back } of places) {
    const axes: Vector3[] = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    axes.forEach((axis, i) => {
      rows[i] = plus(plus(rows[i], axis), back, -back[i]);
    });
    sum = plus(plus(sum, eye), back, -dot(back, eye));
  }
  const center = solve(rows, sum);
  if (!center) return undefined;
  let radius = Infinity;
  for (const { camera, eye, back } of places) {
    const offset = plus(eye, center, -1);
    if (dot(offset, back) <= 0) return undefined;
    const [scaleX, scaleY] = camera.lensRow();
    // The sine of half the narrower field of view, whose tangent is 1 / scale.
    radius = Math.min(radius, Math.hypot(...offset) / Math.hypot(1, Math.max(scaleX, scaleY)));
  }
  return { center, radius };
}

/**
 * Upwards in the world, for cameras that were held level: across all their horizontal axes, on the side of the pictures' mean upward
 * direction. By inverse iteration to the smallest eigenvector of Σ r rᵀ, from that mean, which is the answer where the axes are parallel.
 */
export function levelUp(views: readonly ViewMatrix[]): Vector3 {
  const mean = unit(views.reduce<Vector3>((sum, m) => plus(sum, [m[4], m[5], m[6]]), [0, 0, 0])) ?? [0, 1, 0];
  // A little of the identity keeps the equations solvable, and the eigenvectors as they are.
  const row = (axis: number): Vector3 =>
    views.reduce<Vector3>(
      (sum, m) => plus(sum, [m[0], m[1], m[2]], m[axis] / views.length),
      [0, 1, 2].map((k) => (k === axis ? 1e-3 : 0)) as unknown as Vector3,
    );
  const rows = [row(0), row(1), row(2)] as const;
  let up = mean;
  for (let i = 0; i < 20; i++) up = unit(solve(rows, up) ?? up) ?? mean;
  return dot(up, mean) < 0 ? times(-1, up) : up;
}

/** Where a camera is, and the direction from what it looks at. */
function placeOf(m: ViewMatrix): { eye: Vector3; back: Vector3 } {
  const eye = [0, 1, 2].map((axis) => -(m[axis] * m[3] + m[4 + axis] * m[7] + m[8 + axis] * m[11]));
  return { eye: eye as unknown as Vector3, back: [m[8], m[9], m[10]] };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
