// Colours as they are, with no light.

import { ArgumentError } from '../errors.ts';
import { type AlbedoOptions, albedoOf } from './albedo.ts';
import { packedAttributes, type Shading } from './shading.ts';

/** The colours of vertices times those of materials, grey where a face has neither, times their textures. */
export function unlit(options: AlbedoOptions = {}): Shading {
  return (scene) => {
    const { attributes, at } = albedoOf(scene, options);
    return attributes ? { attributes } : { shader: (_, surface) => at(surface) };
  };
}

/** The mesh's own vertex colours, in any number of channels. */
export const vertexColors: Shading = (scene) => ({
  attributes: packedAttributes(scene, ({ colors, topology }) => {
    if (!colors) throw new ArgumentError('vertexColors needs a mesh with colours, but it has none');
    return { values: colors, indices: topology.faces };
  }),
});
