export type { Material, Mesh, MeshUv } from './mesh.ts';
export { type IcosphereOptions, icosphere, unitIcosphere } from './primitives.ts';
export { type Subdivision, subdivide } from './subdivide.ts';
export { type AdjacencyLists, Topology } from './topology.ts';
