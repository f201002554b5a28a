// Finite differences of functions of arrays, in double precision.

/** Central differences of `evaluate` at `at`, by steps `h`. */
export function centralDifferences(
  evaluate: (at: Float64Array) => number,
  at: ArrayLike<number>,
  h = 1e-5,
): Float64Array {
  const start = Float64Array.from(at);
  return start.map(
    (value, i) => (evaluate(start.with(i, value + h)) - evaluate(start.with(i, value - h))) / (2 * h),
  );
}

/** The largest difference of two arrays over the largest entry of the second, which must not be 0. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  if (!(largest > 0)) throw new Error('the expected array is zero throughout, so that nothing is tested');
  return difference / largest;
}

/** Numbers in −1…1 that look random and are always the same. */
export const waves = (length: number, seed: number): Float64Array =>
  Float64Array.from(
    { length },
    (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * Math.cos(4.1414 * i * i + seed),
  );
