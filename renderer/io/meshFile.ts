// Meshes from and to files, in the format that the name's ending says.

import * as tf from '@tensorflow/tfjs';
import { FileError } from '../errors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { Topology } from '../mesh/topology.ts';
import { readFileBytes } from './files.ts';
import { filesBeside, type ReadMeshOptions } from './filesBeside.ts';
import type { MeshData } from './meshData.ts';
import { type MeshFormat, meshFormats } from './meshFormats.ts';
import { fromTexture, toTexture } from './textures.ts';

/**
 * Reads a mesh with its materials and textures, in one of `meshFormats`. What it refers to and is missing is passed over: materials
 * are white then, and instead of a texture, which comes with a warning, the material's colour shows.
 *
 * @throws FileError where the file cannot be read or understood, with the line or the byte; or where it refers to a file outside of its
 *   folder and `allowOutside` is not set.
 */
export async function readMesh(path: string, options: ReadMeshOptions = {}): Promise<Mesh> {
  return toMesh(await readMeshData(path, options));
}

/** Likewise, as plain arrays in double precision. */
export async function readMeshData(path: string, options: ReadMeshOptions = {}): Promise<MeshData> {
  const { read } = formatOf(path, meshFormats);
  return await read(await readFileBytes(path), path, filesBeside(path, options));
}

/**
 * Writes a mesh in the format that the name's ending says: `.obj`, beside it an MTL file of the same name and PNG textures where the
 * mesh has such; `.glb` (see `encodeGlb`); or `.ply` (see `encodePly`). Existing files are replaced, each whole or not at all.
 *
 * @throws FileError where a file cannot be written, ArgumentError where the mesh has numbers that are not finite, or for GLB no faces.
 */
export async function writeMesh(path: string, mesh: Mesh): Promise<void> {
  const { write } = formatOf(path, writable);
  await write(path, await fromMesh(mesh));
}

type WritableFormat = MeshFormat & Required<Pick<MeshFormat, 'write'>>;

const writable = meshFormats.filter((format): format is WritableFormat => format.write !== undefined);

function formatOf<Format extends MeshFormat>(path: string, formats: readonly Format[]): Format {
  const name = path.toLowerCase();
  const format = formats.find(({ endings }) => endings.some((ending) => name.endsWith(ending)));
  if (format) return format;
  const endings = formats.flatMap((known) => known.endings);
  const list = `${endings.slice(0, -1).join(', ')} or ${endings.at(-1)}`;
  throw new FileError(path, `is of an unknown mesh format, expected a name that ends in ${list}`);
}

/** Plain arrays as a mesh of tensors, in single precision; textures linear. */
export function toMesh(data: MeshData): Mesh {
  const { vertices, faces, colors, uv, uvFaces, materials, faceMaterials, textures = {} } = data;
  const vertexCount = vertices.length / 3;
  const rows = (values: ArrayLike<number>, width: number) =>
    tf.tensor2d(Float32Array.from(values), [values.length / width, width]);
  const pictures = Object.entries(textures).map(([name, texture]) => [name, toTexture(texture)]);
  return {
    vertices: rows(vertices, 3),
    topology: new Topology(faces, vertexCount),
    ...(colors && { colors: rows(colors, 3) }),
    ...(uv.length > 0 && { uv: { values: rows(uv, 2), indices: uvFaces } }),
    ...(materials.length > 0 && { materials, faceMaterials }),
    ...(pictures.length > 0 && { textures: Object.fromEntries(pictures) }),
  };
}

/** A mesh of tensors as plain arrays; textures as sRGB bytes. */
export async function fromMesh(mesh: Mesh): Promise<MeshData> {
  const { vertices, topology, colors, uv, materials, faceMaterials, textures } = mesh;
  const { faces, faceCount } = topology;
  const values = (tensor: tf.Tensor) => tensor.data<'float32'>();
  const pictures: [string, Awaited<ReturnType<typeof fromTexture>>][] = [];
  for (const [name, texture] of Object.entries(textures ?? {}))
    pictures.push([name, await fromTexture(texture)]);
  return {
    vertices: await values(vertices),
    faces,
    ...(colors && { colors: await values(colors) }),
    uv: uv ? await values(uv.values) : new Float32Array(),
    uvFaces: uv?.indices ?? new Int32Array(3 * faceCount).fill(-1),
    materials: materials ?? [],
    faceMaterials: faceMaterials ?? new Int32Array(faceCount).fill(-1),
    ...(pictures.length > 0 && { textures: Object.fromEntries(pictures) }),
  };
}
