// Programs in WGSL on the device of TensorFlow.js's webgpu back end. They read tensors and fill a new one, in turn with the back end's
// own operations; nothing is read back. Every number is gathered by one thread, so results do not depend on the order of threads.

import * as tf from '@tensorflow/tfjs';

/** A compute shader: `main(index)` runs once a thread. Tensors are flat arrays by their names, numbers are fields of `uniforms`. */
export interface Program<Tensors extends string = string, Numbers extends string = string> {
  /** Names the compiled program; each text has a name of its own. */
  name: string;
  tensors: readonly Tensors[];
  numbers: Readonly<Record<Numbers, 'i32' | 'f32'>>;
  code: string;
}

export const program = <Tensors extends string, Numbers extends string>(
  definition: Program<Tensors, Numbers>,
): Program<Tensors, Numbers> => definition;

/** The part of tfjs-backend-webgpu that is used here. */
interface WebGpuBackend {
  runWebGPUProgram(
    program: object,
    inputs: readonly tf.TensorInfo[],
    dtype: tf.DataType,
    uniforms: { type: 'int32' | 'float32'; data: number[] }[],
  ): tf.TensorInfo;
}

const groupSize = 64;

/** Groups in a row of groups; more make further rows. */
const longestRow = 65535;

/** Runs so many threads of a program, which write the elements of a tensor between them. */
export function run<Tensors extends string, Numbers extends string>(
  { name, tensors, numbers, code }: Program<Tensors, Numbers>,
  threads: number,
  given: Record<Tensors, tf.Tensor> & Record<Numbers, number>,
  shape: number[],
  dtype: 'float32' | 'int32' = 'float32',
): tf.Tensor {
  const uniforms = Object.entries<'i32' | 'f32'>({ ...numbers, threads: 'i32' });
  const groups = Math.ceil(threads / groupSize);
  const rows = Math.ceil(groups / longestRow);
  const inputs = tensors.map((tensor) => given[tensor] as tf.Tensor);
  const values: Record<string, unknown> = { ...given, threads };
  const backend = tf.backend() as unknown as WebGpuBackend;
  const info = backend.runWebGPUProgram(
    {
      outputShape: shape,
      shaderKey: `rastergrad-${name}`,
      dispatchLayout: { x: shape.map((_, axis) => axis) },
      dispatch: [Math.ceil(groups / rows), rows, 1],
      workgroupSize: [groupSize, 1, 1],
      variableNames: tensors,
      uniforms: uniforms.map(([uniform, type]) => `${uniform} : ${type}, `).join(''),
      getUserCode: () => code,
    },
    inputs,
    dtype,
    uniforms.map(([uniform, type]) => ({
      type: type === 'i32' ? 'int32' : 'float32',
      data: [values[uniform] as number],
    })),
  );
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** The body of `main`, for threads that there are work for. */
export const main = (body: string): string => `
  fn main(index : i32) {
    if (index >= uniforms.threads) { return; }
    ${body}
  }`;
