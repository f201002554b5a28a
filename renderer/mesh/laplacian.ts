// Laplacians of meshes as sparse matrices: how far each vertex is from a mean of its neighbours, with equal weights, by the shape of
// the surface, or in units of curvature.

import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { FaceFrame } from './faceFrame.ts';
import { SparseEntries, type SparseMatrix } from './sparseMatrix.ts';
import type { Topology } from './topology.ts';

/** [V, V] the combinatorial Laplacian D − A: v times its number of neighbours, minus their sum. Symmetric, positive semi-definite. */
export function graphLaplacian(topology: Topology): SparseMatrix {
  return laplacian(topology, equalWeights(topology), () => 1);
}

/** [V, V] the uniform Laplacian: v minus the mean of its neighbours; 0 where it has none. */
export function uniformLaplacian(topology: Topology): SparseMatrix {
  return laplacian(topology, equalWeights(topology), (_, sum) => 1 / sum);
}

/**
 * [V, V] the cotangent stiffness matrix: Σⱼ wⱼ (v − vⱼ) with wⱼ = (cot α + cot β)/2, α and β the angles opposite edge j (U. Pinkall and
 * K. Polthier, "Computing discrete minimal surfaces and their conjugates", Experimental Mathematics 1993). Symmetric, positive
 * semi-definite; what it makes of positions is the gradient of the area.
 *
 * Like all cotangent matrices here it is that of the positions given, and constant from then on: `apply` has a gradient in its
 * argument, but none through the weights, as in PyTorch3D. Faces without area or with a corner that is not finite count for nothing.
 *
 * @param vertices [V·3] of `topology`.
 */
export function cotangentStiffness(vertices: RealArray, topology: Topology): SparseMatrix {
  return laplacian(topology, cotangentWeights(vertices, topology), () => 1);
}

/**
 * [V, V] the cotangent Laplacian: v minus the mean of its neighbours weighted by `cotangentStiffness`; PyTorch3D's 'cot'. A row is 0
 * where its weights have no positive sum, which happens only where obtuse triangles meet.
 */
export function cotangentLaplacian(vertices: RealArray, topology: Topology): SparseMatrix {
  return laplacian(topology, cotangentWeights(vertices, topology), (_, sum) => (sum > 0 ? 1 / sum : 0));
}

/**
 * [V, V] the curvature Laplacian: applied to the positions it gives H n, mean curvature (1/r on a sphere of radius r) times outward
 * normal. Rows of `cotangentStiffness` over 2A, with A the mixed Voronoi area around the vertex (M. Meyer et al., "Discrete
 * differential-geometry operators for triangulated 2-manifolds", VisMath 2002, section 3.5). PyTorch3D's 'cotcurv' divides by the whole
 * area of the faces around instead, about three times as much. At a boundary the surface pulls to one side: no curvature.
 */
export function curvatureLaplacian(vertices: RealArray, topology: Topology): SparseMatrix {
  const areas = vertexAreas(vertices, topology);
  return laplacian(topology, cotangentWeights(vertices, topology), (v) =>
    areas[v] > 0 ? 1 / (2 * areas[v]) : 0,
  );
}

/** Rows Σⱼ wⱼ (v − vⱼ), scaled by a function of the vertex and the sum of its weights. */
function laplacian(
  { vertexCount, edges }: Topology,
  weights: Float64Array,
  scale: (vertex: number, sum: number) => number,
): SparseMatrix {
  const sums = new Float64Array(vertexCount);
  const touched = new Uint8Array(vertexCount);
  for (let i = 0; i < edges.length; i++) {
    sums[edges[i]] += weights[i >> 1];
    touched[edges[i]] = 1;
  }
  const scales = sums.map((sum, v) => (touched[v] ? scale(v, sum) : 0));
  const entries = new SparseEntries();
  for (let v = 0; v < vertexCount; v++) entries.add(v, v, scales[v] * sums[v]);
  for (let i = 0; i < edges.length; i++) {
    entries.add(edges[i], edges[i ^ 1], -scales[edges[i]] * weights[i >> 1]);
  }
  return entries.matrix(vertexCount, vertexCount);
}

const equalWeights = ({ edgeCount }: Topology) => new Float64Array(edgeCount).fill(1);

/** [E] (cot α + cot β)/2 */
function cotangentWeights(vertices: RealArray, topology: Topology): Float64Array {
  const { faces, faceCount, faceEdges, edgeCount } = topology;
  expectPositions(vertices, topology);
  const weights = new Float64Array(edgeCount);
  const face = new FaceFrame();
  for (let f = 0; f < faceCount; f++) {
    if (!face.read(vertices, 0, faces, f)) continue;
    for (let k = 0; k < 3; k++) weights[faceEdges[3 * f + ((k + 1) % 3)]] += face.cotangent(k) / 2;
  }
  return weights;
}

/** [V] the mixed Voronoi area around each vertex. */
function vertexAreas(vertices: RealArray, { faces, faceCount, vertexCount }: Topology): Float64Array {
  const areas = new Float64Array(vertexCount);
  const face = new FaceFrame();
  for (let f = 0; f < faceCount; f++) {
    if (!face.read(vertices, 0, faces, f)) continue;
    for (let k = 0; k < 3; k++) areas[faces[3 * f + k]] += face.areaAt(k);
  }
  return areas;
}

function expectPositions(vertices: RealArray, { vertexCount }: Topology): void {
  if (vertices.length === 3 * vertexCount) return;
  throw new ArgumentError(`vertices has ${vertices.length} numbers, expected ${3 * vertexCount}`);
}
