// Products of a sparse matrix with what rows carry, a thread a number: gathered, and back gathered by the transposed matrix.

import * as tf from '@tensorflow/tfjs';
import { main, program, run } from './program.ts';
import { indices } from './scene.ts';

/** Compressed sparse rows: row r holds `values[k]` in column `columns[k]` for k from `offsets[r]` to `offsets[r + 1] − 1`. */
export interface CompressedRows {
  columnCount: number;
  offsets: Int32Array;
  columns: Int32Array;
  values: ArrayLike<number>;
}

const productAt = program({
  name: 'sparseProduct',
  tensors: ['offsets', 'columns', 'values', 'x'],
  numbers: { rows: 'i32', columnCount: 'i32', width: 'i32' },
  code: main(`
    let width = uniforms.width;
    let row = (index / width) % uniforms.rows;
    let item = index / (width * uniforms.rows);
    var sum = 0.0;
    for (var k = offsets[row]; k < offsets[row + 1]; k++) {
      sum += values[k] * x[(item * uniforms.columnCount + columns[k]) * width + index % width];
    }
    result[index] = sum;`),
});

/** The matrix times x, [columns, C] or [B, columns, C], differentiable in x: [rows, C] or [B, rows, C]. */
export function sparseProduct<T extends tf.Tensor2D | tf.Tensor3D>(matrix: CompressedRows, x: T): T {
  const apply = tf.customGrad((given) => ({
    value: product(matrix, given as tf.Tensor),
    gradFunc: (upstream: tf.Tensor) => product(transposed(matrix), upstream),
  }));
  return apply(x) as T;
}

function product({ offsets, columns, values, columnCount }: CompressedRows, x: tf.Tensor): tf.Tensor {
  const rows = offsets.length - 1;
  const shape = x.shape.slice();
  shape[shape.length - 2] = rows;
  const width = shape.at(-1)!;
  return tf.tidy(() =>
    run(
      productAt,
      tf.util.sizeFromShape(shape),
      {
        offsets: indices(offsets),
        columns: indices(columns),
        values: tf.tensor1d(values.length > 0 ? Float32Array.from(values) : [0]),
        x,
        rows,
        columnCount,
        width,
      },
      shape,
    ),
  );
}

/** By the values of the matrix. */
const transposes = new WeakMap<object, CompressedRows>();

/** By columns, made once for each matrix. */
function transposed({ offsets, columns, values, columnCount }: CompressedRows): CompressedRows {
  let found = transposes.get(values);
  if (!found) {
    const starts = new Int32Array(columnCount + 1);
    for (const column of columns) starts[column + 1]++;
    for (let c = 0; c < columnCount; c++) starts[c + 1] += starts[c];
    const next = starts.slice(0, columnCount);
    const rows = new Int32Array(columns.length);
    const turned = new Float32Array(columns.length);
    for (let r = 0; r + 1 < offsets.length; r++) {
      for (let k = offsets[r]; k < offsets[r + 1]; k++) {
        const to = next[columns[k]]++;
        rows[to] = r;
        turned[to] = values[k];
      }
    }
    found = { columnCount: offsets.length - 1, offsets: starts, columns: rows, values: turned };
    transposes.set(values, found);
  }
  return found;
}
