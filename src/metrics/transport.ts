// The nearly cheapest way to move one cloud of equal masses onto another, for clouds that are too large for an exact assignment.

/** The annealing ends where ε is this part of the plan's mean cost. */
const finalBlur = 0.005;
/** Least ε, as a part of the largest cost: where both clouds are the same, any plan's cost goes to zero with ε. */
const leastBlur = 1e-5;
/** ε falls by this factor from stage to stage. */
const annealing = 0.5;
const mostIterations = 100;
/** A stage ends where row sums are off by this share of all mass. */
const tolerance = 0.005;
/** Exponent of a scaling step once sums are nearly right (A. Thibault et al., "Overrelaxed Sinkhorn-Knopp algorithm", 2017). */
const relaxation = 1.7;
const nearlyRight = 0.1;
/** Scalings beyond this are moved into the potentials before the kernel loses what they scale up. */
const largestScaling = 1e10;

/**
 * Mean cost of a transport plan between n sources and n sinks of mass 1/n each, an upper bound of the least possible.
 *
 * The plan of least cost plus ε · relative entropy is P = exp((f + g − c)/ε), whose potentials f, g Sinkhorn's iteration finds (M.
 * Cuturi, "Sinkhorn distances", 2013). ε is halved from the largest cost on, each stage starting from the potentials of the last,
 * and rows and columns are scaled relative to them, so that nothing underflows (B. Schmitzer, "Stabilized sparse scaling algorithms
 * for entropy regularized transport problems", SIAM J. Sci. Comput. 2019, algorithm 2). In the end P, whose sums are nearly right,
 * is rounded to a plan whose sums are right (J. Altschuler et al., "Near-linear time approximation algorithms for optimal transport
 * via Sinkhorn iteration", 2017, algorithm 2): hence the bound.
 *
 * @param costs [n·n], row by row, 0 or more, finite.
 */
export function entropicTransportCost(costs: Float64Array, n: number): number {
  const largest = costs.reduce((most, cost) => Math.max(most, cost), 0);
  if (largest === 0) return 0;
  const plan = new EntropicPlan(costs, n);
  let cost = largest;
  for (let blur = largest; blur > finalBlur * cost && blur > leastBlur * largest; ) {
    blur *= annealing;
    plan.fit(blur);
    cost = plan.roundedCost();
  }
  return cost;
}

/** u · kernel · v, with masses counted in units of 1/n: rows and columns should sum up to 1. */
class EntropicPlan {
  readonly #costs: Float64Array;
  readonly #n: number;
  #blur = 1;
  readonly #f: Float64Array;
  readonly #g: Float64Array;
  /** exp((f + g − c)/ε), in single precision, since every pass reads all of it. */
  readonly #kernel: Float32Array;
  readonly #u: Float64Array;
  readonly #v: Float64Array;

  constructor(costs: Float64Array, n: number) {
    this.#costs = costs;
    this.#n = n;
    this.#f = new Float64Array(n);
    this.#g = new Float64Array(n);
    this.#kernel = new Float32Array(n * n);
    this.#u = new Float64Array(n).fill(1);
    this.#v = new Float64Array(n).fill(1);
  }

  /** Scales rows and columns at this ε until both sum up to 1, nearly. */
  fit(blur: number): void {
    this.#absorb();
    this.#blur = blur;
    this.#makeKernel();
    for (let iteration = 0; iteration < mostIterations; iteration++) {
      const rows = this.#rowSums();
      const error = rows.reduce((sum, row) => sum + Math.abs(row - 1), 0) / this.#n;
      const exponent = error < nearlyRight ? relaxation : 1;
      for (let i = 0; i < this.#n; i++) this.#u[i] /= rows[i] ** exponent;
      const columns = this.#columnSums(this.#u, this.#v);
      for (let j = 0; j < this.#n; j++) this.#v[j] /= columns[j] ** exponent;
      if (iteration > 0 && error < tolerance) break;
      if (isExtreme(this.#u) || isExtreme(this.#v)) {
        this.#absorb();
        this.#makeKernel();
      }
    }
  }

  /** Mean cost of the plan, made feasible: what is too much is scaled down, what then is missing goes from rows to columns evenly. */
  roundedCost(): number {
    const n = this.#n;
    const kernel = this.#kernel;
    const costs = this.#costs;
    const u = this.#u.slice();
    const v = this.#v.slice();
    const rows = this.#rowSums();
    for (let i = 0; i < n; i++) if (rows[i] > 1) u[i] /= rows[i];
    const columns = this.#columnSums(u, v);
    for (let j = 0; j < n; j++) if (columns[j] > 1) v[j] /= columns[j];

    const missingInColumn = columns.map((column) => Math.max(0, 1 - column));
    const missing = missingInColumn.reduce((sum, mass) => sum + mass, 0);
    let cost = 0;
    for (let k = 0, i = 0; i < n; i++) {
      let mass = 0;
      let evenly = 0;
      for (let j = 0; j < n; j++, k++) {
        const moved = u[i] * kernel[k] * v[j];
        mass += moved;
        cost += moved * costs[k];
        evenly += missingInColumn[j] * costs[k];
      }
      if (missing > 0) cost += (Math.max(0, 1 - mass) / missing) * evenly;
    }
    return cost / n;
  }

  #rowSums(): Float64Array {
    const n = this.#n;
    const kernel = this.#kernel;
    const v = this.#v;
    const sums = new Float64Array(n);
    for (let k = 0, i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++, k++) sum += kernel[k] * v[j];
      sums[i] = this.#u[i] * sum;
    }
    return sums;
  }

  #columnSums(u: Float64Array, v: Float64Array): Float64Array {
    const n = this.#n;
    const kernel = this.#kernel;
    const sums = new Float64Array(n);
    for (let k = 0, i = 0; i < n; i++) {
      const scale = u[i];
      for (let j = 0; j < n; j++, k++) sums[j] += scale * kernel[k];
    }
    for (let j = 0; j < n; j++) sums[j] *= v[j];
    return sums;
  }

  #makeKernel(): void {
    const n = this.#n;
    const kernel = this.#kernel;
    const costs = this.#costs;
    const g = this.#g;
    for (let k = 0, i = 0; i < n; i++) {
      const potential = this.#f[i];
      for (let j = 0; j < n; j++, k++) kernel[k] = Math.exp((potential + g[j] - costs[k]) / this.#blur);
    }
  }

  /** The scalings become part of the potentials. */
  #absorb(): void {
    for (let i = 0; i < this.#n; i++) {
      this.#f[i] += this.#blur * Math.log(this.#u[i]);
      this.#g[i] += this.#blur * Math.log(this.#v[i]);
    }
    this.#u.fill(1);
    this.#v.fill(1);
  }
}

const isExtreme = (scalings: Float64Array) =>
  scalings.some((scaling) => scaling > largestScaling || scaling < 1 / largestScaling);
