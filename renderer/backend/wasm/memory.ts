// Direct access to the memory of TensorFlow.js's wasm back end: tensors where they lie.

import * as tf from '@tensorflow/tfjs';

/** The part of TensorFlow.js's wasm back end that in-place kernels need. */
export interface WasmBackend extends tf.KernelBackend {
  wasm: {
    asm: { memory: WebAssembly.Memory };
    HEAPF32: Float32Array;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
  };
  dataIdMap: { get(dataId: object): { id: number; memoryOffset: number } };
  incRef(dataId: object): void;
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
}

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

/**
 * Address of a tensor in the wasm memory, in bytes. A tensor that lives on another back end is moved over first, which may
 * make the memory grow.
 */
export const addressOf = (backend: WasmBackend, { dataId }: tf.TensorInfo) =>
  backend.dataIdMap.get(dataId).memoryOffset;

/** `length` floats at an address. Valid until the memory grows: take a new view after every allocation. */
export const floatsAt = (backend: WasmBackend, address: number, length: number) =>
  new Float32Array(backend.wasm.HEAPF32.buffer as ArrayBuffer, address, length);

/** As `floatsAt`, for int32. */
export const integersAt = (backend: WasmBackend, address: number, length: number) =>
  new Int32Array(backend.wasm.HEAPF32.buffer as ArrayBuffer, address, length);

/** A float32 tensor that `fill` writes, given its address. Nothing is left behind where it throws. */
export function filled(
  backend: WasmBackend,
  shape: number[],
  fill: (address: number) => void,
): tf.TensorInfo {
  const output = backend.makeOutput(shape, 'float32');
  try {
    fill(addressOf(backend, output));
  } catch (error) {
    backend.disposeData(output.dataId);
    throw error;
  }
  return output;
}

/** Size of the memory of the wasm back end, which never shrinks: its high-water mark. 0 where another back end is in use. */
export const wasmMemoryBytes = (): number =>
  tf.getBackend() === 'wasm' ? (tf.backend() as WasmBackend).wasm.HEAPF32.buffer.byteLength : 0;
