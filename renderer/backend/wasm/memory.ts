// Direct access to the memory of TensorFlow.js's wasm back end: tensors where they lie, and scratch space beside them.

import type * as tf from '@tensorflow/tfjs';
import { RastergradError } from '../../errors.ts';

/** The part of TensorFlow.js's wasm back end that in-place kernels need. */
export interface WasmBackend extends tf.KernelBackend {
  wasm: {
    asm?: { memory: WebAssembly.Memory };
    HEAPF32: Float32Array;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    cwrap(name: string, returnType: null, argumentTypes: string[]): (...args: unknown[]) => void;
    tfjs: {
      registerTensor(id: number, size: number, pointer: number): void;
      disposeData(id: number): void;
    };
  };
  dataIdMap: { get(dataId: object): { id: number; memoryOffset: number } };
  dataIdNextNumber: number;
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

/** Runs `action` on the addresses of scratch areas of the given lengths, in floats, and frees them. Contents are undefined. */
export function withScratch<Result>(
  backend: WasmBackend,
  lengths: readonly number[],
  action: (...addresses: number[]) => Result,
): Result {
  const addresses = lengths.map((length) => allocate(backend, length));
  try {
    return action(...addresses);
  } finally {
    for (const address of addresses) backend.wasm._free(address);
  }
}

function allocate({ wasm }: WasmBackend, length: number): number {
  const address = wasm._malloc(4 * length) >>> 0;
  if (address === 0 && length > 0) {
    throw new RastergradError(
      `the wasm back end is out of memory (${4 * length} bytes wanted): use smaller batches`,
    );
  }
  return address;
}
