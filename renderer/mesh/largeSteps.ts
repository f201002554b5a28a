// Vertices as a smooth function of other parameters, so that optimisers can take large steps and surfaces do not fold.

import type * as tf from '@tensorflow/tfjs';
import { type HostKernel, hostFunction } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { SparseCholesky } from './cholesky.ts';
import { graphLaplacian } from './laplacian.ts';
import { SparseMatrix } from './sparseMatrix.ts';
import type { Topology } from './topology.ts';
import { itemCount, type Vertices } from './vertexShape.ts';

export interface LargeStepsOptions {
  /** How far a gradient on one vertex spreads; 0 changes nothing. Default 19, the paper's. */
  lambda?: number;
}

/**
 * The parameters u of vertices x, with L = D − A the combinatorial Laplacian (B. Nicolet, A. Jacobson and W. Jakob, "Large Steps in
 * Inverse Rendering of Geometry", ACM Transactions on Graphics 2021, section 3.2):
 *
 *     u = (I + λL) x          x = (I + λL)⁻¹ u          ∂L/∂u = (I + λL)⁻¹ ∂L/∂x
 *
 * Gradient descent on u moves vertices by (I + λL)⁻² times their gradient, which smooths it. Optimise u by `Adam` with its option
 * `uniform`, since different step sizes for different elements would undo the smoothing. The matrix is factored once, in the constructor;
 * each conversion of u and each gradient is a solution with that factor, in double precision.
 */
export class LargeSteps {
  readonly #topology: Topology;
  readonly #matrix: SparseMatrix;
  readonly #factor: SparseCholesky;

  /** @throws ArgumentError unless λ is a number from 0 up. */
  constructor(topology: Topology, { lambda = 19 }: LargeStepsOptions = {}) {
    if (!(lambda >= 0 && lambda < Number.POSITIVE_INFINITY)) {
      throw new ArgumentError(`lambda is ${lambda}, expected a number from 0 up`);
    }
    this.#topology = topology;
    this.#matrix = identityPlus(lambda, graphLaplacian(topology));
    this.#factor = new SparseCholesky(this.#matrix);
  }

  /**
   * u of vertices [V, 3] or [B, V, 3]; the same shape, differentiable.
   *
   * @throws ArgumentError where the vertices are not those of the topology; `toVertices` too.
   */
  toParameters<T extends Vertices>(vertices: T): T {
    itemCount(vertices, this.#topology);
    return this.#matrix.apply(vertices);
  }

  /** The vertices of parameters [V, 3] or [B, V, 3]; the same shape, differentiable. */
  toVertices<T extends Vertices>(parameters: T): T {
    itemCount(parameters, this.#topology);
    const kernel = solutionKernel(this.#factor, 3 * this.#topology.vertexCount);
    return hostFunction({ inputs: [parameters as tf.Tensor], shape: parameters.shape, ...kernel }) as T;
  }
}

function identityPlus(lambda: number, { columnCount, offsets, columns, values }: SparseMatrix): SparseMatrix {
  const sum = values.map((value) => lambda * value);
  for (let row = 0; row < columnCount; row++) {
    for (let k = offsets[row]; k < offsets[row + 1]; k++) if (columns[k] === row) sum[k] += 1;
  }
  return new SparseMatrix(columnCount, offsets, columns, sum);
}

/** Solutions for batches of [V·3] right sides. The matrix is symmetric, so that the derivative is a solution, too. */
export function solutionKernel(factor: SparseCholesky, size: number): HostKernel<void> {
  return {
    readsInputs: false,
    forward([parameters], vertices) {
      for (let start = 0; start < parameters.length; start += size) {
        vertices.set(factor.solve(parameters.subarray(start, start + size)), start);
      }
    },
    backward(upstream, _inputs, [gradient]) {
      for (let start = 0; start < gradient.length; start += size) {
        const solution = factor.solve(upstream.subarray(start, start + size));
        for (let i = 0; i < size; i++) gradient[start + i] += solution[i];
      }
    },
  };
}
