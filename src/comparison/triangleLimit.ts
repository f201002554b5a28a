// One triangle V against another, T, with infinitely many pixels: the mean squared difference of their silhouettes is the area of
// the symmetric difference, area(V) + area(T) − 2·area(V ∩ T), and its derivative has a closed form.

/**
 * d/dV of area(V) + area(T) − 2·area(V ∩ T), divided by 4, the picture's area: what the mean over pixels tends to.
 *
 * An edge a→b of V, moved by (1−t)·da + t·db at its point t, sweeps area along its outward normal n·|e| = (e_y, −e_x) of a
 * counter-clockwise V. It bounds V all along, and V ∩ T where it runs inside T, for t0 < t < t1:
 *     dL/da = n|e| · (∫₀¹ (1−t) dt − 2 ∫_{t0}^{t1} (1−t) dt),   dL/db the same with t.
 *
 * @param moving [6] x, y of the corners of V, counter-clockwise; `target` the same of T. @returns [6]
 */
export function triangleLimitGradient(moving: ArrayLike<number>, target: ArrayLike<number>): Float64Array {
  const gradient = new Float64Array(6);
  for (let k = 0; k < 3; k++) {
    const [a, b] = [2 * k, 2 * ((k + 1) % 3)];
    const [ex, ey] = [moving[b] - moving[a], moving[b + 1] - moving[a + 1]];
    const [from, to] = insideRange(moving[a], moving[a + 1], ex, ey, target);
    const atB = 0.5 - (to * to - from * from);
    const atA = 1 - 2 * (to - from) - atB;
    for (const [corner, share] of [
      [a, atA],
      [b, atB],
    ]) {
      gradient[corner] += (share * ey) / 4;
      gradient[corner + 1] -= (share * ex) / 4;
    }
  }
  return gradient;
}

/** Of a triangle [6], x, y of its corners: positive where they go counter-clockwise. */
export const signedArea = ([ax, ay, bx, by, cx, cy]: ArrayLike<number> & Iterable<number>): number =>
  ((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;

/** The t for which (x, y) + t·e lies in the counter-clockwise triangle (Cyrus and Beck, 1978); an empty range as [0, 0]. */
function insideRange(
  x: number,
  y: number,
  ex: number,
  ey: number,
  triangle: ArrayLike<number>,
): [number, number] {
  let [from, to] = [0, 1];
  for (let k = 0; k < 3; k++) {
    const [a, b] = [2 * k, 2 * ((k + 1) % 3)];
    const [dx, dy] = [triangle[b] - triangle[a], triangle[b + 1] - triangle[a + 1]];
    // Left of the edge is inside: height + t·slope ≥ 0.
    const height = dx * (y - triangle[a + 1]) - dy * (x - triangle[a]);
    const slope = dx * ey - dy * ex;
    if (slope > 0) from = Math.max(from, -height / slope);
    else if (slope < 0) to = Math.min(to, -height / slope);
    else if (height < 0) return [0, 0];
  }
  return from < to ? [from, to] : [0, 0];
}
