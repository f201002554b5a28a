// Smoothness loss: faces that meet at an edge should look the same way.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import type { Topology } from '../../renderer/mesh/topology.ts';
import { shapeLoss } from './loss.ts';
import { smoothnessOnDevice } from './onDevice.ts';
import { expectShape } from './shapes.ts';

export const smoothness = shapeLoss({
  name: 'smoothness',
  comparesSurface: false,
  description: 'faces that meet at an edge should look the same way',
  settings: z.strictObject({}),
  evaluate: ({ predicted, topology }) => smoothnessLoss(predicted, topology),
});

/**
 * mean over batch and edges of (1 − n₁·n₂)², with the unit normals of the two faces at an edge. In 0 … 4; 0 where all is flat.
 * The smoothness term of DIB-R, section 4.1, which is Kato et al.'s (section 4.1) and SoftRas's "flatten" loss: they have
 * (cos θ + 1)² of the angle θ between the faces, and the sum over the edges. An edge with one face, or with a face of no area, counts
 * as flat.
 *
 * @param predicted [B, V, 3] vertices of `topology`.
 * @throws ArgumentError where the shape does not fit the topology.
 */
export function smoothnessLoss(predicted: tf.Tensor3D, topology: Topology): tf.Scalar {
  expectShape('predicted', predicted, ['B', topology.vertexCount, 3]);
  return hostScalar(
    [predicted],
    ([vertices], [gradient]) => smoothnessKernel(vertices, topology, gradient),
    () => smoothnessOnDevice(predicted, topology),
  );
}

/** Squared length below which a face's normal, twice its area long, has no direction. */
const flatNormal = 1e-20;

/** The loss on arrays [B·V·3]; adds its gradient. 0 where there are no edges. */
export function smoothnessKernel(vertices: RealArray, topology: Topology, gradient: RealArray): number {
  const { faces, faceCount, edgeFaces, edgeCount, vertexCount } = topology;
  if (edgeCount === 0) return 0;
  const share = vertexCount / ((vertices.length / 3) * edgeCount);
  const units = new Float64Array(3 * faceCount);
  const lengths = new Float64Array(faceCount);
  const pulls = new Float64Array(3 * faceCount);
  let sum = 0;
  for (let start = 0; start < vertices.length; start += 3 * vertexCount) {
    unitNormals(vertices, start, faces, units, lengths);
    pulls.fill(0);
    for (let e = 0; e < edgeFaces.length; e += 2) {
      const [first, second] = [edgeFaces[e], edgeFaces[e + 1]];
      if (first < 0 || second < 0 || lengths[first] === 0 || lengths[second] === 0) continue;
      const [p, q] = [3 * first, 3 * second];
      const bend = 1 - (units[p] * units[q] + units[p + 1] * units[q + 1] + units[p + 2] * units[q + 2]);
      sum += bend * bend;
      const slope = -2 * share * bend;
      for (let axis = 0; axis < 3; axis++) {
        pulls[p + axis] += slope * units[q + axis];
        pulls[q + axis] += slope * units[p + axis];
      }
    }
    pullVertices({ vertices, start, faces, units, lengths, pulls, gradient });
  }
  return share * sum;
}

/** From one vertex to another. */
const side = (vertices: RealArray, from: number, to: number) =>
  [
    vertices[to] - vertices[from],
    vertices[to + 1] - vertices[from + 1],
    vertices[to + 2] - vertices[from + 2],
  ] as const;

/** n = N/‖N‖ of each face, N = (b − a) × (c − a), and ‖N‖, which is 0 where the face has no area. */
function unitNormals(
  vertices: RealArray,
  start: number,
  faces: Int32Array,
  units: Float64Array,
  lengths: Float64Array,
): void {
  for (let face = 0, to = 0; face < lengths.length; face++, to += 3) {
    const a = start + 3 * faces[to];
    const b = start + 3 * faces[to + 1];
    const c = start + 3 * faces[to + 2];
    const [ux, uy, uz] = side(vertices, a, b);
    const [vx, vy, vz] = side(vertices, a, c);
    const x = uy * vz - uz * vy;
    const y = uz * vx - ux * vz;
    const z = ux * vy - uy * vx;
    const squared = x * x + y * y + z * z;
    const length = squared > flatNormal ? Math.sqrt(squared) : 0;
    const scale = length > 0 ? 1 / length : 0;
    lengths[face] = length;
    units[to] = scale * x;
    units[to + 1] = scale * y;
    units[to + 2] = scale * z;
  }
}

interface Pull {
  vertices: RealArray;
  /** Where the item's vertices start. */
  start: number;
  faces: Int32Array;
  units: Float64Array;
  lengths: Float64Array;
  /** [F·3] the gradient by the unit normals. */
  pulls: Float64Array;
  gradient: RealArray;
}

/**
 * From the gradient p by n to g = (p − n(n·p))/‖N‖ by N, and on to the corners: (c − a) × g to b, g × (b − a) to c, and to a what makes
 * the sum 0.
 */
function pullVertices({ vertices, start, faces, units, lengths, pulls, gradient }: Pull): void {
  for (let face = 0, from = 0; face < lengths.length; face++, from += 3) {
    if (lengths[face] === 0) continue;
    const [nx, ny, nz] = [units[from], units[from + 1], units[from + 2]];
    const along = nx * pulls[from] + ny * pulls[from + 1] + nz * pulls[from + 2];
    const gx = (pulls[from] - along * nx) / lengths[face];
    const gy = (pulls[from + 1] - along * ny) / lengths[face];
    const gz = (pulls[from + 2] - along * nz) / lengths[face];
    const a = start + 3 * faces[from];
    const b = start + 3 * faces[from + 1];
    const c = start + 3 * faces[from + 2];
    const [ux, uy, uz] = side(vertices, a, b);
    const [vx, vy, vz] = side(vertices, a, c);
    const [bx, by, bz] = [vy * gz - vz * gy, vz * gx - vx * gz, vx * gy - vy * gx];
    const [cx, cy, cz] = [gy * uz - gz * uy, gz * ux - gx * uz, gx * uy - gy * ux];
    gradient[b] += bx;
    gradient[b + 1] += by;
    gradient[b + 2] += bz;
    gradient[c] += cx;
    gradient[c + 1] += cy;
    gradient[c + 2] += cz;
    gradient[a] -= bx + cx;
    gradient[a + 1] -= by + cy;
    gradient[a + 2] -= bz + cz;
  }
}
