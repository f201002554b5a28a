export { boundingSphere } from './boundingSphere.ts';
export {
  type Components,
  connectedComponents,
  keepLargest,
  splitComponents,
} from './components.ts';
export { type CreaseSplit, splitAtCreases } from './crease.ts';
export {
  cotangentLaplacian,
  cotangentStiffness,
  curvatureLaplacian,
  graphLaplacian,
  uniformLaplacian,
} from './laplacian.ts';

export { LargeSteps, type LargeStepsOptions } from './largeSteps.ts';
export { type Material, type Mesh, type MeshUv, noMaterial, type Texture, type WrapMode } from './mesh.ts';
export { dropUnusedVertices, type MeshArrays } from './meshArrays.ts';
export { nearestFew, nearestPoints } from './nearest.ts';
export {
  faceNormals,
  type NormalWeights,
  type SmoothNormalOptions,
  smoothNormals,
  vertexNormals,
} from './normals.ts';
export { type Oriented, orientFaces } from './orient.ts';
export {
  type BoxOptions,
  box,
  type MeshWithUv,
  type PlaneOptions,
  plane,
  type TorusOptions,
  torus,
  type UvSphereOptions,
  uvSphere,
} from './parametric.ts';
export { pointAreas } from './pointAreas.ts';
export { pointCloudWindingNumbers } from './pointCloudWinding.ts';
export { type IcosphereOptions, icosphere, unitIcosphere } from './primitives.ts';
export { type Repaired, type RepairOptions, repair } from './repair.ts';
export { type SurfaceSamples, sampleSurface } from './sampling.ts';
export { type SimplifyOptions, simplify } from './simplify.ts';
export { SparseMatrix } from './sparseMatrix.ts';
export { loopSubdivide, Subdivision, subdivide } from './subdivide.ts';
export {
  placesMatrix,
  type SurfacePlaces,
  type SurfacePointOptions,
  type SurfacePoints,
  surfacePoints,
} from './surfacePoints.ts';
export { type TaubinOptions, taubinSmooth } from './taubin.ts';
export { type AdjacencyLists, Topology } from './topology.ts';
export type { Vertices } from './vertexShape.ts';
export { type Bounds, type VoxelizeOptions, type Voxels, voxelize } from './voxelize.ts';
export { type EdgeDefects, edgeDefects, isWatertight } from './watertight.ts';
export { weldVertices } from './weld.ts';
export { exactWindingNumbers, type WindingNumberOptions, windingNumbers } from './windingNumber.ts';
