// Edge length regularisation: keeps vertices from flying off on long edges.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import type { Topology } from '../../renderer/mesh/topology.ts';
import { type EdgeRowOptions, edgeRowCount, legacySetting } from './edgeRows.ts';
import { shapeLoss } from './loss.ts';
import { edgeOnDevice } from './onDevice.ts';
import { expectShape } from './shapes.ts';

export const edge = shapeLoss({
  name: 'edge',
  comparesSurface: false,
  description: 'mean squared edge length',
  settings: z.strictObject({ legacy: legacySetting }),
  evaluate: ({ predicted, topology }, { legacy }) => edgeLoss(predicted, topology, { legacy }),
});

/**
 * mean over batch and edges of ‖v_i − v_j‖². In squared units of length. Pixel2Mesh, section 3.4; `legacy` as in its code
 * (nywang16/Pixel2Mesh, p2m/losses.py).
 *
 * @param predicted [B, V, 3] vertices of `topology`.
 * @throws ArgumentError where the shape does not fit the topology.
 */
export function edgeLoss(
  predicted: tf.Tensor3D,
  topology: Topology,
  { legacy = false }: EdgeRowOptions = {},
): tf.Scalar {
  expectShape('predicted', predicted, ['B', topology.vertexCount, 3]);
  return hostScalar(
    [predicted],
    ([vertices], [gradient]) => edgeKernel({ vertices, topology, legacy, gradient }),
    () => edgeOnDevice(predicted, topology, legacy),
  );
}

export interface EdgeArrays {
  /** [B·V·3] */
  vertices: RealArray;
  topology: Topology;
  legacy: boolean;
  /** [B·V·3], added to. */
  gradient: RealArray;
}

/** The loss on arrays; adds its gradient. 0 where there are no edges. */
export function edgeKernel({ vertices, topology, legacy, gradient }: EdgeArrays): number {
  const { edges, vertexCount } = topology;
  if (edges.length === 0) return 0;
  const batch = vertices.length / 3 / vertexCount;
  // An edge fills two rows.
  const share = 2 / (batch * edgeRowCount(topology, legacy));
  const scale = 2 * share;
  let sum = 0;
  for (let start = 0; start < vertices.length; start += 3 * vertexCount) {
    for (let e = 0; e < edges.length; e += 2) {
      const i = start + 3 * edges[e];
      const j = start + 3 * edges[e + 1];
      const dx = vertices[i] - vertices[j];
      const dy = vertices[i + 1] - vertices[j + 1];
      const dz = vertices[i + 2] - vertices[j + 2];
      sum += dx * dx + dy * dy + dz * dz;
      gradient[i] += scale * dx;
      gradient[i + 1] += scale * dy;
      gradient[i + 2] += scale * dz;
      gradient[j] -= scale * dx;
      gradient[j + 1] -= scale * dy;
      gradient[j + 2] -= scale * dz;
    }
  }
  return share * sum;
}
