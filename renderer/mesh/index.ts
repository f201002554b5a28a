export type { Material, Mesh, MeshUv } from './mesh.ts';
export { nearestPoints } from './nearest.ts';
export { vertexNormals } from './normals.ts';
export { type IcosphereOptions, icosphere, unitIcosphere } from './primitives.ts';
export { type SurfaceSamples, sampleSurface } from './sampling.ts';
export { type Subdivision, subdivide } from './subdivide.ts';
export { type AdjacencyLists, Topology } from './topology.ts';
