// OBJ files together with what belongs to them: material libraries and textures.

import type { Material } from '../mesh/mesh.ts';
import { atomicWrite } from './atomicWrite.ts';
import type { FilesBeside } from './filesBeside.ts';
import { encodePng } from './image.ts';
import type { MeshData } from './meshData.ts';
import { formatMtl, type MtlMaterial, parseMtl, safeName } from './mtl.ts';
import { formatObj, scanObj, withMaterials } from './obj.ts';
import { withTextures } from './textures.ts';

/**
 * Reads an OBJ file, its material libraries and textures. Libraries that are not there are passed over: what they should have defined is
 * white. Textures of a library in another folder are looked for in that.
 */
export async function readWavefront(bytes: Uint8Array, path: string, files: FilesBeside): Promise<MeshData> {
  const { mesh, libraries } = scanObj(bytes, path);
  const read = await readLibraries(libraries, path, files);
  const clamped = new Set(
    read.flatMap(({ clampTexture, diffuseTexture }) => (clampTexture && diffuseTexture) || []),
  );
  const materials = read.map(({ clampTexture, ...material }): Material => material);
  return withTextures(withMaterials(mesh, materials), files, path, (name) => clamped.has(name));
}

/** A `mtllib` line is one name, which may contain spaces, or, where there is no such file, several names. */
async function readLibraries(
  lines: readonly string[],
  path: string,
  files: FilesBeside,
): Promise<MtlMaterial[]> {
  const { dirname, join } = await import('node:path');
  const materials: MtlMaterial[] = [];
  const read = new Set<string>();
  const readLibrary = async (name: string): Promise<boolean> => {
    const file = name.replaceAll('\\', '/');
    if (read.has(file)) return true;
    const bytes = await files.read(file);
    if (!bytes) return false;
    read.add(file);
    const folder = dirname(file);
    for (const material of parseMtl(bytes, join(dirname(path), file))) {
      const { diffuseTexture } = material;
      const isElsewhere = folder !== '.' && diffuseTexture !== undefined;
      materials.push(isElsewhere ? { ...material, diffuseTexture: `${folder}/${diffuseTexture}` } : material);
    }
    return true;
  };
  for (const names of new Set(lines)) {
    if (await readLibrary(names)) continue;
    for (const name of names.split(/\s+/)) await readLibrary(name);
  }
  return materials;
}

/**
 * Writes an OBJ file, beside it an MTL file of the same name where the mesh has materials, and the textures in use as PNG files whose
 * names begin like it, so that they replace nothing else. A texture that is clamped one way only, or mirrored, repeats then. The OBJ file
 * comes last.
 */
export async function writeWavefront(path: string, mesh: MeshData): Promise<void> {
  const { basename, dirname, join } = await import('node:path');
  // Whole before anything is written, so that a broken mesh leaves no files.
  for (const [name, content] of await wavefrontFiles(basename(path), mesh)) {
    await atomicWrite(join(dirname(path), name), content);
  }
}

/**
 * The files that `writeWavefront` writes, by their names, in that order.
 *
 * @param name of the OBJ file.
 * @throws ArgumentError where the mesh has numbers that are not finite.
 */
export async function wavefrontFiles(
  name: string,
  mesh: MeshData,
): Promise<[name: string, content: string | Uint8Array][]> {
  if (mesh.materials.length === 0) return [[name, formatObj(mesh)]];
  const stem = safeName(name.replace(/\.obj$/i, ''));
  const library = `${stem}.mtl`;
  const text = formatObj(mesh, library);
  const { textures = {} } = mesh;
  const files = textureFiles(mesh, stem);
  const pictures: [string, Uint8Array][] = [];
  for (const [texture, file] of files) pictures.push([file, await encodePng(textures[texture].image)]);
  const materials = mesh.materials.map((material) => {
    const file = files.get(material.diffuseTexture ?? '');
    return file === undefined ? material : { ...material, diffuseTexture: file };
  });
  const isClamped = (texture: string) =>
    textures[texture].wrapU === 'clamp' && textures[texture].wrapV === 'clamp';
  const clamped = new Set([...files.keys()].filter(isClamped).map((texture) => files.get(texture)));
  return [...pictures, [library, formatMtl(materials, (file) => clamped.has(file))], [name, text]];
}

/** Names for the files of the textures that materials use, of letters that any system takes, and each its own. */
function textureFiles({ materials, textures = {} }: MeshData, stem: string): Map<string, string> {
  const files = new Map<string, string>();
  const taken = new Set<string>();
  for (const { diffuseTexture: name } of materials) {
    if (name === undefined || files.has(name) || !Object.hasOwn(textures, name)) continue;
    const plain = (name.split('/').at(-1) ?? '').replace(/\.[a-z]+$/i, '').replace(/[^\w.-]+/g, '_');
    const start = `${stem}-${plain.slice(0, 100) || 'texture'}`;
    let file = `${start}.png`;
    for (let n = 2; taken.has(file.toLowerCase()); n++) file = `${start}-${n}.png`;
    taken.add(file.toLowerCase());
    files.set(name, file);
  }
  return files;
}
