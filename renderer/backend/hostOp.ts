// The bridge between TensorFlow.js and loops over raw arrays. A kernel reads its inputs and writes fresh outputs directly in
// the memory of the wasm back end, with no copy; on the cpu and tensorflow back ends it works on their typed arrays.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import { simd } from '../kernels/simd/module.ts';
import { addressOf, floatsAt, integersAt, sizeOf, type WasmBackend } from './wasm/memory.ts';

export type HostArray = Float32Array | Int32Array;

/** Shape and element type of a tensor that a kernel fills. */
export interface OutputSpec {
  shape: number[];
  dtype: 'float32' | 'int32';
  /** The kernel writes every element, so that they need not arrive zeroed. */
  uncleared?: boolean;
}

/**
 * Runs `kernel` on the elements of `inputs` and returns the tensors that it filled. Outputs arrive zeroed, unless
 * their spec says otherwise. Not differentiable:
 * see `hostFunction`. A kernel may be run a second time from its beginning, on cleared outputs, when working memory runs short.
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
        `the "${tf.getBackend()}" back end cannot do this yet: it works on the memory of the processor; choose "wasm", "cpu" or "tensorflow"`,
      );
  }
}

function wasmOp(
  inputs: readonly tf.Tensor[],
  outputs: readonly OutputSpec[],
  kernel: (inputs: HostArray[], outputs: HostArray[]) => void,
): tf.Tensor[] {
  const backend = tf.backend() as WasmBackend;
  // All addresses first: moving an input here or allocating an output may grow the memory, which detaches every earlier view.
  const inputAddresses = inputs.map((input) => addressOf(backend, input));
  const infos = outputs.map(({ shape, dtype }) => backend.makeOutput(shape, dtype));
  const view = ({ shape, dtype }: tf.TensorInfo, address: number) =>
    (dtype === 'int32' ? integersAt : floatsAt)(backend, address, sizeOf(shape));
  const run = () => {
    const outputViews = infos.map((info) => view(info, addressOf(backend, info)));
    for (const [i, output] of outputViews.entries()) if (!outputs[i].uncleared) output.fill(0);
    const inputViews = inputs.map((input, i) => view(input, inputAddresses[i]));
    kernel(inputViews, outputViews);
  };
  const compiled = simd();
  try {
    if (compiled) compiled.scratch.run(run);
    else run();
  } catch (error) {
    for (const { dataId } of infos) backend.disposeData(dataId);
    throw error;
  }
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
