export type { Material, Mesh, MeshUv } from './mesh.ts';
export { nearestFew, nearestPoints } from './nearest.ts';
export { pointAreas } from './pointAreas.ts';
export { pointCloudWindingNumbers } from './pointCloudWinding.ts';
export { type IcosphereOptions, icosphere, unitIcosphere } from './primitives.ts';
export { type SurfaceSamples, sampleSurface } from './sampling.ts';
export { type Subdivision, subdivide } from './subdivide.ts';
export { type AdjacencyLists, Topology } from './topology.ts';
export { exactWindingNumbers, type WindingNumberOptions, windingNumbers } from './windingNumber.ts';
