// Matrix product and transposition at addresses in the wasm memory, on which the back end's heavy kernels stand.

import { floatsAt, type WasmBackend } from './memory.ts';

type CompiledKernel = (...args: unknown[]) => void;

/** The back end's compiled kernels that we call past TensorFlow.js, with their argument types. */
const signatures = {
  BatchMatMul: ['number', 'array', 'number', 'number', 'array', 'number', 'number', 'number', 'number'],
  Transpose: ['number', 'array', 'number', 'number', 'number', 'array', 'number'],
};

const compiled = new WeakMap<WasmBackend['wasm'], Record<keyof typeof signatures, CompiledKernel>>();

function kernelsOf({ wasm }: WasmBackend) {
  let kernels = compiled.get(wasm);
  if (!kernels) {
    const wrap = (name: keyof typeof signatures) => wasm.cwrap(name, null, signatures[name]);
    kernels = { BatchMatMul: wrap('BatchMatMul'), Transpose: wrap('Transpose') };
    compiled.set(wasm, kernels);
  }
  return kernels;
}

/**
 * Runs `action` with tensor ids for areas of the memory, given as [address, length in floats]. The ids are fresh each time:
 * XNNPACK keeps a packed copy of a right-hand operand under its id until that id is disposed of, so no stale copy is ever used
 * and none stays behind.
 */
function withIds(
  backend: WasmBackend,
  areas: readonly [address: number, length: number][],
  action: (...ids: number[]) => void,
): void {
  const { tfjs } = backend.wasm;
  const ids = areas.map(([address, length]) => {
    const id = backend.dataIdNextNumber++;
    tfjs.registerTensor(id, length, address);
    return id;
  });
  action(...ids);
  for (const id of ids) tfjs.disposeData(id);
}

const int32Bytes = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer);

/**
 * out[m, n] = a[m, k] · b[k, n], row-major float32 matrices at byte addresses. May make the memory grow.
 *
 * Stands on the stock kernel behind tf.matMul, which is fast for one pair of untransposed matrices and slow for all else.
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
  const areas: [number, number][] = [
    [a, m * k],
    [b, k * n],
    [out, m * n],
  ];
  withIds(backend, areas, (aId, bId, outId) =>
    kernelsOf(backend).BatchMatMul(aId, int32Bytes(1, m, k), 3, bId, int32Bytes(1, k, n), 3, 0, 0, outId),
  );
}

const float32Code = 0;

/** to[columns, rows] = transpose of from[rows, columns], row-major float32 matrices at byte addresses. */
export function transpose(
  backend: WasmBackend,
  from: number,
  to: number,
  rows: number,
  columns: number,
): void {
  if (rows === 0 || columns === 0) return;
  const length = rows * columns;
  const areas: [number, number][] = [
    [from, length],
    [to, length],
  ];
  withIds(backend, areas, (fromId, toId) =>
    kernelsOf(backend).Transpose(
      fromId,
      int32Bytes(rows, columns),
      2,
      float32Code,
      toId,
      int32Bytes(1, 0),
      2,
    ),
  );
}
