// rasterize() on WebGPU, whose results come later: the same pictures, and gradients by a function of their own, as a tape of
// TensorFlow.js cannot wait.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from './errors.ts';
import { Recording } from './kernels/gpu/replay.ts';
import { webGpuDevice } from './kernels/gpu/webGpu.ts';
import type { Kernels } from './kernels/index.ts';
import type { Topology } from './mesh/topology.ts';
import { type OutputName, type RasterizeOptions, type RasterOutputs, rasterizeWith } from './rasterize.ts';

/** dL/d(output) for some of the outputs that were asked for, each in its output's shape. */
export type Upstream = Partial<Record<Exclude<OutputName, 'faceIndex'>, tf.Tensor>>;

export interface InputGradients {
  /** As the positions. */
  positions: tf.Tensor3D;
  /** As the attributes' values; absent where there were none. */
  attributes?: tf.Tensor3D;
}

export type AsyncRaster<Name extends OutputName> = Pick<RasterOutputs, Name> & {
  /**
   * dL/d(positions) and dL/d(attributes), given dL/d(output). May be called again, and after the inputs are disposed of.
   *
   * @throws ArgumentError for the gradient of an output that was not asked for, or of another shape.
   */
  backward(upstream: Upstream): Promise<InputGradients>;
};

/**
 * `rasterize` for the methods "hard" and "dibr" on WebGPU, on a device of its own, by gpu.js. Options, outputs and errors are the
 * same. Inputs are read at once, so they may change or go before the promise settles; results are tensors of the current back
 * end, which must be one that `rasterize` works on. A shader may be called several times and should depend on its rows alone.
 *
 *     const { silhouette, backward } = await rasterizeAsync(positions, topology, { width: 256, height: 256, outputs: ['silhouette'] });
 *     const towards = tf.grad((picture) => loss(picture))(silhouette);
 *     const { positions: gradient } = await backward({ silhouette: towards });
 *
 * @throws ArgumentError as `rasterize`; RastergradError where gpu.js or WebGPU is not there.
 */
export async function rasterizeAsync<Name extends OutputName = 'image' | 'silhouette'>(
  positions: tf.Tensor3D,
  topology: Topology,
  options: Omit<RasterizeOptions<Name>, 'kernel'>,
): Promise<AsyncRaster<Name>> {
  const { attributes } = options;
  const values = attributes instanceof tf.Tensor ? attributes : attributes?.values;
  const inputs = values ? [positions, values] : [positions];
  const shapes = inputs.map(({ shape }) => shape);
  const elements = await Promise.all(
    inputs.map(async (input) => Float32Array.from(await input.data<'float32'>())),
  );
  const device = await webGpuDevice();

  const draw = (kernels: Kernels, [points, rows]: tf.Tensor[]) =>
    rasterizeWith(kernels, points as tf.Tensor3D, topology, {
      ...options,
      attributes:
        attributes instanceof tf.Tensor
          ? (rows as tf.Tensor3D)
          : attributes && { ...attributes, values: rows as tf.Tensor3D },
    });
  const tensors = () => elements.map((numbers, i) => tf.tensor(numbers, shapes[i], 'float32'));

  const forward = new Recording();
  const outputs = await forward.run(device, (kernels) => tf.tidy(() => draw(kernels, tensors())), tf.dispose);

  return {
    ...outputs,
    async backward(upstream) {
      checkUpstream(upstream, outputs);
      const given = await Promise.all(
        Object.entries(upstream).map(async ([name, tensor]) => ({
          name: name as Name,
          shape: tensor.shape,
          numbers: Float32Array.from(await tensor.data<'float32'>()),
        })),
      );
      const differentiate = (kernels: Kernels): tf.Tensor[] => {
        const weighted = (...args: tf.Tensor[]) => {
          const drawn = draw(kernels, args);
          const sums = given.map(({ name, numbers, shape }) =>
            drawn[name].mul(tf.tensor(numbers, shape)).sum(),
          );
          // tf.grads insists that every input takes part.
          const none = args.map((input) => input.mul(0).sum());
          return tf.addN([...sums, ...none]) as tf.Scalar;
        };
        return tf.tidy(() => tf.grads(weighted)(tensors()));
      };
      const [pointGradient, rowGradient] = await forward.continued().run(device, differentiate, tf.dispose);
      return {
        positions: pointGradient as tf.Tensor3D,
        ...(rowGradient && { attributes: rowGradient as tf.Tensor3D }),
      };
    },
  };
}

function checkUpstream(upstream: Upstream, outputs: Partial<Record<OutputName, tf.Tensor>>): void {
  for (const [name, { shape }] of Object.entries(upstream)) {
    const output = name === 'faceIndex' ? undefined : outputs[name as OutputName];
    if (!output) {
      throw new ArgumentError(
        `upstream may hold the differentiable ones of the outputs (${Object.keys(outputs).join(', ')}), but holds ${JSON.stringify(name)}`,
      );
    }
    if (!tf.util.arraysEqual(shape, output.shape)) {
      throw new ArgumentError(
        `upstream.${name} must have the shape of its output, [${output.shape}], but has [${shape}]`,
      );
    }
  }
}
