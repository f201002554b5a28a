// FROZEN. Nearest neighbours between two sets of points as anyone would write them first: every pair, in plain TypeScript.

/** For each of the queries [Q·3], the index of the nearest of the points [P·3]; of equally near ones the lowest. */
export function nearestOfAll(queries: Float32Array, points: Float32Array): Int32Array {
  const nearest = new Int32Array(queries.length / 3);
  for (let q = 0; q < nearest.length; q++) {
    const x = queries[3 * q];
    const y = queries[3 * q + 1];
    const z = queries[3 * q + 2];
    let least = Number.POSITIVE_INFINITY;
    for (let p = 0; p < points.length; p += 3) {
      const dx = points[p] - x;
      const dy = points[p + 1] - y;
      const dz = points[p + 2] - z;
      const squared = dx * dx + dy * dy + dz * dz;
      if (squared < least) {
        least = squared;
        nearest[q] = p / 3;
      }
    }
  }
  return nearest;
}
