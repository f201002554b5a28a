// Differentiable TensorFlow.js functions made of a forward and a backward loop over raw arrays.

import * as tf from '@tensorflow/tfjs';
import type { RealArray } from '../realArray.ts';
import { type HostArray, hostOp } from './hostOp.ts';
import { isOnDevice } from './onDevice.ts';

/** A function of arrays and its derivative, as loops that do not care about the precision of the elements. */
export interface HostKernel<State = unknown> {
  /** Fills `output` (zeroed on arrival) and returns what the backward loop wants to keep. */
  forward(inputs: RealArray[], output: RealArray): State;
  /** Adds dL/d(input) into `gradients` (zeroed on arrival), one array an input, given dL/d(output). */
  backward(upstream: RealArray, inputs: RealArray[], gradients: RealArray[], state: State): void;
  /** What the loops write whole, so that it need not arrive zeroed. */
  fills?: 'output' | 'output and gradients';
  /** Whether `backward` looks at `inputs`. Where it does not, they are not kept for it, and it gets none. Default true. */
  readsInputs?: boolean;
}

export interface HostFunction<State> extends Pick<HostKernel<State>, 'fills' | 'readsInputs'> {
  /** Each gets a gradient; other types are made float32. */
  inputs: readonly tf.Tensor[];
  /** Tensors that both loops look at and that get no gradient; kept for the backward loop. Default: none. */
  constants?: readonly tf.Tensor[];
  /** Shape of the float32 result. */
  shape: number[];
  /** As of a `HostKernel`. */
  forward(inputs: RealArray[], output: RealArray, constants: HostArray[]): State;
  backward(
    upstream: RealArray,
    inputs: RealArray[],
    gradients: RealArray[],
    state: State,
    constants: HostArray[],
  ): void;
  /** The same where loops do not reach tensors: by programs of the device or by TensorFlow.js's operations. */
  onDevice?(): tf.Tensor;
}

/** Applies a `HostFunction`: an ordinary tensor on which `tf.grad`, `tf.variableGrads` and the optimisers work. */
export function hostFunction<State>({
  inputs,
  constants = [],
  shape,
  forward,
  backward,
  fills,
  readsInputs = true,
  onDevice,
}: HostFunction<State>): tf.Tensor {
  if (onDevice && isOnDevice()) return tf.tidy(onDevice);
  const gradientSpecs = inputs.map((input) => ({
    shape: input.shape,
    dtype: 'float32' as const,
    uncleared: fills === 'output and gradients',
  }));
  const apply = tf.customGrad((...args) => {
    const tensors = args.slice(0, -1) as tf.Tensor[];
    const save = args.at(-1) as tf.GradSaveFunc;
    let state: State;
    const kept = readsInputs ? tensors : [];
    const [value] = hostOp(
      [...tensors, ...constants],
      [{ shape, dtype: 'float32', uncleared: fills !== undefined }],
      (views, [output]) => {
        const given = views.splice(0, tensors.length) as Float32Array[];
        state = forward(given, output as Float32Array, views);
      },
    );
    save([...kept, ...constants]);
    const gradFunc = (upstream: tf.Tensor, saved: tf.Tensor[]) =>
      hostOp([upstream, ...saved], gradientSpecs, ([dy, ...views], gradients) => {
        const given = views.splice(0, kept.length) as Float32Array[];
        backward(dy as Float32Array, given, gradients as Float32Array[], state, views);
      });
    return { value, gradFunc };
  });
  return apply(...inputs.map(asFloats));
}

/**
 * A scalar function whose loop yields value and gradient in one pass, as most losses do: `kernel` returns the value and adds
 * its gradient with respect to each input into `gradients`, which arrive zeroed. `onDevice`: as in `HostFunction`.
 */
export function hostScalar(
  inputs: readonly tf.Tensor[],
  kernel: (inputs: RealArray[], gradients: RealArray[]) => number,
  onDevice?: () => tf.Tensor,
): tf.Scalar {
  if (onDevice && isOnDevice()) return tf.tidy(onDevice) as tf.Scalar;
  const specs = inputs.map(({ shape }) => ({ shape, dtype: 'float32' as const }));
  const apply = tf.customGrad((...args) => {
    const tensors = args.slice(0, -1) as tf.Tensor[];
    const save = args.at(-1) as tf.GradSaveFunc;
    const [value, ...gradients] = hostOp(
      tensors,
      [{ shape: [], dtype: 'float32' }, ...specs],
      (views, [output, ...sums]) => {
        output[0] = kernel(views as Float32Array[], sums as Float32Array[]);
      },
    );
    save(gradients);
    const gradFunc = (upstream: tf.Tensor, saved: tf.Tensor[]) =>
      saved.map((gradient) => gradient.mul(upstream));
    return { value, gradFunc };
  });
  return apply(...inputs.map(asFloats)) as tf.Scalar;
}

const asFloats = (tensor: tf.Tensor): tf.Tensor => (tensor.dtype === 'float32' ? tensor : tensor.toFloat());
