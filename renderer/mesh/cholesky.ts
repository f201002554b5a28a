// Direct solution of sparse symmetric systems, factored once and solved many times.

import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { nestedDissection } from './nestedDissection.ts';
import type { SparseMatrix } from './sparseMatrix.ts';

/**
 * Cholesky's factorisation L Lᵀ of a symmetric positive definite matrix, its rows and columns in the order of nested dissection. Row by
 * row: row k of L solves the triangular system of the rows before it, and has entries only where the elimination tree leads from
 * those of A (T. Davis, "Direct Methods for Sparse Linear Systems", SIAM 2006, chapter 4).
 */
export class SparseCholesky {
  /** Vertex at each place of the order. */
  readonly #order: Int32Array;
  // Columns of L, the diagonal first in each, then ascending.
  readonly #offsets: Int32Array;
  readonly #rows: Int32Array;
  readonly #values: Float64Array;

  /** @throws ArgumentError where the matrix is not positive definite. Only one triangle of it is read. */
  constructor({ rowCount, offsets, columns, values }: SparseMatrix) {
    const order = nestedDissection({ offsets, columns });
    const place = new Int32Array(rowCount);
    for (let k = 0; k < rowCount; k++) place[order[k]] = k;

    // parent[k]: the next row that eliminating k changes. Found row by row, with shortcuts to the root so far.
    const parent = new Int32Array(rowCount).fill(-1);
    const ancestor = new Int32Array(rowCount).fill(-1);
    for (let k = 0; k < rowCount; k++) {
      for (let p = offsets[order[k]]; p < offsets[order[k] + 1]; p++) {
        for (let i = place[columns[p]]; i >= 0 && i < k; ) {
          const next = ancestor[i];
          ancestor[i] = k;
          if (next < 0) parent[i] = k;
          i = next;
        }
      }
    }

    const mark = new Int32Array(rowCount).fill(-1);
    const stack = new Int32Array(rowCount);
    const path = new Int32Array(rowCount);
    /** Where row k of L has entries, each before its ancestors: `stack` from the returned place on. */
    const reach = (k: number) => {
      let top = rowCount;
      mark[k] = k;
      for (let p = offsets[order[k]]; p < offsets[order[k] + 1]; p++) {
        let length = 0;
        for (let i = place[columns[p]]; i < k && mark[i] !== k; i = parent[i]) {
          path[length++] = i;
          mark[i] = k;
        }
        while (length > 0) stack[--top] = path[--length];
      }
      return top;
    };

    const starts = new Int32Array(rowCount + 1);
    for (let k = 0; k < rowCount; k++) {
      starts[k + 1]++;
      for (let t = reach(k); t < rowCount; t++) starts[stack[t] + 1]++;
    }
    for (let k = 0; k < rowCount; k++) starts[k + 1] += starts[k];

    const rows = new Int32Array(starts[rowCount]);
    const factor = new Float64Array(starts[rowCount]);
    const next = starts.slice(0, rowCount);
    const row = new Float64Array(rowCount);
    mark.fill(-1);
    for (let k = 0; k < rowCount; k++) {
      const top = reach(k);
      let diagonal = 0;
      for (let p = offsets[order[k]]; p < offsets[order[k] + 1]; p++) {
        const i = place[columns[p]];
        if (i < k) row[i] = values[p];
        else if (i === k) diagonal = values[p];
      }
      for (let t = top; t < rowCount; t++) {
        const i = stack[t];
        const value = row[i] / factor[starts[i]];
        row[i] = 0;
        const end = next[i];
        for (let p = starts[i] + 1; p < end; p++) row[rows[p]] -= factor[p] * value;
        diagonal -= value * value;
        rows[end] = k;
        factor[end] = value;
        next[i]++;
      }
      if (!(diagonal > 0)) throw new ArgumentError('the matrix is not positive definite');
      rows[next[k]] = k;
      factor[next[k]++] = Math.sqrt(diagonal);
    }
    this.#order = order;
    this.#offsets = starts;
    this.#rows = rows;
    this.#values = factor;
  }

  /** Entries of L. */
  get entryCount(): number {
    return this.#values.length;
  }

  /** X of A X = B with three columns, [rows·3], row-major as B is: the coordinates of vertices. */
  solve(b: RealArray): Float64Array {
    const order = this.#order;
    const offsets = this.#offsets;
    const rows = this.#rows;
    const values = this.#values;
    const solution = new Float64Array(b.length);
    const x = new Float64Array(b.length);
    for (let k = 0; k < order.length; k++) {
      for (let c = 0; c < 3; c++) x[3 * k + c] = b[3 * order[k] + c];
    }
    for (let k = 0; k < order.length; k++) {
      const start = offsets[k];
      const x0 = x[3 * k] / values[start];
      const x1 = x[3 * k + 1] / values[start];
      const x2 = x[3 * k + 2] / values[start];
      x[3 * k] = x0;
      x[3 * k + 1] = x1;
      x[3 * k + 2] = x2;
      for (let p = start + 1; p < offsets[k + 1]; p++) {
        const to = 3 * rows[p];
        const value = values[p];
        x[to] -= value * x0;
        x[to + 1] -= value * x1;
        x[to + 2] -= value * x2;
      }
    }
    for (let k = order.length - 1; k >= 0; k--) {
      const start = offsets[k];
      let x0 = x[3 * k];
      let x1 = x[3 * k + 1];
      let x2 = x[3 * k + 2];
      for (let p = start + 1; p < offsets[k + 1]; p++) {
        const from = 3 * rows[p];
        const value = values[p];
        x0 -= value * x[from];
        x1 -= value * x[from + 1];
        x2 -= value * x[from + 2];
      }
      const to = 3 * order[k];
      solution[to] = x[3 * k] = x0 / values[start];
      solution[to + 1] = x[3 * k + 1] = x1 / values[start];
      solution[to + 2] = x[3 * k + 2] = x2 / values[start];
    }
    return solution;
  }
}
