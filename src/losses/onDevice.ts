// The losses where loops do not reach tensors: the same formulas in TensorFlow.js's operations and programs of its device. Each says
// in its own file what it means.

import * as tf from '@tensorflow/tfjs';
import {
  type CompressedRows,
  nearestRows,
  sparseProduct,
  takeRows,
} from '../../renderer/kernels/webgpu/index.ts';
import type { Topology } from '../../renderer/mesh/topology.ts';
import { edgeRowCount } from './edgeRows.ts';
import type { NearestPairs } from './nearest.ts';
import { evenOffsets, type PointTable } from './pointClouds.ts';

/** Partners as rows of the whole tables of points and of vertices. */
type PartnerRows = Record<keyof NearestPairs, tf.Tensor1D>;

const rowsOf = (positions: tf.Tensor) => positions.reshape([-1, 3]) as tf.Tensor2D;

const squaredSum = (x: tf.Tensor) => tf.sum(tf.square(x));

/** As `nearestPairs`, on the device: only the losses of this file take them. */
export function nearestOnDevice(predicted: tf.Tensor3D, { values, offsets }: PointTable): NearestPairs {
  const [batch, vertexCount] = predicted.shape;
  const vertices = { values: predicted, starts: evenOffsets(batch, vertexCount) };
  const points = { values, starts: offsets };
  const pairs: PartnerRows = {
    targetOf: nearestRows(vertices, points),
    predictedOf: nearestRows(points, vertices),
  };
  return pairs as unknown as NearestPairs;
}

export function chamferOnDevice(
  predicted: tf.Tensor3D,
  { values, offsets }: PointTable,
  pairs: Partial<NearestPairs>,
  oppositeWeight: number,
): tf.Scalar {
  const { targetOf, predictedOf } = pairs as unknown as PartnerRows;
  const [batch, vertexCount] = predicted.shape;
  const [vertices, points] = [rowsOf(predicted), rowsOf(values)];
  const way = (
    from: tf.Tensor2D,
    starts: Int32Array,
    to: tf.Tensor2D,
    partners: tf.Tensor1D,
    weight: number,
  ) => {
    const shares = new Float32Array(starts[batch]);
    for (let b = 0; b < batch; b++) {
      shares.fill(weight / (batch * (starts[b + 1] - starts[b])), starts[b], starts[b + 1]);
    }
    return tf.sum(tf.square(from.sub(takeRows(to, partners))).mul(tf.tensor2d(shares, [shares.length, 1])));
  };
  return way(points, offsets, vertices, predictedOf, 1).add(
    way(vertices, evenOffsets(batch, vertexCount), points, targetOf, oppositeWeight),
  );
}

/** [B, R, 3]: of each of the R pairs (i, j) in `ends`, row i of the values less row j. */
const differences = (values: tf.Tensor3D, ends: Int32Array): tf.Tensor3D =>
  sparseProduct(
    {
      columnCount: values.shape[1],
      offsets: Int32Array.from({ length: ends.length / 2 + 1 }, (_, row) => 2 * row),
      columns: ends,
      values: Float32Array.from(ends, (_, k) => (k % 2 === 0 ? 1 : -1)),
    },
    values,
  );

/** [B, E, 3]: v_i − v_j of each edge. */
const edgeVectors = (vertices: tf.Tensor3D, { edges }: Topology) => differences(vertices, edges);

export function edgeOnDevice(predicted: tf.Tensor3D, topology: Topology, legacy: boolean): tf.Scalar {
  if (topology.edges.length === 0) return tf.mul(0, tf.sum(predicted));
  const share = 2 / (predicted.shape[0] * edgeRowCount(topology, legacy));
  return squaredSum(edgeVectors(predicted, topology)).mul(share);
}

/** Squared length below which a vector shrinks no further when it is made a unit vector, as in normal.ts. */
const epsilon = 1e-12;

const unit = (vectors: tf.Tensor) =>
  vectors.div(vectors.square().sum(-1, true).maximum(epsilon).sqrt()) as tf.Tensor3D;

export function normalOnDevice(
  predicted: tf.Tensor3D,
  topology: Topology,
  normals: tf.Tensor,
  pairs: Pick<NearestPairs, 'targetOf'>,
  legacy: boolean,
): tf.Scalar {
  const { edges } = topology;
  if (edges.length === 0) return tf.mul(0, tf.sum(predicted));
  const { targetOf } = pairs as unknown as PartnerRows;
  const share = 1 / (predicted.shape[0] * edgeRowCount(topology, legacy));
  const atVertices = unit(tf.gather(rowsOf(normals), targetOf).reshape(predicted.shape));
  const directions = unit(edgeVectors(predicted, topology));
  const cosines = [0, 1].map((end) => {
    const ends = tf.tensor1d(
      edges.filter((_, k) => k % 2 === end),
      'int32',
    );
    return tf.abs(tf.sum(directions.mul(tf.gather(atVertices, ends, 1)), 2));
  });
  return tf.sum(cosines[0].add(cosines[1])).mul(share);
}

/** δ(v) = v − mean of v's neighbours; 0 where there are none. */
function laplacianMatrix({ neighbours, vertexCount }: Topology): CompressedRows {
  const rows = Array.from({ length: vertexCount }, (_, v) =>
    Array.from(neighbours.indices.subarray(neighbours.offsets[v], neighbours.offsets[v + 1])),
  );
  const offsets = new Int32Array(vertexCount + 1);
  rows.forEach(({ length }, v) => {
    offsets[v + 1] = offsets[v] + (length > 0 ? length + 1 : 0);
  });
  return {
    columnCount: vertexCount,
    offsets,
    columns: Int32Array.from(rows.flatMap((others, v) => (others.length > 0 ? [v, ...others] : []))),
    values: rows.flatMap((others) => (others.length > 0 ? [1, ...others.map(() => -1 / others.length)] : [])),
  };
}

export const laplacianOnDevice = (before: tf.Tensor3D, after: tf.Tensor3D, topology: Topology): tf.Scalar =>
  squaredSum(sparseProduct(laplacianMatrix(topology), after.sub(before) as tf.Tensor3D)).mul(3 / after.size);

/** As in smoothness.ts. */
const flatNormal = 1e-20;

export function smoothnessOnDevice(predicted: tf.Tensor3D, topology: Topology): tf.Scalar {
  const { faces, faceCount, edgeFaces, edgeCount } = topology;
  const inner = edgeFaces.filter((_, k) => edgeFaces[k] >= 0 && edgeFaces[k ^ 1] >= 0);
  if (inner.length === 0) return tf.mul(0, tf.sum(predicted));
  const sides = [1, 2].map((corner) =>
    differences(
      predicted,
      Int32Array.from({ length: 2 * faceCount }, (_, k) => faces[3 * (k >> 1) + (k % 2 === 0 ? corner : 0)]),
    ),
  );
  const [u, v] = sides.map((side) => tf.split(side, 3, 2));
  const normals = tf.concat(
    [0, 1, 2].map((axis) => {
      const [y, z] = [(axis + 1) % 3, (axis + 2) % 3];
      return u[y].mul(v[z]).sub(u[z].mul(v[y]));
    }),
    2,
  ) as tf.Tensor3D;
  const squared = normals.square().sum(2, true);
  const hasArea = tf.step(squared.sub(flatNormal));
  const units = normals.div(squared.maximum(flatNormal).sqrt()).mul(hasArea) as tf.Tensor3D;
  // 1 − n₁·n₂ = ‖n₁ − n₂‖² / 2 of unit vectors; of a face of no area, nothing.
  const bends = differences(units, inner).square().sum(2).div(2);
  const [first, second] = [0, 1].map((end) =>
    tf.gather(hasArea, Array.from(inner.filter((_, k) => k % 2 === end)), 1).squeeze<tf.Tensor2D>([2]),
  );
  return squaredSum(bends.mul(first).mul(second)).div(predicted.shape[0] * edgeCount);
}

export const moveOnDevice = (before: tf.Tensor3D, after: tf.Tensor3D): tf.Scalar =>
  squaredSum(after.sub(before)).mul(3 / after.size);

/** Of numbers of 0 or more: 1 in place of 0, to be divided by. */
const nonZero = (x: tf.Tensor) => x.add(tf.sub(1, tf.step(x)));

export function silhouetteIouOnDevice(predicted: tf.Tensor3D, target: tf.Tensor3D): tf.Scalar {
  const product = predicted.mul(target);
  const union = predicted.add(target).sub(product).sum([1, 2]);
  return tf.mean(
    union
      .sub(product.sum([1, 2]))
      .div(nonZero(union))
      .mul(tf.step(union)),
  );
}

export const silhouetteL2OnDevice = (predicted: tf.Tensor3D, target: tf.Tensor3D): tf.Scalar =>
  tf.mean(tf.square(predicted.sub(target)));

export function colorOnDevice(
  image: tf.Tensor4D,
  target: tf.Tensor4D,
  mask: tf.Tensor3D,
  kind: 'l1' | 'l2',
): tf.Scalar {
  const difference = image.sub(target);
  const amount = kind === 'l2' ? difference.square() : difference.abs();
  const sums = amount.sum(3).mul(mask).sum([1, 2]);
  return tf.mean(sums.div(nonZero(mask.sum([1, 2])).mul(3)));
}

/** Σ coefficient · ½‖w‖². */
export const weightDecayOnDevice = (
  weights: readonly tf.Tensor[],
  coefficients: readonly number[],
): tf.Scalar => tf.addN(weights.map((values, i) => squaredSum(values).mul(coefficients[i] / 2)));
