// The mesh of an object as a file: binary glTF, which `readMesh` and any viewer reads.

import { encodeGlb, type MeshData, type TextureData } from '../../../renderer/io/index.ts';
import type { PaintedMesh, Texture } from './pictures.ts';
import { textureImage } from './texture.ts';

/** The bytes of a GLB file. Where a material has a texture, that alone is the colour, as in the pictures. */
export async function encodeMesh(mesh: PaintedMesh): Promise<Uint8Array> {
  const { vertices, faces, uv, uvFaces } = mesh;
  return encodeGlb({ vertices, faces, uv: Float64Array.from(uv), uvFaces, ...materialsOf(mesh) });
}

/** Materials in use. One with a texture and faces that have no texture coordinates becomes two. */
function materialsOf({
  faceMaterials,
  materials,
  uvFaces,
}: PaintedMesh): Pick<MeshData, 'materials' | 'faceMaterials' | 'textures'> {
  const names = new Map<Texture, string>();
  const places = new Map<string, number>();
  const written: MeshData['materials'] = [];
  const placeOf = (index: number, hasUv: boolean): number => {
    const material = materials[index];
    if (!material) return -1;
    const texture = hasUv ? material.texture : undefined;
    const key = `${index} ${texture !== undefined}`;
    if (!places.has(key)) {
      if (texture && !names.has(texture)) names.set(texture, `texture${names.size}`);
      const length = written.push({
        name: `material${written.length}`,
        diffuse: texture ? [1, 1, 1] : [...material.color],
        opacity: 1,
        ...(texture && { diffuseTexture: names.get(texture) }),
      });
      places.set(key, length - 1);
    }
    return places.get(key)!;
  };
  const assigned = faceMaterials.map((index, f) => placeOf(index, uvFaces[3 * f] >= 0));
  const textures: [string, TextureData][] = Array.from(names, ([texture, name]) => [
    name,
    { image: textureImage(texture) },
  ]);
  return { materials: written, faceMaterials: assigned, textures: Object.fromEntries(textures) };
}
