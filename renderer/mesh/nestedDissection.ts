// An order of the vertices of a graph in which elimination, as in Cholesky's factorisation, makes few new connections.

/** The neighbours of each vertex, in compressed rows; a vertex may be listed as its own. */
export interface Graph {
  readonly offsets: Int32Array;
  /** [entries] */
  readonly columns: Int32Array;
}

/** Parts of so few vertices are not split any more. */
const leafSize = 32;
/** The share of a part that either side of its separator should have at least. */
const leastShare = 0.25;

/**
 * Nested dissection (A. George, "Nested dissection of a regular finite element mesh", SIAM Journal on Numerical Analysis 1973): both
 * sides of a separator first, each ordered in the same way, then the separator, so that nothing on one side is ever connected with the
 * other. A separator is a level of a breadth-first search from a vertex far out (A. George and J. Liu, "An automatic nested dissection
 * algorithm for irregular finite element problems", SIAM Journal on Numerical Analysis 1978): on a surface, a short ring around it.
 *
 * @returns [V] the vertices in that order.
 */
export function nestedDissection({ offsets, columns }: Graph): Int32Array {
  const count = offsets.length - 1;
  const order = Int32Array.from({ length: count }, (_, v) => v);
  // Which part a vertex is in: those that are being searched have the number of their search.
  const part = new Int32Array(count).fill(-1);
  const level = new Int32Array(count);
  const queue = new Int32Array(count);
  let searches = 0;

  /** Fills `queue` with what of `part` `mark` is connected to `start`, in ascending `level`. Returns how many. */
  const search = (start: number, mark: number) => {
    searches++;
    const seen = -1 - searches;
    let length = 1;
    queue[0] = start;
    part[start] = seen;
    level[start] = 0;
    for (let head = 0; head < length; head++) {
      const v = queue[head];
      for (let k = offsets[v]; k < offsets[v + 1]; k++) {
        const neighbour = columns[k];
        if (part[neighbour] !== mark) continue;
        part[neighbour] = seen;
        level[neighbour] = level[v] + 1;
        queue[length++] = neighbour;
      }
    }
    for (let i = 0; i < length; i++) part[queue[i]] = mark;
    return length;
  };

  // Ranges of `order` still to be split.
  const parts: [number, number][] = [[0, count]];
  let parted = 0;
  for (let range = parts.pop(); range; range = parts.pop()) {
    const [low, high] = range;
    if (high - low <= leafSize) continue;
    const mark = parted++;
    for (let i = low; i < high; i++) part[order[i]] = mark;

    let length = search(order[low], mark);
    if (length < high - low) {
      // Not connected: what was found comes first.
      const found = new Set(queue.subarray(0, length));
      const others = order.slice(low, high).filter((v) => !found.has(v));
      order.set(queue.subarray(0, length), low);
      order.set(others, low + length);
      parts.push([low, low + length], [low + length, high]);
      continue;
    }
    for (let again = 0; again < 2; again++) length = search(queue[length - 1], mark);

    const middle = separatingLevel(queue.subarray(0, length), level);
    if (middle < 0) continue;
    const sides: [number[], number[], number[]] = [[], [], []];
    for (const v of queue.subarray(0, length)) sides[sideOf(v, middle)].push(v);
    const [before, after, separator] = sides;
    order.set([...before, ...after, ...separator], low);
    parts.push([low, low + before.length], [low + before.length, high - separator.length]);
  }
  return order;

  /** 0 before the separator, 1 behind it, 2 in it. */
  function sideOf(v: number, middle: number): 0 | 1 | 2 {
    if (level[v] !== middle) return level[v] < middle ? 0 : 1;
    for (let k = offsets[v]; k < offsets[v + 1]; k++) {
      if (part[columns[k]] === part[v] && level[columns[k]] > middle) return 2;
    }
    return 0;
  }
}

/** The smallest level that leaves enough on both sides, −1 where there are too few levels. `queue` ascends in `level`. */
function separatingLevel(queue: Int32Array, level: Int32Array): number {
  let best = -1;
  let fewest = Number.POSITIVE_INFINITY;
  for (let start = 0, end = 0; start < queue.length; start = end) {
    while (end < queue.length && level[queue[end]] === level[queue[start]]) end++;
    const smaller = Math.min(start, queue.length - end);
    if (smaller === 0) continue;
    // A level beside which little is left costs as many times more.
    const cost = (end - start) * Math.max(1, (leastShare * queue.length) / smaller);
    if (cost < fewest) {
      fewest = cost;
      best = level[queue[start]];
    }
  }
  return best;
}
