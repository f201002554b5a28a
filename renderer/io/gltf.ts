// glTF 2.0 and its binary form GLB. What numbers lie where in the buffers is glTF-Transform's business, which is loaded when first needed;
// the scene is put together here.

import type { GLTF, Primitive, TextureInfo, Material as TransformMaterial } from '@gltf-transform/core';
import type { Material, WrapMode } from '../mesh/mesh.ts';
import type { FilesBeside } from './filesBeside.ts';
import { decodedUri, GltfFile } from './gltfFile.ts';
import { Doubles } from './growing.ts';
import type { JsonPath } from './jsonPlace.ts';
import type { MeshData, TextureData } from './meshData.ts';
import { isReadable } from './place.ts';
import { Polygons } from './polygons.ts';
import { decodeTexture } from './textures.ts';
import { Welder } from './welder.ts';

/**
 * Reads a glTF or GLB file as one mesh: the triangles of its default scene, moved by their nodes. Vertices of a node at the same place and
 * of the same colour become one, since the format splits them at seams. Read are base colours, vertex colours, both linear in glTF, base
 * colour textures, how they wrap and KHR_texture_transform. Skins, morph targets and animations are not applied; points and lines draw
 * nothing.
 *
 * @param path names the file in errors.
 * @param files where buffers and pictures of their own are.
 * @throws FileError `path:line: …`, or `path: byte offset: …` in a GLB file, where it cannot be understood, a buffer is missing, or it
 *   requires an extension that changes its geometry.
 */
export async function parseGltf(bytes: Uint8Array, path: string, files: FilesBeside): Promise<MeshData> {
  const file = new GltfFile(bytes, path);
  await file.load(files);
  return new SceneReader(file).read();
}

/** Column-major. */
type Matrix = readonly number[];

const identity: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/** Nodes may show one mesh many times; this many vertices and corners of faces in all are enough. */
const mostNumbers = 60_000_000;

class SceneReader {
  readonly #file: GltfFile;
  readonly #vertices = new Doubles();
  readonly #colors = new Doubles();
  readonly #uv = new Welder(2);
  readonly #polygons: Polygons;
  readonly #materials: Material[] = [];
  readonly #materialIndices = new Map<TransformMaterial, number>();
  readonly #textures = new Map<string, TextureSource>();
  /** Where the primitive is that is being read. */
  #where: JsonPath = [];
  #hasColors = false;
  #numbers = 0;

  constructor(file: GltfFile) {
    this.#file = file;
    this.#polygons = new Polygons((_, problem) => file.failAt(this.#where, problem));
  }

  async read(): Promise<MeshData> {
    this.#walk();
    const vertices = this.#vertices.finish();
    const uv = this.#uv.finish();
    const textures: [string, TextureData][] = [];
    for (const [name, source] of this.#textures) {
      const texture = await textureOf(name, source, this.#file.path);
      if (texture) textures.push([name, texture]);
    }
    return {
      vertices,
      ...(this.#hasColors && { colors: this.#colors.finish() }),
      uv,
      materials: this.#materials,
      ...this.#polygons.finish(vertices, uv.length / 2),
      ...(textures.length > 0 && { textures: Object.fromEntries(textures) }),
    };
  }

  /** Visits the nodes of the scene, each below its parents' matrices; all meshes as they are where there is no scene. */
  #walk(): void {
    const { json, failAt } = this.#file;
    const { nodes = [], scenes = [] } = json;
    const roots = scenes.length > 0 ? (scenes[json.scene ?? 0].nodes ?? []) : rootsOf(nodes);
    if (nodes.length === 0) for (const mesh of (json.meshes ?? []).keys()) this.#mesh(mesh, identity);
    const waiting = roots.map((node) => ({ node, parent: identity })).reverse();
    const visited = new Set<number>();
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { node: index, parent } = next;
      if (visited.has(index))
        failAt(['nodes', index], `node ${index} stands below two nodes, or below itself`);
      visited.add(index);
      const { mesh, children = [] } = nodes[index];
      const matrix = multiplied(parent, this.#matrixOf(index));
      if (mesh !== undefined) this.#mesh(mesh, matrix);
      for (const child of [...children].reverse()) waiting.push({ node: child, parent: matrix });
    }
  }

  #matrixOf(index: number): Matrix {
    const node = this.#file.json.nodes?.[index] ?? {};
    const read = (name: 'matrix' | 'translation' | 'rotation' | 'scale', count: number) =>
      this.#file.numbers(['nodes', index, name], node[name], count);
    const matrix = read('matrix', 16);
    if (matrix) return matrix;
    const [tx, ty, tz] = read('translation', 3) ?? [0, 0, 0];
    const scale = read('scale', 3) ?? [1, 1, 1];
    const rotation = read('rotation', 4) ?? [0, 0, 0, 1];
    const length = Math.hypot(...rotation) || 1;
    const [x, y, z, w] = rotation.map((value) => value / length);
    const columns = [
      [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)],
      [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)],
      [2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)],
    ];
    return [
      ...columns.flatMap((column, k) => [...column.map((value) => value * scale[k]), 0]),
      tx,
      ty,
      tz,
      1,
    ];
  }

  #mesh(index: number, matrix: Matrix): void {
    const first = this.#vertices.length / 3;
    // Position and colour: what vertices that become one must share.
    const welder = new Welder(6);
    const primitives = this.#file.document.getRoot().listMeshes()[index].listPrimitives();
    primitives.forEach((primitive, p) => {
      this.#where = ['meshes', index, 'primitives', p];
      this.#primitive(primitive, matrix, welder, first);
    });
    const rows = welder.finish();
    for (let i = 0; i < rows.length; i += 6) {
      for (let k = 0; k < 3; k++) this.#vertices.push(rows[i + k]);
      for (let k = 3; k < 6; k++) this.#colors.push(rows[i + k]);
    }
  }

  #primitive(primitive: Primitive, matrix: Matrix, welder: Welder, first: number): void {
    const corners = cornersOf(primitive.getMode());
    const positions = primitive.getAttribute('POSITION');
    if (!corners || !positions) return;
    if (positions.getElementSize() !== 3) this.#fail('positions are no triples');
    const count = positions.getCount();
    const paint = primitive.getAttribute('COLOR_0');
    if (paint && (paint.getCount() < count || paint.getElementSize() < 3))
      this.#fail('has fewer colours than vertices');
    if (paint) this.#hasColors = true;
    const rows = new Int32Array(count);
    const row = [0, 0, 0, 1, 1, 1];
    const element: number[] = [];
    for (let i = 0; i < count; i++) {
      positions.getElement(i, element);
      for (let k = 0; k < 3; k++) {
        row[k] =
          matrix[k] * element[0] + matrix[4 + k] * element[1] + matrix[8 + k] * element[2] + matrix[12 + k];
      }
      if (paint) {
        paint.getElement(i, element);
        for (let k = 0; k < 3; k++) row[3 + k] = Math.min(Math.max(element[k], 0), 1);
      }
      if (!row.every(isReadable)) this.#fail(`vertex ${i} has a number that is not finite`);
      rows[i] = first + welder.add(row);
    }

    const transformMaterial = primitive.getMaterial();
    const material = transformMaterial ? this.#material(transformMaterial) : -1;
    const uvRows = this.#uvRows(primitive, transformMaterial, count);
    const indices = primitive.getIndices()?.getArray() ?? Int32Array.from({ length: count }, (_, i) => i);
    const beyond = indices.findIndex((index: number) => !(Number.isInteger(index) && index < count));
    if (beyond >= 0) this.#fail(`face refers to vertex ${indices[beyond]}, but there are ${count}`);
    this.#numbers += count + indices.length;
    if (this.#numbers > mostNumbers)
      this.#fail(`the scene has more than ${mostNumbers} vertices and corners`);
    const isMirrored = determinant(matrix) < 0;
    corners(indices.length, (a, b, c) => {
      for (const k of isMirrored ? [a, c, b] : [a, b, c]) {
        this.#polygons.corner(rows[indices[k]], uvRows ? uvRows[indices[k]] : -1);
      }
      this.#polygons.close(0, material);
    });
  }

  /** Rows of texture coordinates by vertex, v turned upwards: those of the material's texture, else the first. */
  #uvRows(primitive: Primitive, material: TransformMaterial | null, count: number): Int32Array | undefined {
    const { set, apply } = this.#uvTransform(material);
    const values = primitive.getAttribute(`TEXCOORD_${set}`);
    if (!values) return undefined;
    if (values.getCount() < count || values.getElementSize() !== 2)
      this.#fail('has fewer texture coordinates than vertices');
    const element: number[] = [];
    return Int32Array.from({ length: count }, (_, i) => {
      const [u, v] = apply(values.getElement(i, element));
      if (!isReadable(u) || !isReadable(v))
        this.#fail(`vertex ${i} has a texture coordinate that is not finite`);
      return this.#uv.add([u, 1 - v]);
    });
  }

  /** KHR_texture_transform: offset · rotation · scale. */
  #uvTransform(material: TransformMaterial | null) {
    const info = material?.getBaseColorTextureInfo();
    const index = material ? this.#file.document.getRoot().listMaterials().indexOf(material) : -1;
    const where = [
      'materials',
      index,
      'pbrMetallicRoughness',
      'baseColorTexture',
      'extensions',
      'KHR_texture_transform',
    ];
    const definition = this.#file.json.materials?.[index]?.pbrMetallicRoughness?.baseColorTexture?.extensions
      ?.KHR_texture_transform as
      | { offset?: unknown; rotation?: unknown; scale?: unknown; texCoord?: unknown }
      | undefined;
    const [x, y] = this.#file.numbers([...where, 'offset'], definition?.offset, 2) ?? [0, 0];
    const [scaleU, scaleV] = this.#file.numbers([...where, 'scale'], definition?.scale, 2) ?? [1, 1];
    const angle = typeof definition?.rotation === 'number' ? definition.rotation : 0;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return {
      set: typeof definition?.texCoord === 'number' ? definition.texCoord : (info?.getTexCoord() ?? 0),
      apply: ([u, v]: readonly number[]) => [
        cos * scaleU * u + sin * scaleV * v + x,
        cos * scaleV * v - sin * scaleU * u + y,
      ],
    };
  }

  #material(material: TransformMaterial): number {
    const known = this.#materialIndices.get(material);
    if (known !== undefined) return known;
    const [red, green, blue, alpha] = material
      .getBaseColorFactor()
      .map((value) => Math.min(Math.max(value, 0), 1));
    const isOpaque = material.getAlphaMode() === 'OPAQUE';
    const texture = this.#texture(material, isOpaque);
    this.#materialIndices.set(material, this.#materials.length);
    return (
      this.#materials.push({
        name: material.getName(),
        diffuse: [red, green, blue],
        opacity: isOpaque ? 1 : alpha,
        ...(texture !== undefined && { diffuseTexture: texture }),
      }) - 1
    );
  }

  /** The name of a material's texture: that of its picture, with a number where the same picture is used in several ways. */
  #texture(material: TransformMaterial, isOpaque: boolean): string | undefined {
    const picture = material.getBaseColorTexture();
    const info = material.getBaseColorTextureInfo();
    if (!picture || !info) return undefined;
    const index = this.#file.document.getRoot().listTextures().indexOf(picture);
    const image = this.#file.json.images?.[index];
    const isFile = typeof image?.uri === 'string' && !/^data:/i.test(image.uri);
    const plain = isFile
      ? decodedUri(String(image.uri))
      : typeof image?.name === 'string' && image.name
        ? image.name
        : `image ${index}`;
    const source: TextureSource = {
      bytes: image?.bufferView === undefined ? this.#file.pictures[index] : (picture.getImage() ?? undefined),
      index,
      isOpaque,
      ...wrapOf(info),
    };
    let name = plain;
    for (let n = 2; ; n++) {
      const taken = this.#textures.get(name);
      const isSame =
        taken?.index === index &&
        taken.isOpaque === isOpaque &&
        taken.wrapU === source.wrapU &&
        taken.wrapV === source.wrapV;
      if (!taken) this.#textures.set(name, source);
      if (!taken || isSame) return name;
      name = `${plain} ${n}`;
    }
  }

  #fail(problem: string): never {
    return this.#file.failAt(this.#where, problem);
  }
}

interface TextureSource {
  bytes: Uint8Array | undefined;
  /** Of the picture in the file. */
  index: number;
  /** Whether its alpha says nothing. */
  isOpaque: boolean;
  wrapU?: WrapMode;
  wrapV?: WrapMode;
}

async function textureOf(
  name: string,
  { bytes, isOpaque, wrapU, wrapV }: TextureSource,
  path: string,
): Promise<TextureData | undefined> {
  const image = await decodeTexture(bytes, name, path);
  if (!image) return undefined;
  if (isOpaque) for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255;
  return { image, ...(wrapU && { wrapU }), ...(wrapV && { wrapV }) };
}

const wrapModes: Record<number, WrapMode> = { 33071: 'clamp', 33648: 'mirror' };

function wrapOf(info: TextureInfo): Pick<TextureSource, 'wrapU' | 'wrapV'> {
  const [wrapU, wrapV] = [wrapModes[info.getWrapS()], wrapModes[info.getWrapT()]];
  return { ...(wrapU && { wrapU }), ...(wrapV && { wrapV }) };
}

type TakeTriangle = (a: number, b: number, c: number) => void;

/** How a list of corners makes triangles; none for points and lines. */
function cornersOf(mode: number): ((count: number, take: TakeTriangle) => void) | undefined {
  const [list, strip, fan] = [4, 5, 6];
  if (mode === list) {
    return (count, take) => {
      for (let k = 2; k < count; k += 3) take(k - 2, k - 1, k);
    };
  }
  if (mode === strip) {
    return (count, take) => {
      for (let k = 2; k < count; k++) take(k % 2 === 0 ? k - 2 : k - 1, k % 2 === 0 ? k - 1 : k - 2, k);
    };
  }
  if (mode === fan) {
    return (count, take) => {
      for (let k = 2; k < count; k++) take(0, k - 1, k);
    };
  }
  return undefined;
}

function multiplied(a: Matrix, b: Matrix): Matrix {
  return Array.from({ length: 16 }, (_, i) => {
    const [row, column] = [i % 4, i - (i % 4)];
    return (
      a[row] * b[column] +
      a[4 + row] * b[column + 1] +
      a[8 + row] * b[column + 2] +
      a[12 + row] * b[column + 3]
    );
  });
}

const determinant = (m: Matrix) =>
  m[0] * (m[5] * m[10] - m[9] * m[6]) -
  m[4] * (m[1] * m[10] - m[9] * m[2]) +
  m[8] * (m[1] * m[6] - m[5] * m[2]);

/** Nodes that are nobody's children. */
function rootsOf(nodes: readonly GLTF.INode[]): number[] {
  const children = new Set(nodes.flatMap((node) => node.children ?? []));
  return [...nodes.keys()].filter((index) => !children.has(index));
}
