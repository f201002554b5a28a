// Finds models that are nearly the same shape, so that no split has the twin of another's object.

const resolution = 20;
const words = Math.ceil(resolution ** 3 / 32);

/** Which cells of a 20³ grid over [−0.5, 0.5]³ hold a point, one bit a cell. */
export type Occupancy = Uint32Array;

/** Occupancy of points [N * 3] under each of the eight symmetries that the camera rig and mirroring allow: turns by 90° about y, mirrored or not. */
export function occupancies(points: Float32Array): Occupancy[] {
  const grids: Occupancy[] = [];
  for (const mirror of [1, -1]) {
    for (const [cosine, sine] of [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ]) {
      const grid = new Uint32Array(words);
      for (let i = 0; i < points.length; i += 3) {
        const x = mirror * points[i];
        const z = points[i + 2];
        const cell =
          (cellOf(cosine * x + sine * z) * resolution + cellOf(points[i + 1])) * resolution +
          cellOf(cosine * z - sine * x);
        grid[cell >> 5] |= 1 << (cell & 31);
      }
      grids.push(grid);
    }
  }
  return grids;
}

function cellOf(coordinate: number): number {
  return Math.min(Math.max(Math.floor((coordinate + 0.5) * resolution), 0), resolution - 1);
}

/** Intersection over union of two occupancies; 0 where both are empty. */
export function occupancyIou(a: Occupancy, b: Occupancy): number {
  let intersection = 0;
  let union = 0;
  for (let i = 0; i < words; i++) {
    intersection += countBits(a[i] & b[i]);
    union += countBits(a[i] | b[i]);
  }
  return union === 0 ? 0 : intersection / union;
}

/** Cells that hold a point, by height: the same under all symmetries, as they keep heights. */
function layerCounts(grid: Occupancy): Int32Array {
  const counts = new Int32Array(resolution);
  for (let cell = 0; cell < resolution ** 3; cell++) {
    if (grid[cell >> 5] & (1 << (cell & 31))) counts[Math.floor(cell / resolution) % resolution]++;
  }
  return counts;
}

/** What the IoU of two shapes cannot exceed: layers share at most as many cells as the emptier one has. Tells most pairs apart. */
function largestIou(a: Int32Array, b: Int32Array): number {
  let least = 0;
  let most = 0;
  for (let y = 0; y < resolution; y++) {
    least += Math.min(a[y], b[y]);
    most += Math.max(a[y], b[y]);
  }
  return most === 0 ? 0 : least / most;
}

/** Number of set bits of a 32-bit word (Warren, "Hacker's Delight", figure 5-2). */
function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  bits = (bits + (bits >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bits, 0x01010101) >>> 24;
}

/**
 * Groups shapes (each given by its `occupancies`) so that two of them share a group when some chain of pairs with an IoU of at
 * least `threshold` links them. Returns a group number for every shape, numbered in order of first appearance.
 */
export function twinGroups(shapes: readonly Occupancy[][], threshold: number): number[] {
  const parents = shapes.map((_, i) => i);
  const rootOf = (i: number): number => (parents[i] === i ? i : rootOf(parents[i]));
  const layers = shapes.map(([grid]) => layerCounts(grid));
  for (let i = 0; i < shapes.length; i++) {
    for (let j = 0; j < i; j++) {
      if (largestIou(layers[i], layers[j]) < threshold || rootOf(i) === rootOf(j)) continue;
      if (shapes[j].some((grid) => occupancyIou(shapes[i][0], grid) >= threshold)) {
        const [low, high] = [rootOf(i), rootOf(j)].sort((a, b) => a - b);
        parents[high] = low;
      }
    }
  }
  const numbers = new Map<number, number>();
  return shapes.map((_, i) => {
    const root = rootOf(i);
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    return numbers.get(root)!;
  });
}
