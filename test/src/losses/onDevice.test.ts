// The losses on the webgpu back end: values and gradients of the loops on wasm, for every kind of each.

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { icosphere, Topology } from '../../../renderer/mesh/index.ts';
import {
  chamferLoss,
  colorLoss,
  edgeLoss,
  laplacianLoss,
  moveLoss,
  nearestPairs,
  normalLoss,
  pointClouds,
  silhouetteIouLoss,
  silhouetteL2Loss,
  smoothnessLoss,
  weightDecayLoss,
} from '../../../src/losses/index.ts';
import { testNumbers } from '../../gradient.ts';
import { relativeError } from '../../renderer/scenes.ts';
import { startWebGpu, valuesOn } from '../../webGpu.ts';

const absent = await startWebGpu();

const numbers = (shape: number[], seed: number) =>
  tf.tensor(Float32Array.from(testNumbers(tf.util.sizeFromShape(shape), seed)), shape);
const share = (shape: number[], seed: number) => numbers(shape, seed).add(1).div(2);

async function expectSame(loss: (...inputs: tf.Tensor[]) => tf.Scalar, inputs: () => tf.Tensor[]) {
  const compute = () => {
    const given = inputs();
    const gradients = tf
      .grads(loss)(given)
      .map((gradient, i) => [`gradient ${i}`, gradient] as const);
    return { value: loss(...given), ...Object.fromEntries(gradients) } as Record<string, tf.Tensor>;
  };
  const expected = await valuesOn('wasm', compute);
  const actual = await valuesOn('webgpu', compute);
  for (const [name, values] of Object.entries(expected)) {
    expect(relativeError(actual[name], values), name).toBeLessThan(1e-5);
  }
}

const { topology } = icosphere(1);
const vertices = (seed: number, batch = 2) => numbers([batch, topology.vertexCount, 3], seed) as tf.Tensor3D;

/** Two clouds of unlike lengths. */
const clouds = () =>
  pointClouds(
    [30, 17].map((count, i) => ({
      points: Float32Array.from(testNumbers(3 * count, 4 + i)),
      normals: Float32Array.from(testNumbers(3 * count, 6 + i)),
    })),
  );

describe.skipIf(absent)(`losses on webgpu${absent ? `: ${absent}` : ''}`, () => {
  it('chamfer, of even and of ragged clouds', async () => {
    await expectSame(
      (p, t) => chamferLoss(p as tf.Tensor3D, t as tf.Tensor3D, { oppositeWeight: 0.3 }),
      () => [vertices(1), numbers([2, 25, 3], 2)],
    );
    await expectSame(
      (p) => chamferLoss(p as tf.Tensor3D, clouds()),
      () => [vertices(1)],
    );
  });

  it.each([{ legacy: false }, { legacy: true }])('edges and normals: %o', async (options) => {
    const lone = new Topology(new Int32Array(0), topology.vertexCount);
    await expectSame(
      (p) => edgeLoss(p as tf.Tensor3D, topology, options),
      () => [vertices(1)],
    );
    await expectSame(
      (p) => {
        const pairs = nearestPairs(p as tf.Tensor3D, clouds());
        return normalLoss(p as tf.Tensor3D, topology, clouds(), pairs, options).add(
          edgeLoss(p as tf.Tensor3D, lone, options),
        );
      },
      () => [vertices(1)],
    );
  });

  it('Laplacians and moves, also from one shape for all', async () => {
    for (const batch of [1, 2]) {
      await expectSame(
        (before, after) => laplacianLoss(before as tf.Tensor3D, after as tf.Tensor3D, topology),
        () => [vertices(1, batch), vertices(2)],
      );
      await expectSame(
        (before, after) => moveLoss(before as tf.Tensor3D, after as tf.Tensor3D),
        () => [vertices(1, batch), vertices(2)],
      );
    }
  });

  it('smoothness, also where a face has no area', async () => {
    const tail = new Topology(Int32Array.of(...topology.faces, 0, 1, 42), 43);
    await expectSame(
      (p) => smoothnessLoss(p as tf.Tensor3D, topology),
      () => [vertices(1)],
    );
    await expectSame(
      (p) => smoothnessLoss(p as tf.Tensor3D, tail),
      () => [tf.concat([vertices(1), vertices(1).slice([0, 0, 0], [2, 1, 3])], 1)],
    );
  });

  it('silhouettes and colours, also where a view is empty', async () => {
    const masks = () =>
      tf
        .concat([share([2, 6, 5], 3), tf.zeros([1, 6, 5])])
        .greater(0.5)
        .toFloat() as tf.Tensor3D;
    const covered = () => tf.concat([share([2, 6, 5], 1), tf.zeros([1, 6, 5])]);
    await expectSame(
      (s) => silhouetteIouLoss(s as tf.Tensor3D, masks()),
      () => [covered()],
    );
    await expectSame(
      (s) => silhouetteL2Loss(s as tf.Tensor3D, masks()),
      () => [covered()],
    );
    for (const kind of ['l1', 'l2'] as const) {
      await expectSame(
        (image, target) => colorLoss(image as tf.Tensor4D, target as tf.Tensor4D, masks(), { kind }),
        () => [share([3, 6, 5, 3], 8), share([3, 6, 5, 3], 9)],
      );
    }
  });

  it('weight decay', async () => {
    const compute = () => {
      const named = ['encoder.a.kernel', 'block.b'].map((name, i) => ({
        name,
        variable: tf.variable(numbers([4, 3], i)),
      }));
      const { value, grads } = tf.variableGrads(() => weightDecayLoss(named));
      const results = { value, first: grads[named[0].variable.name], second: grads[named[1].variable.name] };
      for (const { variable } of named) variable.dispose();
      return results as Record<string, tf.Tensor>;
    };
    const expected = await valuesOn('wasm', compute);
    const actual = await valuesOn('webgpu', compute);
    for (const [name, values] of Object.entries(expected)) {
      expect(relativeError(actual[name], values), name).toBeLessThan(1e-5);
    }
  });
});
