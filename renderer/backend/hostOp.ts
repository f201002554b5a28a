// The bridge between TensorFlow.js and loops over raw arrays. A kernel reads its inputs and writes fresh outputs directly in
// the memory of the wasm back end, with no copy; on the cpu and tensorflow back ends it works on their typed arrays.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';

export type HostArray = Float32Array | Int32Array;

/** Shape and element type of a tensor that a kernel fills. */
export interface OutputSpec {
  shape: number[];
  dtype: 'float32' | 'int32';
}

/** The part of TensorFlow.js's wasm back end that in-place kernels need. */
export interface WasmBackend extends tf.KernelBackend {
  wasm: { HEAPF32: Float32Array; _malloc(bytes: number): number; _free(pointer: number): void };
  dataIdMap: { get(dataId: object): { memoryOffset: number } | undefined };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
}

const sizeOf = (shape: number[]) => shape.reduce((product, extent) => product * extent, 1);

/** The elements of `info` where they lie in the wasm memory. Valid until the memory grows: take a new view for every call. */
export function wasmView(backend: WasmBackend, info: tf.TensorInfo): HostArray | undefined {
  const data = backend.dataIdMap.get(info.dataId);
  if (!data) return undefined;
  const ArrayType = info.dtype === 'int32' ? Int32Array : Float32Array;
  return new ArrayType(backend.wasm.HEAPF32.buffer as ArrayBuffer, data.memoryOffset, sizeOf(info.shape));
}

/**
 * Runs `kernel` on the elements of `inputs` and returns the tensors that it filled. Outputs arrive zeroed. Not differentiable:
 * see `hostFunction`.
 *
 * @throws ArgumentError on a back end whose memory the processor cannot reach (webgpu, webgl).
 */
export function hostOp(
  inputs: readonly tf.Tensor[],
  outputs: readonly OutputSpec[],
  kernel: (inputs: HostArray[], outputs: HostArray[]) => void,
): tf.Tensor[] {
  switch (tf.getBackend()) {
    case 'wasm':
      return wasmOp(inputs, outputs, kernel);
    case 'cpu':
    case 'tensorflow':
      return typedArrayOp(inputs, outputs, kernel);
    default:
      throw new ArgumentError(
        `the "${tf.getBackend()}" back end has no rasterizer kernels yet; choose "wasm", "cpu" or "tensorflow"`,
      );
  }
}

function wasmOp(
  inputs: readonly tf.Tensor[],
  outputs: readonly OutputSpec[],
  kernel: (inputs: HostArray[], outputs: HostArray[]) => void,
): tf.Tensor[] {
  const backend = tf.backend() as WasmBackend;
  // Outputs first: allocating may grow the memory, which detaches every earlier view.
  const infos = outputs.map(({ shape, dtype }) => backend.makeOutput(shape, dtype));
  const outputViews = infos.map((info) => wasmView(backend, info)!.fill(0));
  const inputViews = inputs.map((input) => wasmView(backend, input) ?? (input.dataSync() as HostArray));
  kernel(inputViews, outputViews);
  return infos.map((info) => tf.engine().makeTensorFromTensorInfo(info, backend));
}

function typedArrayOp(
  inputs: readonly tf.Tensor[],
  outputs: readonly OutputSpec[],
  kernel: (inputs: HostArray[], outputs: HostArray[]) => void,
): tf.Tensor[] {
  const arrays = outputs.map(({ shape, dtype }) =>
    dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape)),
  );
  kernel(
    inputs.map((input) => input.dataSync() as HostArray),
    arrays,
  );
  return arrays.map((array, i) => tf.tensor(array, outputs[i].shape, outputs[i].dtype));
}
