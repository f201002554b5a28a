// tf.fused.matMul on the wasm back end: the stock kernel where it is fast and right (one untransposed pair of matrices; with a
// transposed operand or a batch it is slow and misplaces the bias), else product, bias and activation one after the other.

import * as tf from '@tensorflow/tfjs';
import { matMul } from './matMul.ts';
import { sizeOf } from './memory.ts';

interface FusedMatMulAttrs {
  transposeA: boolean;
  transposeB: boolean;
  activation: 'linear' | 'relu' | 'relu6' | 'elu' | 'sigmoid' | 'prelu' | 'leakyrelu';
  leakyreluAlpha?: number;
}

const activationKernels = {
  relu: tf.Relu,
  relu6: tf.Relu6,
  elu: tf.Elu,
  sigmoid: tf.Sigmoid,
};

const isOneMatrix = ({ shape }: tf.TensorInfo) => sizeOf(shape.slice(0, -2)) === 1;

/** The kernel, given the stock one that it replaces. */
export function fusedMatMul(stock: tf.KernelConfig): tf.KernelConfig {
  return {
    ...stock,
    kernelFunc(call) {
      const { a, b, bias, preluActivationWeights } = call.inputs as unknown as Record<string, tf.TensorInfo>;
      const { transposeA, transposeB, activation, leakyreluAlpha } =
        call.attrs as unknown as FusedMatMulAttrs;
      if (!transposeA && !transposeB && isOneMatrix(a) && isOneMatrix(b)) return stock.kernelFunc(call);

      const backend = call.backend as tf.KernelBackend;
      const run = (kernelName: string, inputs: tf.NamedTensorInfoMap, kernelAttrs: tf.NamedAttrMap = {}) =>
        tf.getKernel(kernelName, 'wasm').kernelFunc({ inputs, backend, attrs: kernelAttrs }) as tf.TensorInfo;
      let result = matMul.kernelFunc({ inputs: { a, b }, backend, attrs: call.attrs }) as tf.TensorInfo;
      const replace = (next: tf.TensorInfo) => {
        backend.disposeData(result.dataId);
        result = next;
      };
      if (bias) replace(run(tf.Add, { a: result, b: bias }));
      if (activation === 'prelu') replace(run(tf.Prelu, { x: result, alpha: preluActivationWeights }));
      else if (activation === 'leakyrelu')
        replace(run(tf.LeakyRelu, { x: result }, { alpha: leakyreluAlpha! }));
      else if (activation !== 'linear') replace(run(activationKernels[activation], { x: result }));
      return result;
    },
  };
}
