// The kernels that rastergrad replaces on the webgpu back end: the stock sum of tensors binds one buffer a tensor, and devices allow
// eight a program.

import * as tf from '@tensorflow/tfjs';

/** Tensors that one program sums: all devices let it bind them and the result. */
const mostTerms = 7;

let registered = false;

/** Registers the kernels, once a process. The webgpu back end must have been loaded. */
export function registerWebGpuKernels(): void {
  if (registered) return;
  registered = true;
  const stock = tf.getKernel(tf.AddN, 'webgpu');
  tf.unregisterKernel(tf.AddN, 'webgpu');
  tf.registerKernel({
    ...stock,
    kernelFunc(call) {
      const terms = Object.values(call.inputs) as tf.Tensor[];
      if (terms.length <= mostTerms) return stock.kernelFunc(call);
      return tf.tidy(() => {
        const sums: tf.Tensor[] = [];
        for (let i = 0; i < terms.length; i += mostTerms) sums.push(tf.addN(terms.slice(i, i + mostTerms)));
        return tf.addN(sums);
      });
    },
  });
}
