// Meshes from and to files.

import * as tf from '@tensorflow/tfjs';
import { FileError } from '../errors.ts';
import type { Material, Mesh } from '../mesh/mesh.ts';
import { Topology } from '../mesh/topology.ts';
import { atomicWrite } from './atomicWrite.ts';
import { readFileText } from './files.ts';
import { encodeGlb } from './glb.ts';
import type { MeshData } from './meshData.ts';
import { formatMtl, parseMtl } from './mtl.ts';
import { formatObj, materialLibraries, parseObj } from './obj.ts';

/**
 * Reads an OBJ file with its materials. Material libraries that are not there are passed over: what they should have defined is
 * white.
 *
 * @throws FileError where the file cannot be read or understood; the message has the line.
 */
export async function readMesh(path: string): Promise<Mesh> {
  expectExtension(path, /\.obj$/i, '.obj');
  const text = await readFileText(path);
  return toMesh(parseObj(text, await readMaterials(path, text), path));
}

/**
 * Writes a GLB file (see `encodeGlb`) or an OBJ file, as the name's ending says: `.glb` or `.obj`. Beside an OBJ file comes an MTL file
 * of the same name where the mesh has materials. Existing files are replaced, each whole or not at all.
 *
 * @throws FileError where a file cannot be written, ArgumentError where the mesh has numbers that are not finite, or for GLB no faces.
 */
export async function writeMesh(path: string, mesh: Mesh): Promise<void> {
  if (/\.glb$/i.test(path)) {
    await atomicWrite(path, await encodeGlb(await fromMesh(mesh)));
    return;
  }
  expectExtension(path, /\.obj$/i, '.obj or .glb');
  const { basename } = await import('node:path');
  const data = await fromMesh(mesh);
  if (data.materials.length === 0) {
    await atomicWrite(path, formatObj(data));
    return;
  }
  const libraryPath = path.replace(/\.obj$/i, '.mtl');
  const text = formatObj(data, basename(libraryPath));
  await atomicWrite(libraryPath, formatMtl(data.materials));
  await atomicWrite(path, text);
}

/** Plain arrays as a mesh of tensors, in single precision. */
export function toMesh(data: MeshData): Mesh {
  const { vertices, faces, colors, uv, uvFaces, materials, faceMaterials } = data;
  const vertexCount = vertices.length / 3;
  const rows = (values: ArrayLike<number>, width: number) =>
    tf.tensor2d(Float32Array.from(values), [values.length / width, width]);
  return {
    vertices: rows(vertices, 3),
    topology: new Topology(faces, vertexCount),
    ...(colors && { colors: rows(colors, 3) }),
    ...(uv.length > 0 && { uv: { values: rows(uv, 2), indices: uvFaces } }),
    ...(materials.length > 0 && { materials, faceMaterials }),
  };
}

/** A mesh of tensors as plain arrays. */
export async function fromMesh({
  vertices,
  topology,
  colors,
  uv,
  materials,
  faceMaterials,
}: Mesh): Promise<MeshData> {
  const { faces, faceCount } = topology;
  const values = (tensor: tf.Tensor) => tensor.data<'float32'>();
  return {
    vertices: await values(vertices),
    faces,
    ...(colors && { colors: await values(colors) }),
    uv: uv ? await values(uv.values) : new Float32Array(),
    uvFaces: uv?.indices ?? new Int32Array(3 * faceCount).fill(-1),
    materials: materials ?? [],
    faceMaterials: faceMaterials ?? new Int32Array(faceCount).fill(-1),
  };
}

async function readMaterials(path: string, text: string): Promise<Material[]> {
  const { dirname, join } = await import('node:path');
  const readLibrary = async (name: string): Promise<Material[] | undefined> => {
    const libraryPath = join(dirname(path), name.replaceAll('\\', '/'));
    const library = await readFileText(libraryPath).catch((error: unknown) => {
      if (error instanceof FileError) return undefined;
      throw error;
    });
    return library === undefined ? undefined : parseMtl(library, libraryPath);
  };
  const materials: Material[] = [];
  for (const names of materialLibraries(text)) {
    const whole = await readLibrary(names);
    if (whole) {
      materials.push(...whole);
      continue;
    }
    for (const name of names.split(/\s+/)) materials.push(...((await readLibrary(name)) ?? []));
  }
  return materials;
}

function expectExtension(path: string, extension: RegExp, names: string): void {
  if (!extension.test(path))
    throw new FileError(path, `is of an unknown mesh format, expected a name that ends in ${names}`);
}
