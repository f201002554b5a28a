// Normal loss: edges should lie in the tangent plane of the true surface.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import type { Topology } from '../../renderer/mesh/topology.ts';
import { type EdgeRowOptions, edgeRowCount, legacySetting } from './edgeRows.ts';
import { shapeLoss } from './loss.ts';
import type { NearestPairs } from './nearest.ts';
import { normalOnDevice } from './onDevice.ts';
import { normalTable, type PointClouds } from './pointClouds.ts';
import { expectShape } from './shapes.ts';

export const normal = shapeLoss({
  name: 'normal',
  comparesSurface: true,
  description: 'edges should lie in the tangent plane of the true surface',
  settings: z.strictObject({ legacy: legacySetting }),
  evaluate: ({ predicted, topology, target, pairs }, { legacy }) =>
    normalLoss(predicted, topology, target, pairs(), { legacy }),
});

/**
 * mean over batch and directed edges (i, j), every edge in both directions, of |cos(v_i − v_j, n_q)|, where n_q is the normal of
 * the target point nearest to v_i. In 0 … 1. An edge or a normal of length zero contributes nothing; no gradient flows through
 * the choice of q or to the normals. Pixel2Mesh, section 3.4; the absolute value, and `legacy`, as in its code (nywang16/Pixel2Mesh,
 * p2m/losses.py).
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
  { legacy = false }: EdgeRowOptions = {},
): tf.Scalar {
  expectShape('predicted', predicted, ['B', topology.vertexCount, 3]);
  const { values, offsets } = normalTable('targetNormals', targetNormals, predicted.shape[0]);
  return hostScalar(
    [predicted, values],
    ([vertices, normals], [gradient]) =>
      normalKernel({ vertices, topology, normals, offsets, targetOf: pairs.targetOf, legacy, gradient }),
    () => normalOnDevice(predicted, topology, values, pairs, legacy),
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
  legacy: boolean;
  /** [B·V·3], added to. */
  gradient: RealArray;
}

/** Squared length below which an edge or a normal shrinks no further when it is made a unit vector: tf.nn.l2_normalize's. */
const epsilon = 1e-12;

/** The loss on arrays; adds the gradient of the vertices. 0 where there are no edges. */
export function normalKernel(arrays: NormalArrays): number {
  const { vertices, topology, normals, offsets, targetOf, legacy, gradient } = arrays;
  const { edges, vertexCount } = topology;
  const batch = offsets.length - 1;
  const share = edges.length > 0 ? 1 / (batch * edgeRowCount(topology, legacy)) : 0;
  /** Of every vertex of an item, the unit normal of the point nearest to it. */
  const units = new Float64Array(3 * vertexCount);
  let sum = 0;
  for (let b = 0; b < batch; b++) {
    const first = b * vertexCount;
    for (let v = 0; v < vertexCount; v++) {
      const q = 3 * (offsets[b] + targetOf[first + v]);
      const squared = normals[q] ** 2 + normals[q + 1] ** 2 + normals[q + 2] ** 2;
      const scale = 1 / Math.sqrt(Math.max(squared, epsilon));
      for (let axis = 0; axis < 3; axis++) units[3 * v + axis] = scale * normals[q + axis];
    }
    for (let e = 0; e < edges.length; e += 2) {
      const i = 3 * edges[e];
      const j = 3 * edges[e + 1];
      const atI = 3 * first + i;
      const atJ = 3 * first + j;
      const ex = vertices[atI] - vertices[atJ];
      const ey = vertices[atI + 1] - vertices[atJ + 1];
      const ez = vertices[atI + 2] - vertices[atJ + 2];
      const squared = ex * ex + ey * ey + ez * ez;
      const inverse = 1 / Math.sqrt(Math.max(squared, epsilon));
      const ux = inverse * ex;
      const uy = inverse * ey;
      const uz = inverse * ez;
      const cosineI = ux * units[i] + uy * units[i + 1] + uz * units[i + 2];
      const cosineJ = ux * units[j] + uy * units[j + 1] + uz * units[j + 2];
      const both = Math.abs(cosineI) + Math.abs(cosineJ);
      sum += both;
      // With u = e/‖e‖, d|u·n|/de = sign(u·n) (n − (u·n) u) / ‖e‖; without the second term where the length is held at its least.
      const slope = share * inverse;
      const signI = Math.sign(cosineI);
      const signJ = Math.sign(cosineJ);
      const along = squared > epsilon ? both : 0;
      const gx = slope * (signI * units[i] + signJ * units[j] - along * ux);
      const gy = slope * (signI * units[i + 1] + signJ * units[j + 1] - along * uy);
      const gz = slope * (signI * units[i + 2] + signJ * units[j + 2] - along * uz);
      gradient[atI] += gx;
      gradient[atI + 1] += gy;
      gradient[atI + 2] += gz;
      gradient[atJ] -= gx;
      gradient[atJ + 1] -= gy;
      gradient[atJ + 2] -= gz;
    }
  }
  return share * sum;
}
