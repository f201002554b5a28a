// The mesh formats: how each is read and written. A format is added by a file of its own and one entry here.

import { parseAc3d } from './ac3d.ts';
import { atomicWrite } from './atomicWrite.ts';
import type { FilesBeside } from './filesBeside.ts';
import { encodeGlb } from './glb.ts';
import { parseGltf } from './gltf.ts';
import type { MeshData } from './meshData.ts';
import { parseOff } from './off.ts';
import { encodePly, parsePly } from './ply.ts';
import { parseStl } from './stl.ts';
import { withTextures } from './textures.ts';
import { readWavefront, writeWavefront } from './wavefront.ts';

export interface MeshFormat {
  /** What people call it. */
  name: string;
  /** How file names of it end, in small letters. */
  endings: readonly string[];
  /** @throws FileError where `bytes`, those of the file at `path`, cannot be understood. */
  read(bytes: Uint8Array, path: string, files: FilesBeside): Promise<MeshData>;
  /** @throws FileError where a file cannot be written, ArgumentError where the mesh cannot be one of this format. */
  write?(path: string, mesh: MeshData): Promise<void>;
}

export const meshFormats: readonly MeshFormat[] = [
  { name: 'Wavefront OBJ', endings: ['.obj'], read: readWavefront, write: writeWavefront },
  { name: 'OFF', endings: ['.off', '.coff', '.noff'], read: async (bytes, path) => parseOff(bytes, path) },
  {
    name: 'PLY',
    endings: ['.ply'],
    read: textured(parsePly),
    write: async (path, mesh) => atomicWrite(path, encodePly(mesh)),
  },
  { name: 'STL', endings: ['.stl'], read: async (bytes, path) => parseStl(bytes, path) },
  {
    name: 'glTF',
    endings: ['.glb'],
    read: parseGltf,
    write: async (path, mesh) => atomicWrite(path, await encodeGlb(mesh)),
  },
  { name: 'glTF with files beside', endings: ['.gltf'], read: parseGltf },
  { name: 'AC3D', endings: ['.ac', '.acc'], read: textured(parseAc3d) },
];

/** A reader of what `parse` yields, with the pictures that its materials name. */
function textured(parse: (bytes: Uint8Array, path: string) => MeshData): MeshFormat['read'] {
  return (bytes, path, files) => withTextures(parse(bytes, path), files, path);
}
