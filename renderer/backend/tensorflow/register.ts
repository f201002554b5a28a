// The kernels that rastergrad replaces on the tensorflow back end: tfjs-node refuses convolutions and max pooling whose padding is a
// number. They get their picture with the padding around it instead, of which results want none, and gradients are cut back.

import * as tf from '@tensorflow/tfjs';

type Size4D = [number, number, number, number];
type Inputs = Record<string, tf.Tensor4D>;
type Kernel = (inputs: Inputs, attrs?: Record<string, unknown>) => tf.Tensor4D;

/** For each kernel, what it makes of padded pictures; `stock` is tfjs-node's own, told that nothing is to be padded. */
const padded: Record<string, (stock: Kernel, inputs: Inputs, pad: number, size: Size4D) => tf.Tensor4D> = {
  [tf.Conv2D]: (stock, inputs, pad) => stock({ ...inputs, x: around(inputs.x, pad) }),
  [tf.FusedConv2D]: (stock, inputs, pad) => stock({ ...inputs, x: around(inputs.x, pad) }),
  [tf.Conv2DBackpropFilter]: (stock, inputs, pad) => stock({ ...inputs, x: around(inputs.x, pad) }),
  [tf.Conv2DBackpropInput](stock, inputs, pad, [batch, height, width, channels]) {
    const inputShape = [batch, height + 2 * pad, width + 2 * pad, channels];
    return within(stock(inputs, { inputShape }), pad);
  },
  [tf.MaxPool]: (stock, { x }, pad) => stock({ x: around(x, pad, Number.NEGATIVE_INFINITY) }),
  [tf.MaxPoolGrad]: (stock, { dy, input, output }, pad) =>
    within(stock({ dy, input: around(input, pad, Number.NEGATIVE_INFINITY), output }), pad),
};

const around = (x: tf.Tensor4D, pad: number, value = 0) =>
  tf.pad4d(
    x,
    [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ],
    value,
  );

function within(x: tf.Tensor4D, pad: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  return tf.slice4d(x, [0, pad, pad, 0], [batch, height - 2 * pad, width - 2 * pad, channels]);
}

let registered = false;

/** Registers the kernels, once a process. The tensorflow back end must have been loaded. */
export function registerTensorflowKernels(): void {
  if (registered) return;
  registered = true;
  for (const [kernelName, compute] of Object.entries(padded)) {
    const stock = tf.getKernel(kernelName, 'tensorflow');
    tf.unregisterKernel(kernelName, 'tensorflow');
    tf.registerKernel({
      ...stock,
      kernelFunc(call) {
        const { pad, inputShape } = call.attrs as unknown as { pad: string | number; inputShape: Size4D };
        if (typeof pad !== 'number') return stock.kernelFunc(call);
        const unpadded: Kernel = (inputs, attrs) => {
          const given = { ...call.attrs, pad: 'valid', ...attrs } as unknown as tf.NamedAttrMap;
          return stock.kernelFunc({ ...call, inputs, attrs: given }) as tf.Tensor4D;
        };
        return tf.tidy(() => compute(unpadded, call.inputs as Inputs, pad, inputShape));
      },
    });
  }
}
