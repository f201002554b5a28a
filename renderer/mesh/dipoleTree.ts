// Sums over very many oriented bits of surface, as seen from a point: near bits one by one, far ones by the expansion of their
// whole. The engine of winding numbers.

const leafSize = 8;
const maxDepth = 40;

/** Bits of surface: triangles, or points with an area. */
export interface SurfaceElements {
  count: number;
  /** [N·3] centroids. */
  centers: Float64Array;
  /** [N·3] area times unit normal. */
  areaVectors: Float64Array;
  /** [N·6] mean of δδᵀ over each, δ from its centroid: xx, yy, zz, xy, xz, yz. */
  spreads: Float64Array;
  /** [N] largest |δ|. */
  radii: Float64Array;
}

// One row of numbers a node: centre, squared radius, and the coefficients of the expansion below.
const stride = 26;

/**
 * The winding number is the sum over all bits of ∫ g(p − q)·dA with the dipole field g(r) = r / (4π|r|³). Seen from afar, with r to the
 * centre of a node and δ from there to its bits, Taylor's expansion in δ gives
 *
 *     4π w ≈ A·r/R³ + (tr S − 3 rᵀSr/R²)/R³ + (15 N(r, r, r)/R² − 3 r·(2a + b))/(2R⁵),
 *
 * A = Σ dA, S the symmetric part of Σ dA δᵀ, N = Σ dA ⊗ δδᵀ, a and b its contractions over a normal and a δ, and over both δ (G. Barill
 * et al., "Fast winding numbers for soups and clouds", SIGGRAPH 2018, section 3: their expansion up to the same order). A node is far
 * where q is more than β times its radius from its centre. The tree is balanced: node n has the children 2n + 1 and 2n + 2 and
 * halves its range of bits.
 */
export class DipoleTree {
  readonly #elements: SurfaceElements;
  readonly #order: Int32Array;
  readonly #nodes: Float64Array;
  readonly #betaSquared: number;
  /** Solid angle of one bit over 4π, exactly. */
  readonly #near: (element: number, x: number, y: number, z: number) => number;

  // Subtrees still to visit.
  readonly #stack = new Int32Array(maxDepth);
  readonly #lows = new Int32Array(maxDepth);
  readonly #highs = new Int32Array(maxDepth);

  constructor(
    elements: SurfaceElements,
    beta: number,
    near: (element: number, x: number, y: number, z: number) => number,
  ) {
    this.#elements = elements;
    this.#near = near;
    this.#betaSquared = beta * beta;
    this.#order = Int32Array.from({ length: elements.count }, (_, i) => i);
    let nodeCount = 1;
    for (let size = elements.count; size > leafSize; size = Math.ceil(size / 2))
      nodeCount = 2 * nodeCount + 1;
    this.#nodes = new Float64Array(stride * nodeCount);
    if (elements.count > 0) this.#build(0, 0, elements.count);
  }

  windingNumber(x: number, y: number, z: number): number {
    if (this.#order.length === 0) return 0;
    const nodes = this.#nodes;
    const stack = this.#stack;
    const lows = this.#lows;
    const highs = this.#highs;
    let depth = 1;
    stack[0] = 0;
    lows[0] = 0;
    highs[0] = this.#order.length;
    let far = 0;
    let near = 0;
    while (depth > 0) {
      depth--;
      const node = stack[depth];
      const low = lows[depth];
      const high = highs[depth];
      const k = node * stride;
      const rx = nodes[k] - x;
      const ry = nodes[k + 1] - y;
      const rz = nodes[k + 2] - z;
      const squared = rx * rx + ry * ry + rz * rz;
      if (squared > this.#betaSquared * nodes[k + 3]) {
        far += expansion(nodes, k + 4, rx, ry, rz, squared);
      } else if (high - low <= leafSize) {
        for (let i = low; i < high; i++) near += this.#near(this.#order[i], x, y, z);
      } else {
        const middle = (low + high) >> 1;
        stack[depth] = 2 * node + 2;
        lows[depth] = middle;
        highs[depth] = high;
        depth++;
        stack[depth] = 2 * node + 1;
        lows[depth] = low;
        highs[depth] = middle;
        depth++;
      }
    }
    return near + far / (4 * Math.PI);
  }

  #build(node: number, low: number, high: number): void {
    this.#summarize(node, low, high);
    if (high - low <= leafSize) return;
    const axis = this.#longestAxis(low, high);
    const { centers } = this.#elements;
    this.#order.subarray(low, high).sort((i, j) => centers[3 * i + axis] - centers[3 * j + axis] || i - j);
    const middle = (low + high) >> 1;
    this.#build(2 * node + 1, low, middle);
    this.#build(2 * node + 2, middle, high);
  }

  #longestAxis(low: number, high: number): number {
    const { centers } = this.#elements;
    const extents = [0, 1, 2].map((axis) => {
      let least = Number.POSITIVE_INFINITY;
      let most = Number.NEGATIVE_INFINITY;
      for (let k = low; k < high; k++) {
        const value = centers[3 * this.#order[k] + axis];
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
      return most - least;
    });
    return extents.indexOf(Math.max(...extents));
  }

  /** Centre, radius and coefficients of one node. */
  #summarize(node: number, low: number, high: number): void {
    const { centers, areaVectors, spreads, radii } = this.#elements;
    const row = this.#nodes.subarray(node * stride, (node + 1) * stride);
    let mass = 0;
    for (let k = low; k < high; k++) {
      const i = 3 * this.#order[k];
      const area = Math.hypot(areaVectors[i], areaVectors[i + 1], areaVectors[i + 2]);
      mass += area;
      for (let axis = 0; axis < 3; axis++) row[axis] += area * centers[i + axis];
    }
    // Bits without area count for nothing, but their node needs a place.
    const first = 3 * this.#order[low];
    for (let axis = 0; axis < 3; axis++) row[axis] = mass > 0 ? row[axis] / mass : centers[first + axis];

    let radius = 0;
    const c = row.subarray(4);
    for (let k = low; k < high; k++) {
      const e = this.#order[k];
      const dx = centers[3 * e] - row[0];
      const dy = centers[3 * e + 1] - row[1];
      const dz = centers[3 * e + 2] - row[2];
      radius = Math.max(radius, Math.hypot(dx, dy, dz) + radii[e]);
      const ax = areaVectors[3 * e];
      const ay = areaVectors[3 * e + 1];
      const az = areaVectors[3 * e + 2];
      const xx = dx * dx + spreads[6 * e];
      const yy = dy * dy + spreads[6 * e + 1];
      const zz = dz * dz + spreads[6 * e + 2];
      const xy = dx * dy + spreads[6 * e + 3];
      const xz = dx * dz + spreads[6 * e + 4];
      const yz = dy * dz + spreads[6 * e + 5];
      // A
      c[0] += ax;
      c[1] += ay;
      c[2] += az;
      // S: xx, yy, zz, and twice xy, xz, yz
      c[3] += ax * dx;
      c[4] += ay * dy;
      c[5] += az * dz;
      c[6] += ax * dy + ay * dx;
      c[7] += ax * dz + az * dx;
      c[8] += ay * dz + az * dy;
      // 2a + b
      const trace = xx + yy + zz;
      c[9] += 2 * (ax * xx + ay * xy + az * xz) + ax * trace;
      c[10] += 2 * (ax * xy + ay * yy + az * yz) + ay * trace;
      c[11] += 2 * (ax * xz + ay * yz + az * zz) + az * trace;
      // N: coefficients of xxx, yyy, zzz, xxy, xxz, yyx, yyz, zzx, zzy, xyz
      c[12] += ax * xx;
      c[13] += ay * yy;
      c[14] += az * zz;
      c[15] += ay * xx + 2 * ax * xy;
      c[16] += az * xx + 2 * ax * xz;
      c[17] += ax * yy + 2 * ay * xy;
      c[18] += az * yy + 2 * ay * yz;
      c[19] += ax * zz + 2 * az * xz;
      c[20] += ay * zz + 2 * az * yz;
      c[21] += 2 * (ax * yz + ay * xz + az * xy);
    }
    row[3] = radius * radius;
  }
}

/** 4π times the winding number of a far node whose coefficients begin at k. */
function expansion(c: Float64Array, k: number, x: number, y: number, z: number, squared: number): number {
  const inverse = 1 / squared;
  const cubed = inverse / Math.sqrt(squared);
  const xx = x * x;
  const yy = y * y;
  const zz = z * z;
  const dipole = c[k] * x + c[k + 1] * y + c[k + 2] * z;
  const trace = c[k + 3] + c[k + 4] + c[k + 5];
  const quadratic =
    c[k + 3] * xx + c[k + 4] * yy + c[k + 5] * zz + c[k + 6] * x * y + c[k + 7] * x * z + c[k + 8] * y * z;
  const linear = c[k + 9] * x + c[k + 10] * y + c[k + 11] * z;
  const cubic =
    xx * (c[k + 12] * x + c[k + 15] * y + c[k + 16] * z) +
    yy * (c[k + 13] * y + c[k + 17] * x + c[k + 18] * z) +
    zz * (c[k + 14] * z + c[k + 19] * x + c[k + 20] * y) +
    c[k + 21] * x * y * z;
  return cubed * (dipole + trace - 3 * quadratic * inverse + 1.5 * inverse * (5 * cubic * inverse - linear));
}
