// Exact nearest neighbours between two point sets, for point-cloud losses and metrics: by the compiled kernels (assembly/nearest.ts),
// or a balanced k-d tree in flat arrays (J. L. Bentley, "Multidimensional binary search trees used for associative searching", CACM
// 1975) for double precision, several neighbours, and back ends other than wasm.

import { type RealArray, type Simd, simdInUse } from '../backend/index.ts';
import type { Task } from '../kernels/simd/threads.ts';

/**
 * For each of the queries [Q·3] the index of the nearest of the points [P·3]; of equally near ones the lowest. −1 where there is
 * none: no points, or a query that is not a number. Points must be finite. Memory O(Q + P), time about (Q + P)·log P.
 */
export function nearestPoints(queries: RealArray, points: RealArray): Int32Array {
  const compiled = simdInUse();
  if (!compiled || !isSingle(queries) || !isSingle(points)) return nearestFew(queries, points, 1);
  return compiled.scratch.run(() => {
    const [from, to] = cloudsOf(compiled, queries, points);
    return nearestIn(compiled, from, to);
  });
}

/** `nearestPoints(a, b)` and `nearestPoints(b, a)`. */
export function nearestBothWays(a: RealArray, b: RealArray): [Int32Array, Int32Array] {
  const compiled = simdInUse();
  if (!compiled || !isSingle(a) || !isSingle(b)) return [nearestFew(a, b, 1), nearestFew(b, a, 1)];
  return compiled.scratch.run(() => {
    const [one, other] = cloudsOf(compiled, a, b);
    return [nearestIn(compiled, one, other), nearestIn(compiled, other, one)];
  });
}

const isSingle = (array: RealArray): array is Float32Array => array instanceof Float32Array;

/** Points sorted and boxed in working memory, for the compiled search. */
interface Cloud {
  address: number;
  count: number;
}

function cloudsOf({ exports, scratch, threads }: Simd, ...sets: readonly Float32Array[]): Cloud[] {
  const clouds = sets.map((points) => {
    const count = points.length / 3;
    const address = scratch.take(exports.cloudBytes(count));
    return { address, count, points: scratch.copy(points), work: scratch.take(exports.cloudScratch(count)) };
  });
  const tasks = clouds.map(
    ({ address, count, points, work }): Task => [['buildCloud', points, count, address, work]],
  );
  threads.run(100 * Math.max(...clouds.map(({ count }) => count)), tasks);
  return clouds;
}

/** Queries that a thread looks up at a time. */
const queriesAtOnce = 512;

function nearestIn({ scratch, threads }: Simd, queries: Cloud, points: Cloud): Int32Array {
  const nearest = scratch.take(4 * queries.count);
  const tasks: Task[] = [];
  const step = threads.count > 1 ? queriesAtOnce : queries.count;
  for (let first = 0; first < queries.count; first += step) {
    const end = Math.min(queries.count, first + step);
    tasks.push([
      ['nearestPoints', queries.address, queries.count, first, end, points.address, points.count, nearest],
    ]);
  }
  threads.run(300 * queries.count, tasks);
  return scratch.integers(nearest, queries.count).slice();
}

/** The same for the `count` nearest: [Q·count], nearest first, −1 where there are no more. */
export function nearestFew(queries: RealArray, points: RealArray, count: number): Int32Array {
  const tree = new PointTree(points);
  const nearest = new Int32Array((queries.length / 3) * count).fill(-1);
  const distances = new Float64Array(count);
  for (let q = 0; q < queries.length; q += 3) {
    const row = nearest.subarray((q / 3) * count, (q / 3 + 1) * count);
    tree.findNearest(queries[q], queries[q + 1], queries[q + 2], row, distances);
  }
  return nearest;
}

const leafSize = 8;
const maxDepth = 32;

/** Node n has the children 2n + 1 and 2n + 2 and halves its range of points: [low, middle) and [middle, high). */
class PointTree {
  /** The points, permuted so that every node owns a contiguous range, and their indices before that. */
  readonly #points: Float64Array;
  readonly #order: Int32Array;
  /** Of each inner node: the axis that it splits, and where. */
  readonly #axes: Uint8Array;
  readonly #splits: Float64Array;

  // Subtrees still to visit: node, range, squared distance below which nothing in it can lie.
  readonly #nodes = new Int32Array(maxDepth);
  readonly #lows = new Int32Array(maxDepth);
  readonly #highs = new Int32Array(maxDepth);
  readonly #bounds = new Float64Array(maxDepth);

  constructor(points: RealArray) {
    const count = points.length / 3;
    this.#points = Float64Array.from(points);
    this.#order = Int32Array.from({ length: count }, (_, i) => i);
    // Halving rounds down, so that all leaves lie at the depth at which the largest range fits one.
    let nodeCount = 1;
    for (let size = count; size > leafSize; size = Math.ceil(size / 2)) nodeCount = 2 * nodeCount + 1;
    this.#axes = new Uint8Array(nodeCount);
    this.#splits = new Float64Array(nodeCount);
    this.#build(0, 0, count);
  }

  /** Fills `nearest` with the indices of as many points, and `distances` with their squared distances, in ascending order. */
  findNearest(x: number, y: number, z: number, nearest: Int32Array, distances: Float64Array): void {
    const points = this.#points;
    const order = this.#order;
    const nodes = this.#nodes;
    const lows = this.#lows;
    const highs = this.#highs;
    const bounds = this.#bounds;
    const last = nearest.length - 1;
    distances.fill(Number.POSITIVE_INFINITY);
    // Of the farthest that is kept.
    let most = Number.POSITIVE_INFINITY;
    let depth = 1;
    nodes[0] = 0;
    lows[0] = 0;
    highs[0] = order.length;
    bounds[0] = 0;
    while (depth > 0) {
      depth--;
      // A tie may still have a lower index, so only what is strictly farther is left out.
      if (bounds[depth] > most) continue;
      let node = nodes[depth];
      let low = lows[depth];
      let high = highs[depth];
      while (high - low > leafSize) {
        const axis = this.#axes[node];
        const offset = (axis === 0 ? x : axis === 1 ? y : z) - this.#splits[node];
        const middle = (low + high) >> 1;
        bounds[depth] = offset * offset;
        if (offset < 0) {
          nodes[depth] = 2 * node + 2;
          lows[depth] = middle;
          highs[depth] = high;
          node = 2 * node + 1;
          high = middle;
        } else {
          nodes[depth] = 2 * node + 1;
          lows[depth] = low;
          highs[depth] = middle;
          node = 2 * node + 2;
          low = middle;
        }
        depth++;
      }
      for (let k = low; k < high; k++) {
        const dx = x - points[3 * k];
        const dy = y - points[3 * k + 1];
        const dz = z - points[3 * k + 2];
        const squared = dx * dx + dy * dy + dz * dz;
        // Neither what is farther, nor what is no number.
        if (!(squared < most || (squared === most && order[k] < nearest[last]))) continue;
        let slot = last;
        for (; slot > 0; slot--) {
          const before = distances[slot - 1];
          if (before < squared || (before === squared && nearest[slot - 1] < order[k])) break;
          distances[slot] = before;
          nearest[slot] = nearest[slot - 1];
        }
        distances[slot] = squared;
        nearest[slot] = order[k];
        most = distances[last];
      }
    }
  }

  #build(node: number, low: number, high: number): void {
    if (high - low <= leafSize) return;
    const axis = this.#longestAxis(low, high);
    const middle = (low + high) >> 1;
    this.#partition(axis, low, high - 1, middle);
    this.#axes[node] = axis;
    this.#splits[node] = this.#points[3 * middle + axis];
    this.#build(2 * node + 1, low, middle);
    this.#build(2 * node + 2, middle, high);
  }

  #longestAxis(low: number, high: number): number {
    const points = this.#points;
    let longest = 0;
    let longestExtent = -1;
    for (let axis = 0; axis < 3; axis++) {
      let least = Number.POSITIVE_INFINITY;
      let most = Number.NEGATIVE_INFINITY;
      for (let k = low; k < high; k++) {
        const value = points[3 * k + axis];
        if (value < least) least = value;
        if (value > most) most = value;
      }
      if (most - least > longestExtent) {
        longestExtent = most - least;
        longest = axis;
      }
    }
    return longest;
  }

  /** Hoare's selection: afterwards nothing before `middle` is larger along `axis`, and nothing after it smaller. */
  #partition(axis: number, first: number, last: number, middle: number): void {
    const points = this.#points;
    while (first < last) {
      const pivot = points[3 * ((first + last) >> 1) + axis];
      let i = first;
      let j = last;
      while (i <= j) {
        while (points[3 * i + axis] < pivot) i++;
        while (points[3 * j + axis] > pivot) j--;
        if (i <= j) this.#swap(i++, j--);
      }
      if (middle <= j) last = j;
      else if (middle >= i) first = i;
      else return;
    }
  }

  #swap(i: number, j: number): void {
    const points = this.#points;
    const order = this.#order;
    for (let axis = 0; axis < 3; axis++) {
      const value = points[3 * i + axis];
      points[3 * i + axis] = points[3 * j + axis];
      points[3 * j + axis] = value;
    }
    const index = order[i];
    order[i] = order[j];
    order[j] = index;
  }
}
