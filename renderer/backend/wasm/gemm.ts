// Matrix product and transposition at addresses in the wasm memory, on which the back end's heavy kernels stand.

import { floatsAt, type WasmBackend } from './memory.ts';

type BatchMatMul = (...args: unknown[]) => void;

const compiled = new WeakMap<WasmBackend['wasm'], BatchMatMul>();

/** The stock kernel behind tf.matMul: fast for one untransposed pair of matrices, ten times slower for all else. */
function batchMatMul({ wasm }: WasmBackend): BatchMatMul {
  let kernel = compiled.get(wasm);
  if (!kernel) {
    const [number, array] = ['number', 'array'];
    kernel = wasm.cwrap('BatchMatMul', null, [
      number,
      array,
      number,
      number,
      array,
      number,
      number,
      number,
      number,
    ]);
    compiled.set(wasm, kernel);
  }
  return kernel;
}

const shapeBytes = (...shape: number[]) => new Uint8Array(new Int32Array(shape).buffer);

/**
 * out[m, n] = a[m, k] · b[k, n], row-major float32 matrices at byte addresses. May make the memory grow.
 *
 * XNNPACK keeps a packed copy of b under its tensor id until that id is disposed of. Every call registers fresh ids, so that no
 * stale copy is ever used and none stays behind.
 */
export function multiply(
  backend: WasmBackend,
  a: number,
  b: number,
  out: number,
  m: number,
  k: number,
  n: number,
): void {
  if (m === 0 || n === 0) return;
  if (k === 0) {
    floatsAt(backend, out, m * n).fill(0);
    return;
  }
  const { tfjs } = backend.wasm;
  const register = (size: number, address: number) => {
    const id = backend.dataIdNextNumber++;
    tfjs.registerTensor(id, size, address);
    return id;
  };
  const [aId, bId, outId] = [register(m * k, a), register(k * n, b), register(m * n, out)];
  batchMatMul(backend)(aId, shapeBytes(1, m, k), 3, bId, shapeBytes(1, k, n), 3, 0, 0, outId);
  for (const id of [aId, bId, outId]) tfjs.disposeData(id);
}

/** Edge of the square tiles in which matrices are transposed: two tiles fit the first-level cache. */
const tile = 16;

/** to[columns, rows] = transpose of from[rows, columns], tile by tile. */
export function transpose(from: Float32Array, to: Float32Array, rows: number, columns: number): void {
  for (let row0 = 0; row0 < rows; row0 += tile) {
    const row1 = Math.min(row0 + tile, rows);
    for (let column0 = 0; column0 < columns; column0 += tile) {
      const column1 = Math.min(column0 + tile, columns);
      for (let column = column0; column < column1; column++) {
        for (let row = row0; row < row1; row++) to[column * rows + row] = from[row * columns + column];
      }
    }
  }
}
