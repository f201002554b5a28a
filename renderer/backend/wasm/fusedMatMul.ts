// tf.fused.matMul on the wasm back end: bias and rectifier as part of the product; other activations, and biases that are not a row,
// one after the other. The stock kernel is slow with a transposed operand or a batch, and misplaces the bias then.

import * as tf from '@tensorflow/tfjs';
import { matMul, matMulWith } from './matMul.ts';

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

export const fusedMatMul: tf.KernelConfig = {
  kernelName: tf._FusedMatMul,
  backendName: 'wasm',
  kernelFunc(call) {
    const { a, b, bias, preluActivationWeights } = call.inputs as unknown as Record<string, tf.TensorInfo>;
    const { activation, leakyreluAlpha } = call.attrs as unknown as FusedMatMulAttrs;
    const isRow = !bias || bias.shape.length === 1;
    if (isRow && (activation === 'linear' || activation === 'relu')) {
      return matMulWith(call, { bias, rectify: activation === 'relu' });
    }

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
