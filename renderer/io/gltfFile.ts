// The outside of a glTF or GLB file: its chunks, its JSON, checked as far as is needed to read it safely, its buffers and pictures.

import type { Document, GLTF } from '@gltf-transform/core';
import type { FilesBeside } from './filesBeside.ts';
import { type JsonPath, jsonPlace } from './jsonPlace.ts';
import { failAtByte, failAtLine, isReadable } from './place.ts';

/** A failure about the value at a place in the file's JSON. */
type FailAtValue = (where: JsonPath, problem: string) => never;

const glbMagic = 0x46546c67;
const [jsonChunk, binaryChunk] = [0x4e4f534a, 0x004e4942];

export class GltfFile {
  readonly path: string;
  readonly json: GLTF.IGLTF;
  readonly failAt: FailAtValue;
  readonly size: number;
  /** Bytes of the pictures by their number; undefined where they are in a buffer, or missing. */
  readonly pictures: (Uint8Array | undefined)[] = [];
  document!: Document;
  readonly #binary: Uint8Array | undefined;

  constructor(bytes: Uint8Array, path: string) {
    this.path = path;
    this.size = bytes.length;
    const isGlb = bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === glbMagic;
    const { start, end, binary } = isGlb ? glbChunks(bytes, path) : { start: 0, end: bytes.length };
    this.#binary = binary;
    const text = new TextDecoder().decode(bytes.subarray(start, end));
    const failAtPosition = (position: number, problem: string): never => {
      const before = text.slice(0, position);
      if (!isGlb) return failAtLine(path)(before.split('\n').length, problem);
      return failAtByte(path)(start + new TextEncoder().encode(before).length, problem);
    };
    this.failAt = (where, problem) => failAtPosition(jsonPlace(text, where), problem);
    this.json = parseJson(text, failAtPosition);
  }

  /** Fetches buffers and pictures, and lets glTF-Transform read what has passed the checks. */
  async load(files: FilesBeside): Promise<void> {
    const { BufferUtils, Logger, WebIO } = await import('@gltf-transform/core');
    const { json } = this;
    const resources: Record<string, Uint8Array<ArrayBuffer>> = {};
    const fetched = async (uri: string): Promise<Uint8Array | undefined> => {
      if (!/^data:/i.test(uri)) return files.read(decodedUri(uri));
      try {
        return BufferUtils.createBufferFromDataURI(uri);
      } catch {
        return undefined;
      }
    };

    const sizes: number[] = [];
    const buffers: GLTF.IBuffer[] = [];
    for (const [i, { uri }] of this.#list('buffers').entries()) {
      const found = uri === undefined ? (i === 0 ? this.#binary : undefined) : await fetched(String(uri));
      if (!found)
        this.failAt(
          ['buffers', i],
          uri === undefined ? 'buffer has no bytes' : `buffer "${shortened(uri)}" is missing`,
        );
      resources[`buffer ${i}`] = found as Uint8Array<ArrayBuffer>;
      buffers.push({ uri: `buffer ${i}`, byteLength: found.length });
      sizes.push(found.length);
    }
    this.#checkViews(sizes);
    this.#checkAccessors(sizes.reduce((sum, size) => sum + size, 0));
    this.#checkReferences();

    const images: GLTF.IImage[] = [];
    for (const [i, image] of this.#list('images').entries()) {
      if (image.bufferView === undefined) {
        this.pictures[i] = image.uri === undefined ? undefined : await fetched(String(image.uri));
        resources[`image ${i}`] = new Uint8Array();
      }
      images.push(image.bufferView === undefined ? { uri: `image ${i}` } : { bufferView: image.bufferView });
    }
    const required = (json.extensionsRequired ?? []).find((name) => !harmlessExtension.test(name));
    if (required)
      this.failAt(['extensionsRequired'], `the file requires the extension ${required}, which is not read`);
    const { bufferViews, accessors, samplers, textures } = json;
    // Nothing else, so that what is not read cannot be wrong.
    const needed: GLTF.IGLTF = {
      asset: { version: '2.0' },
      ...{ buffers, bufferViews, accessors, images, samplers, textures },
      materials: json.materials?.map(({ name, alphaMode, pbrMetallicRoughness: pbr }) => ({
        ...{ name, alphaMode },
        pbrMetallicRoughness: {
          baseColorFactor: pbr?.baseColorFactor,
          baseColorTexture: pbr?.baseColorTexture,
        },
      })),
      meshes: json.meshes?.map(({ primitives }) => ({
        primitives: primitives.map(({ attributes, indices, material, mode }) => ({
          attributes,
          indices,
          material,
          mode,
        })),
      })),
    };
    try {
      const io = new WebIO().setLogger(new Logger(Logger.Verbosity.SILENT));
      this.document = await io.readJSON({ json: needed, resources });
    } catch (error) {
      this.failAt([], `the file cannot be understood (${(error as Error).message})`);
    }
  }

  /** Objects of a list of the file; none where it has no such list. */
  #list<
    Name extends
      | 'buffers'
      | 'images'
      | 'bufferViews'
      | 'accessors'
      | 'textures'
      | 'materials'
      | 'meshes'
      | 'nodes'
      | 'scenes',
  >(name: Name): NonNullable<GLTF.IGLTF[Name]> {
    const list: unknown = this.json[name] ?? [];
    if (!Array.isArray(list)) this.failAt([name], `"${name}" is not a list`);
    const wrong = (list as unknown[]).findIndex((value) => typeof value !== 'object' || value === null);
    if (wrong >= 0) this.failAt([name, wrong], `"${name}" has something that is not an object`);
    return list as NonNullable<GLTF.IGLTF[Name]>;
  }

  #checkViews(sizes: readonly number[]): void {
    for (const [i, { buffer, byteOffset = 0, byteLength, byteStride = 4 }] of this.#list(
      'bufferViews',
    ).entries()) {
      const isInside =
        [byteOffset, byteLength, byteStride].every(isCount) &&
        byteOffset + byteLength <= (sizes[buffer] ?? -1);
      if (!isInside) this.failAt(['bufferViews', i], 'view lies outside of its buffer');
    }
  }

  /** So that what an accessor says never makes more memory than the file has bytes. */
  #checkAccessors(bytes: number): void {
    const views = this.#list('bufferViews');
    for (const [i, accessor] of this.#list('accessors').entries()) {
      const { bufferView, byteOffset = 0, componentType, count, type, sparse } = accessor;
      const where = ['accessors', i];
      const itemBytes = (componentBytes[componentType] ?? 0) * (componentCounts[type] ?? 0);
      if (!(itemBytes > 0))
        this.failAt(where, `accessor has the type ${type} of ${componentType}, which there is not`);
      const isInside = (view: number, offset: number, items: number, size: number, isTight = false) => {
        const { byteLength = -1, byteStride = size } = views[view] ?? {};
        const stride = isTight ? size : byteStride;
        return (
          isCount(offset) &&
          isCount(items) &&
          (items === 0 || offset + (items - 1) * stride + size <= byteLength)
        );
      };
      if (!isCount(count)) this.failAt(where, `accessor has ${count} items, expected a whole number`);
      const fits =
        bufferView === undefined
          ? count * itemBytes <= 16 * bytes
          : isInside(bufferView, byteOffset, count, itemBytes);
      if (!fits) this.failAt(where, `accessor says ${count} items, more than its buffer has`);
      if (!sparse) continue;
      const { indices, values } = sparse;
      const indexBytes = componentBytes[indices?.componentType] ?? 0;
      const isSparse =
        indexBytes > 0 &&
        isInside(indices.bufferView, indices.byteOffset ?? 0, sparse.count, indexBytes, true) &&
        isInside(values?.bufferView, values?.byteOffset ?? 0, sparse.count, itemBytes, true);
      if (!isSparse) this.failAt(where, 'accessor has sparse items outside of their buffers');
    }
  }

  /** Numbers that one object calls another by. */
  #checkReferences(): void {
    const [views, accessors, materials] = [
      this.#list('bufferViews'),
      this.#list('accessors'),
      this.#list('materials'),
    ];
    const [images, textures, nodes] = [this.#list('images'), this.#list('textures'), this.#list('nodes')];
    const meshes = this.#list('meshes');
    const check = (where: JsonPath, index: unknown, list: readonly unknown[]) => {
      const isThere = index === undefined || (isCount(index) && index < list.length);
      if (!isThere)
        this.failAt(where, `${where.at(-1)} is ${JSON.stringify(index)}, but there are ${list.length}`);
    };
    for (const [i, { bufferView }] of images.entries()) check(['images', i, 'bufferView'], bufferView, views);
    for (const [i, { source }] of textures.entries()) check(['textures', i, 'source'], source, images);
    for (const [i, { pbrMetallicRoughness }] of materials.entries()) {
      const where = ['materials', i, 'pbrMetallicRoughness'];
      check([...where, 'baseColorTexture'], pbrMetallicRoughness?.baseColorTexture?.index, textures);
      this.numbers([...where, 'baseColorFactor'], pbrMetallicRoughness?.baseColorFactor, 4);
    }
    for (const [i, { primitives }] of meshes.entries()) {
      if (!Array.isArray(primitives)) this.failAt(['meshes', i], 'mesh has no primitives');
      for (const [p, primitive] of primitives.entries()) {
        const where = ['meshes', i, 'primitives', p];
        if (typeof primitive?.attributes !== 'object') this.failAt(where, 'primitive has no attributes');
        for (const [name, index] of Object.entries(primitive.attributes))
          check([...where, 'attributes', name], index, accessors);
        check([...where, 'indices'], primitive.indices, accessors);
        check([...where, 'material'], primitive.material, materials);
      }
    }
    for (const [i, { mesh, children = [] }] of nodes.entries()) {
      check(['nodes', i, 'mesh'], mesh, meshes);
      if (!Array.isArray(children)) this.failAt(['nodes', i, 'children'], 'children are not a list');
      for (const [k, child] of children.entries()) check(['nodes', i, 'children', k], child, nodes);
    }
    check(['scene'], this.json.scene, this.#list('scenes'));
    for (const [i, { nodes: roots = [] }] of this.#list('scenes').entries()) {
      if (!Array.isArray(roots)) this.failAt(['scenes', i, 'nodes'], 'nodes are not a list');
      for (const [k, root] of roots.entries()) check(['scenes', i, 'nodes', k], root, nodes);
    }
  }

  /** A list of `count` finite numbers, or undefined. */
  numbers(where: JsonPath, value: unknown, count: number): number[] | undefined {
    if (value === undefined) return undefined;
    const isGood =
      Array.isArray(value) &&
      value.length === count &&
      value.every((item) => typeof item === 'number' && isReadable(item));
    if (!isGood)
      this.failAt(
        where,
        `${where.at(-1)} is ${shortened(JSON.stringify(value))}, expected ${count} finite numbers`,
      );
    return value as number[];
  }
}

/** Extensions that readers may be required to know, but that take nothing from those that do not. */
const harmlessExtension = /^KHR_(materials_\w+|mesh_quantization|texture_transform|lights_punctual)$/;

const componentBytes: Record<number, number> = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 };
const componentCounts: Record<string, number> = {
  SCALAR: 1,
  VEC2: 2,
  VEC3: 3,
  VEC4: 4,
  MAT2: 4,
  MAT3: 9,
  MAT4: 16,
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const shortened = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

export function decodedUri(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

function parseJson(text: string, failAt: (position: number, problem: string) => never): GLTF.IGLTF {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /position (\d+)/.exec(message)?.[1];
    failAt(position === undefined ? 0 : Number(position), `is not valid JSON (${message})`);
  }
  const isGltf =
    typeof json === 'object' &&
    json !== null &&
    'asset' in json &&
    typeof json.asset === 'object' &&
    json.asset;
  if (!isGltf) failAt(0, 'has no "asset"; is it a glTF file?');
  const { version } = (json as GLTF.IGLTF).asset;
  if (!/^2\./.test(String(version))) failAt(0, `the file is of glTF version ${version}, expected 2.0`);
  return json as GLTF.IGLTF;
}

/** Where the JSON of a GLB file is, and the bytes of its binary chunk. */
function glbChunks(bytes: Uint8Array, path: string): { start: number; end: number; binary?: Uint8Array } {
  const failAt = failAtByte(path);
  const view = viewOf(bytes);
  if (bytes.length < 20) failAt(bytes.length, 'the file ends within its head');
  if (view.getUint32(4, true) !== 2)
    failAt(4, `the file is of version ${view.getUint32(4, true)}, expected 2`);
  const length = view.getUint32(8, true);
  if (length > bytes.length) failAt(8, `the file says ${length} bytes, but has ${bytes.length}`);
  if (view.getUint32(16, true) !== jsonChunk) failAt(16, 'the first chunk is not JSON');
  const end = 20 + view.getUint32(12, true);
  if (end > bytes.length) failAt(12, `the JSON chunk ends at byte ${end}, but the file has ${bytes.length}`);
  if (end + 8 > bytes.length || view.getUint32(end + 4, true) !== binaryChunk) return { start: 20, end };
  const binaryEnd = end + 8 + view.getUint32(end, true);
  if (binaryEnd > bytes.length)
    failAt(end, `the binary chunk ends at byte ${binaryEnd}, but the file has ${bytes.length}`);
  return { start: 20, end, binary: bytes.subarray(end + 8, binaryEnd) };
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
