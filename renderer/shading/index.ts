import type { Mesh } from '../mesh/index.ts';
import { clay } from './clay.ts';
import type { Shading } from './shading.ts';
import { unlit } from './unlit.ts';

export type { AlbedoOptions, MaterialParameters } from './albedo.ts';
export { clay } from './clay.ts';
export { type Light, type LightRowsOptions, type LightValue, lightRows } from './lighting.ts';
export {
  defaultLights,
  type LitOptions,
  lit,
  type NormalKind,
  type ReflectionOptions,
  type SphericalHarmonicOptions,
  sphericalHarmonics,
} from './lit.ts';
export { packedAttributes, type Shaded, type Shading, type ShadingScene } from './shading.ts';
export { type HarmonicRowsOptions, projectToSphericalHarmonics, shRows } from './sphericalHarmonics.ts';
export { sampleTexture, sampleTextures } from './texture.ts';
export { unlit, vertexColors } from './unlit.ts';

/** What shows most of what meshes bring along. */
export function defaultShading(meshes: readonly Mesh[]): Shading {
  const hasPaint = ({ colors, materials }: Mesh) => colors || (materials && materials.length > 0);
  return meshes.some(hasPaint) ? unlit() : clay;
}
