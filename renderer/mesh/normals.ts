// Normals of faces and vertices: of plain arrays, and as differentiable functions of tensors.

import { type HostKernel, hostFunction, type RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { FaceFrame, leastShare } from './faceFrame.ts';
import type { Topology } from './topology.ts';
import { itemCount, type Vertices } from './vertexShape.ts';

/** What a face counts for at a corner: its area, or its angle there, which does not depend on how a flat part is cut into faces. */
export type NormalWeights = 'area' | 'angle';

const normalWeights: readonly NormalWeights[] = ['area', 'angle'];

export interface SmoothNormalOptions {
  /** Default 'area'. */
  weights?: NormalWeights;
}

/**
 * Unit normals of the vertices of a smooth surface: the mean of the normals of the faces around, weighted by their areas, or by their
 * angles at the vertex (G. Thürmer and C. Wüthrich, "Computing vertex normals from polygonal facets", Journal of Graphics Tools
 * 1998). Differentiable in the vertices.
 *
 * Faces without area, or with a corner that is not finite, count for nothing. A vertex where no face counts, or where they cancel each
 * other, gets (0, 0, 0) and passes no gradient on.
 *
 * @param vertices [V, 3] or [B, V, 3]
 * @returns the same shape
 * @throws ArgumentError where the vertices are not those of the topology, or the weights are unknown.
 */
export function smoothNormals<T extends Vertices>(
  vertices: T,
  topology: Topology,
  { weights = 'area' }: SmoothNormalOptions = {},
): T {
  if (!normalWeights.includes(weights)) {
    throw new ArgumentError(`weights is "${weights}", expected one of ${normalWeights.join(', ')}`);
  }
  itemCount(vertices, topology);
  const kernel = smoothNormalsKernel(topology, weights);
  return hostFunction({ inputs: [vertices], shape: vertices.shape, ...kernel }) as T;
}

/**
 * Unit normals of the faces, on the side from which they wind counter-clockwise; (0, 0, 0) without a gradient where a face has no
 * area or a corner that is not finite. Differentiable in the vertices.
 *
 * @param vertices [V, 3] or [B, V, 3]
 * @returns [F, 3] or [B, F, 3]
 * @throws ArgumentError where the vertices are not those of the topology.
 */
export function faceNormals<T extends Vertices>(vertices: T, topology: Topology): T {
  itemCount(vertices, topology);
  const shape = [...vertices.shape.slice(0, -2), topology.faceCount, 3];
  return hostFunction({ inputs: [vertices], shape, ...faceNormalsKernel(topology) }) as T;
}

/**
 * The normals of `smoothNormals`, weighted by area, of plain arrays, and (0, 0, 1) where there is none: unit normals all, as files
 * want them.
 *
 * @param vertices [V·3] of `topology`.
 * @returns [V·3]
 */
export function vertexNormals(vertices: RealArray, topology: Topology): Float32Array {
  const normals = new Float32Array(3 * topology.vertexCount);
  smoothNormalsKernel(topology, 'area').forward([vertices], normals);
  for (let i = 0; i < normals.length; i += 3) {
    if (normals[i] === 0 && normals[i + 1] === 0 && normals[i + 2] === 0) normals[i + 2] = 1;
  }
  return normals;
}

/**
 * Writes the unit normal of face f to `normals` from `offset` on, which stays as it is where the face has no area.
 *
 * @returns twice the face's area
 */
export function faceNormal(
  vertices: RealArray,
  faces: Int32Array,
  f: number,
  normals: Float64Array,
  offset: number,
): number {
  const a = 3 * faces[3 * f];
  const b = 3 * faces[3 * f + 1];
  const c = 3 * faces[3 * f + 2];
  const ux = vertices[b] - vertices[a];
  const uy = vertices[b + 1] - vertices[a + 1];
  const uz = vertices[b + 2] - vertices[a + 2];
  const vx = vertices[c] - vertices[a];
  const vy = vertices[c + 1] - vertices[a + 1];
  const vz = vertices[c + 2] - vertices[a + 2];
  const x = uy * vz - uz * vy;
  const y = uz * vx - ux * vz;
  const z = ux * vy - uy * vx;
  const length = Math.hypot(x, y, z);
  if (length > 0) {
    normals[offset] = x / length;
    normals[offset + 1] = y / length;
    normals[offset + 2] = z / length;
  }
  return length;
}

/**
 * From faces to the normals of vertices. With c = (b − a) × (c − a) of a face, its unit normal m = c/|c| and the angle θₖ at corner k,
 *
 *     s = Σ c   or   s = Σ θₖ m          over the faces around a vertex
 *     n = s/|s|
 *
 * and backwards, with g = ∂L/∂n, and p, q the edges from corner k to the next and to the last corner,
 *
 *     ∂L/∂s = (g − n (n·g))/|s|         ∂θₖ/∂p = −(m × p)/|p|²         ∂θₖ/∂q = (m × q)/|q|²
 *
 * which hold since moving the end of p towards q, perpendicular to p, closes the angle.
 */
export function smoothNormalsKernel(
  { faces, faceCount, vertexCount }: Topology,
  weights: NormalWeights,
): HostKernel<{ normals: Float64Array; lengths: Float64Array }> {
  const size = 3 * vertexCount;
  const byAngle = weights === 'angle';
  const face = new FaceFrame();

  return {
    /** Keeps n and |s| of every vertex, 0 where there is no normal. */
    forward([vertices], output) {
      const normals = new Float64Array(vertices.length);
      const lengths = new Float64Array(vertices.length / 3);
      const sums = new Float64Array(size);
      const total = new Float64Array(vertexCount);
      for (let start = 0; start < vertices.length; start += size) {
        sums.fill(0);
        total.fill(0);
        for (let f = 0; f < faceCount; f++) {
          if (!face.read(vertices, start, faces, f)) continue;
          for (let k = 0; k < 3; k++) {
            const vertex = faces[3 * f + k];
            const weight = byAngle ? face.angle(k) : face.doubleArea;
            total[vertex] += weight;
            for (let axis = 0; axis < 3; axis++) sums[3 * vertex + axis] += weight * face.normal[axis];
          }
        }
        for (let v = 0; v < vertexCount; v++) {
          const x = sums[3 * v];
          const y = sums[3 * v + 1];
          const z = sums[3 * v + 2];
          const length = Math.sqrt(x * x + y * y + z * z);
          if (!(length > leastShare * total[v])) continue;
          lengths[start / 3 + v] = length;
          for (let k = 3 * v; k < 3 * v + 3; k++) normals[start + k] = sums[k] / length;
        }
      }
      output.set(normals);
      return { normals, lengths };
    },

    backward(upstream, [vertices], [gradient], { normals, lengths }) {
      const sumGradient = new Float64Array(size);
      for (let start = 0; start < vertices.length; start += size) {
        for (let v = 0; v < vertexCount; v++) {
          const length = lengths[start / 3 + v];
          const at = start + 3 * v;
          let along = 0;
          for (let axis = 0; axis < 3; axis++) along += upstream[at + axis] * normals[at + axis];
          for (let axis = 0; axis < 3; axis++) {
            const across = upstream[at + axis] - normals[at + axis] * along;
            sumGradient[3 * v + axis] = length > 0 ? across / length : 0;
          }
        }
        for (let f = 0; f < faceCount; f++) {
          if (!face.read(vertices, start, faces, f)) continue;
          for (let k = 0; k < 3; k++) {
            const g = 3 * faces[3 * f + k];
            if (byAngle) {
              face.pullNormal(sumGradient, g, face.angle(k));
              let along = 0;
              for (let axis = 0; axis < 3; axis++) along += sumGradient[g + axis] * face.normal[axis];
              face.pullAngle(k, along);
            } else face.pullCross(sumGradient, g);
          }
          face.addGradient(gradient, start, faces, f);
        }
      }
    },
  };
}

/** From faces to their own normals. */
export function faceNormalsKernel({ faces, faceCount, vertexCount }: Topology): HostKernel<void> {
  const size = 3 * vertexCount;
  const face = new FaceFrame();
  return {
    forward([vertices], normals) {
      for (let start = 0, row = 0; start < vertices.length; start += size) {
        for (let f = 0; f < faceCount; f++, row += 3) {
          if (!face.read(vertices, start, faces, f)) continue;
          const { normal } = face;
          normals[row] = normal[0];
          normals[row + 1] = normal[1];
          normals[row + 2] = normal[2];
        }
      }
    },
    backward(upstream, [vertices], [gradient]) {
      for (let start = 0, row = 0; start < vertices.length; start += size) {
        for (let f = 0; f < faceCount; f++, row += 3) {
          if (!face.read(vertices, start, faces, f)) continue;
          face.pullNormal(upstream, row, 1);
          face.addGradient(gradient, start, faces, f);
        }
      }
    },
  };
}
