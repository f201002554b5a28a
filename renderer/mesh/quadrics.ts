// Sums of squared distances to planes, as quadratic functions of a point.

/** Numbers a quadric: A (xx, xy, xz, yy, yz, zz), b (x, y, z) and c of xᵀA x + 2 bᵀx + c. */
const stride = 10;

/**
 * A share of the trace of A that is added to its diagonal where the best point is looked for, so that in directions that cost nothing,
 * along a plane or a crease, the point stays where it is.
 */
const stiffness = 1e-6;

/** One quadric a vertex. */
export class Quadrics {
  readonly #values: Float64Array;
  readonly #sum = new Float64Array(stride);

  constructor(count: number) {
    this.#values = new Float64Array(stride * count);
  }

  /** Adds weight · (n·x − d)² at a vertex. */
  addPlane(vertex: number, nx: number, ny: number, nz: number, d: number, weight: number): void {
    const plane = [nx * nx, nx * ny, nx * nz, ny * ny, ny * nz, nz * nz, -nx * d, -ny * d, -nz * d, d * d];
    for (let i = 0; i < stride; i++) this.#values[stride * vertex + i] += weight * plane[i];
  }

  /** Adds the quadric of one vertex to that of another. */
  merge(into: number, from: number): void {
    for (let i = 0; i < stride; i++) this.#values[stride * into + i] += this.#values[stride * from + i];
  }

  /** Lets `best` and `cost` look at the sum of two vertices; returns the sum of the weights of all its planes. */
  select(u: number, v: number): number {
    const sum = this.#sum;
    for (let i = 0; i < stride; i++) sum[i] = this.#values[stride * u + i] + this.#values[stride * v + i];
    return sum[0] + sum[3] + sum[5];
  }

  cost(x: number, y: number, z: number): number {
    const [xx, xy, xz, yy, yz, zz, bx, by, bz, c] = this.#sum;
    const value =
      x * (xx * x + 2 * (xy * y + xz * z + bx)) +
      y * (yy * y + 2 * (yz * z + by)) +
      z * (zz * z + 2 * bz) +
      c;
    return Math.max(0, value);
  }

  /** Moves `point` to where the cost is least, by Cramer's rule. */
  best(point: Float64Array): void {
    const [xx, xy, xz, yy, yz, zz, bx, by, bz] = this.#sum;
    const [x, y, z] = point;
    const soft = stiffness * (xx + yy + zz);
    const [a, d, f] = [xx + soft, yy + soft, zz + soft];
    // Half the gradient, turned round.
    const gx = -(xx * x + xy * y + xz * z + bx);
    const gy = -(xy * x + yy * y + yz * z + by);
    const gz = -(xz * x + yz * y + zz * z + bz);
    const m00 = d * f - yz * yz;
    const m01 = xz * yz - xy * f;
    const m02 = xy * yz - xz * d;
    const determinant = a * m00 + xy * m01 + xz * m02;
    if (!(determinant > 0)) return;
    const m11 = a * f - xz * xz;
    const m12 = xy * xz - a * yz;
    const m22 = a * d - xy * xy;
    point[0] = x + (m00 * gx + m01 * gy + m02 * gz) / determinant;
    point[1] = y + (m01 * gx + m11 * gy + m12 * gz) / determinant;
    point[2] = z + (m02 * gx + m12 * gy + m22 * gz) / determinant;
  }
}
