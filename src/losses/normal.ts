// Normal loss: edges should lie in the tangent plane of the true surface.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import type { Topology } from '../../renderer/mesh/topology.ts';
import { shapeLoss } from './loss.ts';
import type { NearestPairs } from './nearest.ts';
import { normalTable, type PointClouds } from './pointClouds.ts';
import { expectShape } from './shapes.ts';

export const normal = shapeLoss({
  name: 'normal',
  comparesSurface: true,
  description: 'edges should lie in the tangent plane of the true surface',
  settings: z.strictObject({}),
  evaluate: ({ predicted, topology, target, pairs }) => normalLoss(predicted, topology, target, pairs()),
});

/**
 * mean over batch and edges (i, j), i < j, of |cos(v_i − v_j, n_q)|, where n_q is the normal of the target point nearest to v_i.
 * In 0 … 1. An edge or a normal of length zero contributes nothing; no gradient flows through the choice of q or to the normals.
 * Pixel2Mesh, section 3.4; the absolute value as in its code (nywang16/Pixel2Mesh, p2m/losses.py).
 *
 * @param predicted [B, V, 3] vertices of `topology`.
 * @param targetNormals [B, P, 3] normals of the target points, of any length; or the points' clouds, which must have normals.
 * @param pairs `nearestPairs(predicted, target points)`.
 * @throws ArgumentError where shapes disagree or the clouds have no normals.
 */
export function normalLoss(
  predicted: tf.Tensor3D,
  topology: Topology,
  targetNormals: tf.Tensor3D | PointClouds,
  pairs: Pick<NearestPairs, 'targetOf'>,
): tf.Scalar {
  expectShape('predicted', predicted, ['B', topology.vertexCount, 3]);
  const { values, offsets } = normalTable('targetNormals', targetNormals, predicted.shape[0]);
  return hostScalar([predicted, values], ([vertices, normals], [gradient]) =>
    normalKernel({ vertices, topology, normals, offsets, targetOf: pairs.targetOf, gradient }),
  );
}

export interface NormalArrays {
  /** [B·V·3] */
  vertices: RealArray;
  topology: Topology;
  /** [ΣP·3] */
  normals: RealArray;
  /** [B + 1] cloud b has the points offsets[b] … offsets[b + 1] − 1. */
  offsets: Int32Array;
  /** [B·V] nearest points of the vertices, within the batch item. */
  targetOf: Int32Array;
  /** [B·V·3], added to. */
  gradient: RealArray;
}

/** The loss on arrays; adds the gradient of the vertices. */
export function normalKernel({
  vertices,
  topology: { edges, vertexCount },
  normals,
  offsets,
  targetOf,
  gradient,
}: NormalArrays): number {
  const batch = offsets.length - 1;
  const rowCount = (batch * edges.length) / 2;
  let sum = 0;
  for (let b = 0; b < batch; b++) {
    for (let e = 0; e < edges.length; e += 2) {
      const first = b * vertexCount + edges[e];
      const i = 3 * first;
      const j = 3 * (b * vertexCount + edges[e + 1]);
      const q = 3 * (offsets[b] + targetOf[first]);
      const ex = vertices[i] - vertices[j];
      const ey = vertices[i + 1] - vertices[j + 1];
      const ez = vertices[i + 2] - vertices[j + 2];
      const nx = normals[q];
      const ny = normals[q + 1];
      const nz = normals[q + 2];
      const edgeSquared = ex * ex + ey * ey + ez * ez;
      const product = Math.sqrt(edgeSquared * (nx * nx + ny * ny + nz * nz));
      if (product === 0) continue;
      const cosine = (ex * nx + ey * ny + ez * nz) / product;
      sum += Math.abs(cosine);
      // d|cos|/de = sign(cos) (n / (‖e‖‖n‖) − cos e / ‖e‖²)
      const sign = Math.sign(cosine) / rowCount;
      const alongNormal = sign / product;
      const alongEdge = (sign * cosine) / edgeSquared;
      const gx = alongNormal * nx - alongEdge * ex;
      const gy = alongNormal * ny - alongEdge * ey;
      const gz = alongNormal * nz - alongEdge * ez;
      gradient[i] += gx;
      gradient[i + 1] += gy;
      gradient[i + 2] += gz;
      gradient[j] -= gx;
      gradient[j + 1] -= gy;
      gradient[j + 2] -= gz;
    }
  }
  return rowCount > 0 ? sum / rowCount : 0;
}
