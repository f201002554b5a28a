// Sparse matrices that act on the vertices of a mesh: subdivision, Laplacians, points of a surface. Linear maps of anything that
// vertices carry, differentiable in it.

import type * as tf from '@tensorflow/tfjs';
import { type HostKernel, hostFunction, type RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { sparseProduct } from '../kernels/webgpu/index.ts';

/** Compressed sparse rows: row r holds `values[k]` in column `columns[k]` for k from `offsets[r]` to `offsets[r + 1] − 1`. */
export class SparseMatrix {
  readonly rowCount: number;
  readonly columnCount: number;
  /** [rows + 1] */
  readonly offsets: Int32Array;
  /** [entries] ascending within a row, each at most once. */
  readonly columns: Int32Array;
  /** [entries] */
  readonly values: Float64Array;

  /** Of rows as described above, kept, not copied. */
  constructor(columnCount: number, offsets: Int32Array, columns: Int32Array, values: Float64Array) {
    this.rowCount = offsets.length - 1;
    this.columnCount = columnCount;
    this.offsets = offsets;
    this.columns = columns;
    this.values = values;
  }

  /** Entry k is `values[k]` at (`rows[k]`, `columns[k]`); those at one place add up. */
  static fromEntries(
    [rowCount, columnCount]: readonly [number, number],
    rows: ArrayLike<number>,
    columns: ArrayLike<number>,
    values: ArrayLike<number>,
  ): SparseMatrix {
    // Sorted by column, then stably by row.
    const byColumn = bucketSort(
      columns,
      columnCount,
      Int32Array.from({ length: rows.length }, (_, k) => k),
    );
    const order = bucketSort(rows, rowCount, byColumn);
    const offsets = new Int32Array(rowCount + 1);
    const ownColumns = new Int32Array(order.length);
    const ownValues = new Float64Array(order.length);
    let count = 0;
    for (let n = 0; n < order.length; n++) {
      const k = order[n];
      const repeats = n > 0 && rows[order[n - 1]] === rows[k] && columns[order[n - 1]] === columns[k];
      if (!repeats) ownColumns[count++] = columns[k];
      ownValues[count - 1] += values[k];
      offsets[rows[k] + 1] = count;
    }
    for (let r = 1; r <= rowCount; r++) offsets[r] = Math.max(offsets[r], offsets[r - 1]);
    return new SparseMatrix(columnCount, offsets, ownColumns.slice(0, count), ownValues.slice(0, count));
  }

  /**
   * The product with what each vertex carries, C numbers of any kind. Differentiable in it; the matrix is constant.
   *
   * @param x [columns, C] or [B, columns, C]
   * @returns [rows, C] or [B, rows, C]
   * @throws ArgumentError where x has another number of rows.
   */
  apply<T extends tf.Tensor2D | tf.Tensor3D>(x: T): T {
    const shape: number[] = [...x.shape];
    const [height, width] = shape.slice(-2);
    if (height !== this.columnCount) {
      throw new ArgumentError(
        `x has shape [${shape.join(', ')}], expected [${this.columnCount}, C] or [B, ${this.columnCount}, C]`,
      );
    }
    shape[shape.length - 2] = this.rowCount;
    const onDevice = () => sparseProduct(this, x);
    return hostFunction({ inputs: [x], shape, ...sparseKernel(this, width), onDevice }) as T;
  }

  /**
   * The product with plain numbers, in double precision.
   *
   * @param x [columns·width]
   * @returns [rows·width]
   */
  multiply(x: RealArray, width = 3): Float64Array {
    if (x.length !== this.columnCount * width) {
      throw new ArgumentError(`x has ${x.length} numbers, expected ${this.columnCount * width}`);
    }
    const product = new Float64Array(this.rowCount * width);
    sparseKernel(this, width).forward([x], product);
    return product;
  }
}

/** Entries of a matrix to be, gathered one by one. */
export class SparseEntries {
  readonly #rows: number[] = [];
  readonly #columns: number[] = [];
  readonly #values: number[] = [];

  add(row: number, column: number, value: number): void {
    this.#rows.push(row);
    this.#columns.push(column);
    this.#values.push(value);
  }

  matrix(rowCount: number, columnCount: number): SparseMatrix {
    return SparseMatrix.fromEntries([rowCount, columnCount], this.#rows, this.#columns, this.#values);
  }
}

/** The product with batches of [columns·width] numbers. */
export function sparseKernel(
  { rowCount, columnCount, offsets, columns, values }: SparseMatrix,
  width: number,
): HostKernel<void> {
  return {
    readsInputs: false,
    forward([x], output) {
      for (let from = 0, to = 0; from < x.length; from += columnCount * width) {
        for (let r = 0; r < rowCount; r++) {
          for (let c = 0; c < width; c++) {
            let sum = 0;
            for (let k = offsets[r]; k < offsets[r + 1]; k++) {
              sum += values[k] * x[from + columns[k] * width + c];
            }
            output[to++] = sum;
          }
        }
      }
    },
    backward(upstream, _inputs, [gradient]) {
      for (let from = 0, to = 0; from < gradient.length; from += columnCount * width) {
        for (let r = 0; r < rowCount; r++) {
          for (let c = 0; c < width; c++) {
            const g = upstream[to++];
            for (let k = offsets[r]; k < offsets[r + 1]; k++) {
              gradient[from + columns[k] * width + c] += values[k] * g;
            }
          }
        }
      }
    },
  };
}

/** `order` sorted by `keys` in 0 … keyCount − 1, equal keys as they were. */
function bucketSort(keys: ArrayLike<number>, keyCount: number, order: Int32Array): Int32Array {
  const next = new Int32Array(keyCount + 1);
  for (const k of order) next[keys[k] + 1]++;
  for (let key = 0; key < keyCount; key++) next[key + 1] += next[key];
  const sorted = new Int32Array(order.length);
  for (const k of order) sorted[next[keys[k]]++] = k;
  return sorted;
}
