// PLY, the Stanford polygon format: a head that says which properties each element has, then the elements, as text or binary.

import { linearOfFile, linearToSrgb } from './colorSpace.ts';
import { FaceColors } from './faceColors.ts';
import { Doubles } from './growing.ts';
import { Lines } from './lines.ts';
import type { MeshData } from './meshData.ts';
import { expectFinite } from './obj.ts';
import { type Fail, failAtByte, isReadable } from './place.ts';
import { Polygons } from './polygons.ts';
import { Welder } from './welder.ts';

/** Scalar types under both of their names, and how a `DataView` reads them. */
const scalarTypes = {
  char: { bytes: 1, read: (view, at) => view.getInt8(at) },
  uchar: { bytes: 1, read: (view, at) => view.getUint8(at) },
  short: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  ushort: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  int: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  uint: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  float: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  double: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
} satisfies Record<string, ScalarType>;

interface ScalarType {
  bytes: number;
  read(view: DataView, at: number, little: boolean): number;
}

type TypeName = keyof typeof scalarTypes;

const typeNames: Record<string, TypeName> = {
  int8: 'char',
  uint8: 'uchar',
  int16: 'short',
  uint16: 'ushort',
  int32: 'int',
  uint32: 'uint',
  float32: 'float',
  float64: 'double',
  ...(Object.fromEntries(Object.keys(scalarTypes).map((name) => [name, name])) as Record<TypeName, TypeName>),
};

interface Property {
  name: string;
  type: TypeName;
  /** Of the number of values, where the property is a list. */
  countType?: TypeName;
}

interface Element {
  name: string;
  count: number;
  properties: Property[];
}

interface Head {
  format: 'ascii' | 'binary_little_endian' | 'binary_big_endian';
  elements: Element[];
  /** Of `comment TextureFile`, as MeshLab writes them. */
  textures: string[];
}

/**
 * Reads a PLY file: ASCII or binary of either byte order. Of the vertices, x, y, z, colours (red, green, blue) and texture coordinates
 * (s, t; u, v; or texture_u, texture_v) are read; of the faces, vertex_indices (or vertex_index), colours, which make materials, and
 * MeshLab's texcoord and texnumber; triangle strips too. All other properties and elements are passed over. Colours are taken as sRGB:
 * whole numbers up to the largest of their type, or fractions.
 *
 * @param path names the file in errors.
 * @throws FileError `path:line: …` or `path: byte offset: …` where the file cannot be understood, or has less than its head says.
 */
export function parsePly(bytes: Uint8Array, path = 'PLY'): MeshData {
  const lines = new Lines(bytes, path);
  const head = readHead(lines);
  const source =
    head.format === 'ascii'
      ? new TextSource(lines)
      : new BinarySource(bytes, lines.passLine(), head.format === 'binary_little_endian', path);
  const mesh = new Gathered(source.failAt, head.textures);
  for (const element of head.elements) {
    const use = mesh.user(element);
    const record: RecordValues = element.properties.map(() => new Doubles());
    for (let i = 0; i < element.count; i++) {
      source.begin(element.name, i, element.count);
      const place = source.place;
      for (let p = 0; p < element.properties.length; p++) {
        const { type, countType } = element.properties[p];
        const values = record[p];
        values.length = 0;
        const count = countType === undefined ? 1 : source.value(countType);
        if (!Number.isInteger(count) || count < 0) {
          source.failAt(place, `list has ${count} values, expected a whole number`);
        }
        for (let k = 0; k < count; k++) values.push(source.value(type));
      }
      use?.(record, place);
    }
  }
  return mesh.finish();
}

/** Of each property of an element, its one value or those of its list. */
type RecordValues = Doubles[];

function readHead(lines: Lines): Head {
  const first = lines.nextLine() ? lines.word : '';
  if (first !== 'ply') lines.fail('does not begin with "ply"');
  let format: Head['format'] | undefined;
  const elements: Element[] = [];
  const textures: string[] = [];
  while (lines.nextLine()) {
    const keyword = lines.word;
    const words = lines.rest().split(/\s+/);
    switch (keyword) {
      case 'format':
        if (!/^(ascii|binary_little_endian|binary_big_endian)$/.test(words[0])) {
          lines.fail(
            `has the format "${words[0]}", expected ascii, binary_little_endian or binary_big_endian`,
          );
        }
        format = words[0] as Head['format'];
        break;
      case 'comment':
        if (words[0] === 'TextureFile') textures.push(words.slice(1).join(' ').replaceAll('\\', '/'));
        break;
      case 'element': {
        const count = Number(words[1]);
        if (!/^\d+$/.test(words[1] ?? '')) lines.fail(`element "${words[0]}" has no number of records`);
        elements.push({ name: words[0], count, properties: [] });
        break;
      }
      case 'property': {
        const element = elements.at(-1);
        if (!element) return lines.fail('property stands before any element');
        const isList = words[0] === 'list';
        const [countType, type] = isList ? [words[1], words[2]] : [undefined, words[0]];
        element.properties.push({
          name: words[isList ? 3 : 1] ?? '',
          type: typeOf(lines, type),
          ...(isList && { countType: typeOf(lines, countType) }),
        });
        break;
      }
      case 'end_header': {
        if (!format) return lines.fail('head ends without a format');
        const empty = elements.find(({ count, properties }) => count > 0 && properties.length === 0);
        if (empty) lines.fail(`element "${empty.name}" has no properties`);
        return { format, elements, textures };
      }
    }
  }
  return lines.fail('ends within the head');
}

function typeOf(lines: Lines, name: string | undefined): TypeName {
  const type = Object.hasOwn(typeNames, name ?? '') ? typeNames[name ?? ''] : undefined;
  return (
    type ??
    lines.fail(`property has the type "${name}", expected one of ${Object.keys(typeNames).join(', ')}`)
  );
}

/** Values one after the other: a line a record. */
class TextSource {
  readonly #lines: Lines;
  readonly failAt: Fail;

  constructor(lines: Lines) {
    this.#lines = lines;
    this.failAt = lines.failAt;
  }

  get place(): number {
    return this.#lines.line;
  }

  begin(name: string, index: number, count: number): void {
    if (!this.#lines.nextLine()) this.#lines.fail(`ends after ${index} of ${count} records of "${name}"`);
    this.#isFirst = true;
  }

  /** The line's first word is there already. */
  #isFirst = false;

  value(): number {
    if (!this.#isFirst && !this.#lines.nextWord())
      this.#lines.fail('line has fewer numbers than the head says');
    this.#isFirst = false;
    return this.#lines.number;
  }
}

class BinarySource {
  readonly failAt: Fail;
  readonly #view: DataView;
  readonly #isLittle: boolean;
  #at: number;
  #record = '';

  constructor(bytes: Uint8Array, start: number, isLittle: boolean, path: string) {
    this.failAt = failAtByte(path);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isLittle = isLittle;
    this.#at = start;
  }

  get place(): number {
    return this.#at;
  }

  begin(name: string, index: number, count: number): void {
    if (this.#at >= this.#view.byteLength)
      this.failAt(this.#at, `ends after ${index} of ${count} records of "${name}"`);
    this.#record = name;
  }

  value(type: TypeName): number {
    const { bytes, read } = scalarTypes[type];
    const at = this.#at;
    this.#at += bytes;
    if (this.#at > this.#view.byteLength) this.failAt(at, `ends within a record of "${this.#record}"`);
    return read(this.#view, at, this.#isLittle);
  }
}

/** What the elements say, as it comes. */
class Gathered {
  readonly #failAt: Fail;
  readonly #textures: readonly string[];
  readonly #vertices = new Doubles();
  readonly #colors = new Doubles();
  readonly #vertexUv = new Doubles();
  readonly #cornerUv = new Welder(2);
  readonly #polygons: Polygons;
  readonly #faceColors = new FaceColors();

  constructor(failAt: Fail, textures: readonly string[]) {
    this.#failAt = failAt;
    this.#textures = textures;
    this.#polygons = new Polygons(failAt);
  }

  /** What takes the records of an element; none for an element that is passed over. */
  user(element: Element): ((record: RecordValues, place: number) => void) | undefined {
    if (element.name === 'vertex') return this.#vertexUser(element);
    if (element.name === 'face') return this.#faceUser(element);
    if (element.name === 'tristrips') return this.#stripUser(element);
    return undefined;
  }

  finish(): MeshData {
    const vertices = this.#vertices.finish();
    const hasVertexUv = this.#vertexUv.length > 0;
    const uv = hasVertexUv ? this.#vertexUv.finish() : this.#cornerUv.finish();
    const { faces, uvFaces, faceMaterials } = this.#polygons.finish(
      vertices,
      hasVertexUv ? vertices.length / 3 : uv.length / 2,
    );
    const isTextured = this.#textures.length > 0;
    return {
      vertices,
      faces,
      ...(this.#colors.length === vertices.length &&
        vertices.length > 0 && { colors: this.#colors.finish() }),
      uv,
      uvFaces: hasVertexUv ? faces.slice() : uvFaces,
      faceMaterials,
      materials: isTextured
        ? this.#textures.map((name) => ({ name, diffuse: [1, 1, 1], opacity: 1, diffuseTexture: name }))
        : this.#faceColors.materials,
    };
  }

  #vertexUser(element: Element) {
    const position = ['x', 'y', 'z'].map((name) => find(element, name));
    const missing = position.findIndex((property) => property < 0);
    if (missing >= 0) this.#failAt(1, `vertices have no property "${'xyz'[missing]}"`);
    const color = colorOf(element);
    const uv = [
      ['s', 't'],
      ['u', 'v'],
      ['texture_u', 'texture_v'],
    ]
      .map((names) => names.map((name) => find(element, name)))
      .find((properties) => properties.every((property) => property >= 0));
    return (record: RecordValues, place: number) => {
      for (const property of position) this.#vertices.push(this.#finite(record[property], place));
      if (uv) for (const property of uv) this.#vertexUv.push(this.#finite(record[property], place));
      if (color) {
        for (const { property, scale } of color.slice(0, 3)) {
          this.#colors.push(linearOfFile(this.#finite(record[property], place) / scale));
        }
      }
    };
  }

  #faceUser(element: Element) {
    const indices = find(element, 'vertex_indices', 'vertex_index');
    if (indices < 0) return undefined;
    const color = colorOf(element);
    const [uv, texture] = [find(element, 'texcoord'), find(element, 'texnumber')];
    const isTextured = this.#textures.length > 0;
    return (record: RecordValues, place: number) => {
      const corners = record[indices];
      const hasUv = uv >= 0 && corners.length > 0 && record[uv].length === 2 * corners.length;
      for (let k = 0; k < corners.length; k++) {
        this.#polygons.corner(
          this.#index(corners.get(k), place),
          hasUv ? this.#cornerUvIndex(record[uv], k, place) : -1,
        );
      }
      let material = -1;
      if (isTextured) {
        material = texture < 0 ? 0 : record[texture].get(0);
        if (!(material >= -1 && material < this.#textures.length && Number.isInteger(material))) {
          this.#failAt(place, `face has the texture ${material}, but the file has ${this.#textures.length}`);
        }
      } else if (color) {
        const [red, green, blue, alpha] = color.map(
          ({ property, scale }) => this.#finite(record[property], place) / scale,
        );
        material = this.#faceColors.material(red, green, blue, alpha);
      }
      this.#polygons.close(place, material);
    };
  }

  /** Strips of triangles, every second one turned, with −1 between strips. */
  #stripUser(element: Element) {
    const indices = find(element, 'vertex_indices', 'vertex_index');
    if (indices < 0) return undefined;
    return (record: RecordValues, place: number) => {
      const strip = record[indices];
      for (let k = 0, start = 0; k < strip.length; k++) {
        if (strip.get(k) === -1) {
          start = k + 1;
          continue;
        }
        const corner = this.#index(strip.get(k), place);
        if (k < start + 2) continue;
        const [a, b] = [strip.get(k - 2), strip.get(k - 1)];
        for (const vertex of (k - start) % 2 === 0 ? [a, b, corner] : [b, a, corner]) {
          this.#polygons.corner(vertex);
        }
        this.#polygons.close(place);
      }
    };
  }

  #cornerUvIndex(values: Doubles, corner: number, place: number): number {
    const pair = [values.get(2 * corner), values.get(2 * corner + 1)];
    if (!pair.every(isReadable)) this.#failAt(place, 'face has texture coordinates that are not finite');
    return this.#cornerUv.add(pair);
  }

  #finite(values: Doubles, place: number): number {
    const value = values.get(0);
    if (values.length !== 1 || !isReadable(value)) {
      this.#failAt(place, `record has the value ${value}, expected a finite number`);
    }
    return value;
  }

  #index(value: number, place: number): number {
    if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 31)) {
      this.#failAt(place, `face has the index ${value}, expected a whole number from 0`);
    }
    return value;
  }
}

/** Position among the properties, −1 where there is none of these names. */
const find = (element: Element, ...names: string[]): number =>
  element.properties.findIndex(({ name }) => names.includes(name));

/** Where an element has red, green, blue and maybe alpha, and what 1 is in them. */
function colorOf(element: Element): { property: number; scale: number }[] | undefined {
  const found = ['red', 'green', 'blue', 'alpha']
    .map((name) => find(element, name, `diffuse_${name}`))
    .filter((property) => property >= 0);
  if (found.length < 3) return undefined;
  return found.map((property) => {
    const { type } = element.properties[property];
    const scale = { float: 1, double: 1, ushort: 65535 }[type as string] ?? 255;
    return { property, scale };
  });
}

/**
 * The bytes of a binary PLY file (little endian): positions in single precision, colours of vertices, where there are some, as sRGB bytes,
 * and triangles. Texture coordinates and materials are left out.
 *
 * @throws ArgumentError where a coordinate or a colour is not a finite number.
 */
export function encodePly({ vertices, colors, faces }: MeshData): Uint8Array {
  expectFinite('vertices', vertices, 3);
  if (colors) expectFinite('colors', colors, 3);
  const [vertexCount, faceCount] = [vertices.length / 3, faces.length / 3];
  const head = [
    'ply',
    'format binary_little_endian 1.0',
    'comment rastergrad',
    `element vertex ${vertexCount}`,
    ...['x', 'y', 'z'].map((name) => `property float ${name}`),
    ...(colors ? ['red', 'green', 'blue'].map((name) => `property uchar ${name}`) : []),
    `element face ${faceCount}`,
    'property list uchar int vertex_indices',
    'end_header\n',
  ].join('\n');
  const vertexBytes = colors ? 15 : 12;
  const bytes = new Uint8Array(head.length + vertexBytes * vertexCount + 13 * faceCount);
  bytes.set(new TextEncoder().encode(head));
  const view = new DataView(bytes.buffer);
  let at = head.length;
  for (let i = 0; i < vertices.length; i += 3) {
    for (let k = 0; k < 3; k++, at += 4) view.setFloat32(at, vertices[i + k], true);
    if (!colors) continue;
    for (let k = 0; k < 3; k++, at++) {
      bytes[at] = Math.round(255 * linearToSrgb(Math.min(Math.max(colors[i + k], 0), 1)));
    }
  }
  for (let i = 0; i < faces.length; i += 3) {
    bytes[at++] = 3;
    for (let k = 0; k < 3; k++, at += 4) view.setInt32(at, faces[i + k], true);
  }
  return bytes;
}
