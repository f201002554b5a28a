// Laplacian loss: a deformation should move neighbouring vertices alike, so that it keeps local detail.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import type { Topology } from '../../renderer/mesh/topology.ts';
import { shapeLoss } from './loss.ts';
import { laplacianOnDevice } from './onDevice.ts';
import { expectShape } from './shapes.ts';

export const laplacian = shapeLoss({
  name: 'laplacian',
  comparesSurface: false,
  description: 'neighbouring vertices should move alike',
  settings: z.strictObject({
    firstBlock: z
      .number()
      .min(0)
      .default(0.1)
      .describe('factor on the first block, which deforms the template'),
  }),
  evaluate({ before, predicted, topology, block }, { firstBlock }) {
    const loss = laplacianLoss(before, predicted, topology);
    return block === 0 ? loss.mul(firstBlock) : loss;
  },
});

/**
 * mean over batch and vertices of ‖δ(before) − δ(after)‖², where δ(v) = v − mean of v's neighbours. In squared units of length;
 * differentiable in both arguments. A vertex without neighbours contributes nothing. Pixel2Mesh, section 3.4.
 *
 * @param before [B, V, 3] vertices before a deformation, or [1, V, 3] for all items alike.
 * @param after [B, V, 3] vertices after it.
 * @throws ArgumentError where shapes do not fit each other or the topology.
 */
export function laplacianLoss(before: tf.Tensor3D, after: tf.Tensor3D, topology: Topology): tf.Scalar {
  expectShape('after', after, ['B', topology.vertexCount, 3]);
  expectShape('before', before, [before.shape[0] === 1 ? 1 : after.shape[0], topology.vertexCount, 3]);
  return hostScalar(
    [before, after],
    ([from, to], [fromGradient, toGradient]) => laplacianKernel(from, to, topology, fromGradient, toGradient),
    () => laplacianOnDevice(before, after, topology),
  );
}

/** The loss on arrays: before [B·V·3] or [V·3], after [B·V·3]; adds to both gradients. */
export function laplacianKernel(
  before: RealArray,
  after: RealArray,
  { neighbours: { offsets, indices }, vertexCount }: Topology,
  beforeGradient: RealArray,
  afterGradient: RealArray,
): number {
  const size = 3 * vertexCount;
  const scale = 6 / after.length;
  const move = new Float64Array(size);
  let sum = 0;
  for (let start = 0; start < after.length; start += size) {
    const beforeStart = start % before.length;
    // δ is linear: δ(after) − δ(before) = δ(after − before).
    for (let k = 0; k < size; k++) move[k] = after[start + k] - before[beforeStart + k];
    for (let v = 0; v < vertexCount; v++) {
      const first = offsets[v];
      const end = offsets[v + 1];
      if (first === end) continue;
      const share = 1 / (end - first);
      for (let k = 3 * v; k < 3 * v + 3; k++) {
        const axis = k - 3 * v;
        let mean = 0;
        for (let n = first; n < end; n++) mean += move[3 * indices[n] + axis];
        const residual = move[k] - share * mean;
        sum += residual * residual;
        const pull = scale * residual;
        afterGradient[start + k] += pull;
        beforeGradient[beforeStart + k] -= pull;
        for (let n = first; n < end; n++) {
          const neighbour = 3 * indices[n] + axis;
          afterGradient[start + neighbour] -= share * pull;
          beforeGradient[beforeStart + neighbour] += share * pull;
        }
      }
    }
  }
  return after.length > 0 ? (3 * sum) / after.length : 0;
}
