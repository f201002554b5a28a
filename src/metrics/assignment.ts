// The cheapest way to give every row of a square cost matrix a column of its own, exactly.

/**
 * Shortest augmenting paths with dual prices (R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and sparse
 * linear assignment problems", Computing 1987), after an auction (D. P. Bertsekas, "The auction algorithm", Annals of Operations
 * Research 1988) in place of their row reductions: where clouds lie apart, good prices at the start shorten all paths.
 *
 * Prices u, v keep every reduced cost c − u − v at or above 0, and at 0 where a row has its column. Rows first take what is free at
 * the auction's prices. Every row left is then joined by Dijkstra's shortest path, in reduced costs, to a free column: the columns
 * on the path change hands, and the prices of columns nearer than its end fall by the difference. O(n³) at worst, in practice
 * about n².
 *
 * @param costs [n·n], row by row, 0 or more, finite.
 * @returns [n] the column of each row
 */
export function optimalAssignment(costs: Float64Array, n: number): Int32Array {
  const columnOf = new Int32Array(n).fill(-1);
  const rowOf = new Int32Array(n).fill(-1);
  const price = auctionPrices(costs, n);
  takeFreeColumns(costs, price, columnOf, rowOf);

  const distance = new Float64Array(n);
  const cameFrom = new Int32Array(n);
  // Columns whose distance is final, then those at the distance now looked at, then the others.
  const columns = Int32Array.from({ length: n }, (_, j) => j);
  for (let start = 0; start < n; start++) {
    if (columnOf[start] >= 0) continue;
    for (let j = 0; j < n; j++) {
      distance[j] = costs[start * n + j] - price[j];
      cameFrom[j] = start;
    }
    let done = 0;
    let front = 0;
    let last = -1;
    let reached = 0;
    while (last < 0) {
      if (front === done) {
        // The next columns in order of distance; one that is free ends the path.
        reached = distance[columns[done]];
        for (let k = done; k < n; k++) {
          const d = distance[columns[k]];
          if (d > reached) continue;
          if (d < reached) {
            reached = d;
            front = done;
          }
          swap(columns, k, front++);
        }
        for (let k = done; k < front && last < 0; k++) if (rowOf[columns[k]] < 0) last = columns[k];
        if (last >= 0) break;
      }
      const near = columns[done++];
      const row = rowOf[near];
      const toRow = reached - (costs[row * n + near] - price[near]);
      for (let k = front; k < n; k++) {
        const j = columns[k];
        const d = toRow + costs[row * n + j] - price[j];
        if (d >= distance[j]) continue;
        distance[j] = d;
        cameFrom[j] = row;
        if (d > reached) continue;
        if (rowOf[j] < 0) {
          last = j;
          break;
        }
        swap(columns, k, front++);
      }
    }
    for (let k = 0; k < done; k++) price[columns[k]] += distance[columns[k]] - reached;
    for (let j = last; ; ) {
      const row = cameFrom[j];
      const previous = columnOf[row];
      columnOf[row] = j;
      rowOf[j] = row;
      if (row === start) break;
      j = previous;
    }
  }
  return columnOf;
}

/**
 * Prices from an auction: a row without a column takes its cheapest one, from whoever has it, and lowers its price to ε below
 * where the second cheapest would do as well. Rounds with falling ε, each from the prices of the last.
 */
function auctionPrices(costs: Float64Array, n: number): Float64Array {
  const price = new Float64Array(n);
  const rowOf = new Int32Array(n);
  const waiting = new Int32Array(n);
  const largest = costs.reduce((most, cost) => Math.max(most, cost), 0);
  for (let step = 0.1 * largest; step > 1e-5 * largest; step /= 4) {
    rowOf.fill(-1);
    let count = n;
    for (let i = 0; i < n; i++) waiting[i] = i;
    while (count > 0) {
      const i = waiting[count - 1];
      let first = Number.POSITIVE_INFINITY;
      let second = Number.POSITIVE_INFINITY;
      let cheapest = 0;
      for (let k = i * n, j = 0; j < n; j++, k++) {
        const cost = costs[k] - price[j];
        if (cost >= second) continue;
        if (cost < first) {
          second = first;
          first = cost;
          cheapest = j;
        } else second = cost;
      }
      price[cheapest] -= (n > 1 ? second - first : 0) + step;
      const loser = rowOf[cheapest];
      rowOf[cheapest] = i;
      if (loser >= 0) waiting[count - 1] = loser;
      else count--;
    }
  }
  return price;
}

/** Every row, in order, takes its cheapest column at these prices if nobody has it. */
function takeFreeColumns(
  costs: Float64Array,
  price: Float64Array,
  columnOf: Int32Array,
  rowOf: Int32Array,
): void {
  const n = price.length;
  for (let i = 0; i < n; i++) {
    let best = 0;
    for (let j = 1; j < n; j++) {
      if (costs[i * n + j] - price[j] < costs[i * n + best] - price[best]) best = j;
    }
    if (rowOf[best] >= 0) continue;
    columnOf[i] = best;
    rowOf[best] = i;
  }
}

function swap(values: Int32Array, i: number, j: number): void {
  const value = values[i];
  values[i] = values[j];
  values[j] = value;
}
