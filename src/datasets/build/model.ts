// Brings a model of a library into the frame of a data set: upright, centred, its bounding sphere of radius 0.5, with materials
// and textures ready to render.

import { posix } from 'node:path';
import { strFromU8 } from 'fflate';
import { materialLibraries, parseMtl, parseObj } from '../../../renderer/io/index.ts';
import { boundingSphere } from './boundingSphere.ts';
import type { CatalogueEntry } from './catalogue.ts';
import type { PaintedMesh, SurfaceMaterial, Texture } from './pictures.ts';
import { decodeTexture } from './texture.ts';

export interface PrepareOptions {
  /** Textures get at most so many pixels a side; all that they have by default. */
  textureSize?: number;
}

/** Faces of a material less opaque than this are left out; other glass is drawn solid, so that a glass table has its top. */
const leastOpacity = 0.1;

const radius = 0.5;

/**
 * Reads the OBJ file of `entry` and what it refers to among `files`. Materials and textures that the library lacks are passed
 * over: the former are white, instead of the latter the material's colour shows.
 *
 * @throws FileError where a file cannot be understood.
 */
export async function prepareModel(
  entry: CatalogueEntry,
  files: ReadonlyMap<string, Uint8Array>,
  { textureSize }: PrepareOptions = {},
): Promise<PaintedMesh> {
  const folder = posix.dirname(entry.model);
  const textOf = (path: string) => strFromU8(files.get(path) ?? new Uint8Array(), true);
  const text = textOf(entry.model);
  const libraries = materialLibraries(text).map((name) => posix.join(folder, name));
  const data = parseObj(
    text,
    libraries.flatMap((path) => parseMtl(textOf(path), path)),
    entry.model,
  );
  const drawn = Array.from(data.faceMaterials.keys()).filter((f) => {
    const material = data.materials[data.faceMaterials[f]];
    return material === undefined || material.opacity >= leastOpacity;
  });
  const faces = cornersOf(data.faces, drawn);
  const textures = new Map<string, Texture>();
  const materials: SurfaceMaterial[] = [];
  for (const { diffuse, diffuseTexture } of data.materials) {
    const path = diffuseTexture && posix.join(folder, diffuseTexture);
    const bytes = path ? files.get(path) : undefined;
    if (path && bytes && !textures.has(path)) {
      textures.set(path, await decodeTexture(bytes, path, textureSize));
    }
    materials.push({ color: diffuse, texture: path ? textures.get(path) : undefined });
  }
  return {
    vertices: normalize(rotate(data.vertices, entry.rotation), faces),
    faces,
    uv: data.uv,
    uvFaces: cornersOf(data.uvFaces, drawn),
    faceMaterials: Int32Array.from(drawn, (f) => data.faceMaterials[f]),
    materials,
  };
}

/** The three entries of each of `faces`. */
export function cornersOf(of: Int32Array, faces: readonly number[]): Int32Array {
  return Int32Array.from({ length: 3 * faces.length }, (_, i) => of[3 * faces[Math.floor(i / 3)] + (i % 3)]);
}

export function rotate(vertices: ArrayLike<number>, rotation: readonly number[]): Float64Array {
  const result = new Float64Array(vertices.length);
  for (let i = 0; i < vertices.length; i += 3) {
    for (let row = 0; row < 3; row++) {
      for (let k = 0; k < 3; k++) result[i + row] += rotation[3 * row + k] * vertices[i + k];
    }
  }
  return result;
}

/** Moves and scales so that the smallest sphere around the vertices in use has its centre at the origin and radius 0.5. */
export function normalize(vertices: Float64Array, faces: Int32Array): Float64Array {
  const used = Float64Array.from(
    { length: 3 * faces.length },
    (_, i) => vertices[3 * faces[Math.floor(i / 3)] + (i % 3)],
  );
  const sphere = boundingSphere(used);
  return vertices.map((value, i) => ((value - sphere.center[i % 3]) * radius) / sphere.radius);
}
