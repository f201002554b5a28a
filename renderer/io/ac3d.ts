// AC3D, the format of FlightGear's aircraft: materials, then a tree of objects, each moved and turned against the one it is in. TORCS's
// dialect with strips of triangles (.acc) is read too.

import type { Material } from '../mesh/mesh.ts';
import { linearOfFile } from './colorSpace.ts';
import { Doubles } from './growing.ts';
import { Lines } from './lines.ts';
import type { MeshData } from './meshData.ts';
import { isReadable } from './place.ts';
import { Polygons } from './polygons.ts';
import { Welder } from './welder.ts';

/**
 * Reads an AC3D file as one mesh. A vertex v of an object is at rot · v + loc in what the object is in, v a column and rot
 * written by rows, as OpenSceneGraph has it. Colours are taken as sRGB. A material of the mesh is one of the file's together with a texture
 * and a crease angle, as objects have those.
 * Lines, lights and groups draw nothing. Many files end before all kids that they promise have come, which is let pass.
 *
 * @param path names the file in errors.
 * @throws FileError `path:line: …` where a line cannot be understood, or something ends early.
 */
export function parseAc3d(text: string | Uint8Array, path = 'AC3D'): MeshData {
  return new Reader(new Lines(text, path)).read();
}

/** Low four bits of a surface's flags; other values are lines. */
const surfaceKinds = { polygon: 0, strip: 4 };

const smoothFlag = 0x10;

/** TORCS's layers over the first one: a second pattern, marks of skidding, shadow. */
const furtherTexture = /\s(tiled|skids|shad)$/;

/** Takes columns v to rot · v + loc. */
interface Transform {
  /** [9] row-major */
  rot: number[];
  loc: number[];
}

const identity: Transform = { rot: [1, 0, 0, 0, 1, 0, 0, 0, 1], loc: [0, 0, 0] };

interface SceneObject extends Transform {
  line: number;
  texture?: string;
  creaseDegrees: number;
  repeat: number[];
  offset: number[];
  /** Its first vertex among all. */
  firstVertex: number;
  /** Surfaces that it says to have, less those read. */
  surfacesLeft: number;
}

class Reader {
  readonly #lines: Lines;
  readonly #palette: Material[] = [];
  readonly #materials: Material[] = [];
  /** Of a material of the file with a texture: its index among the mesh's. */
  readonly #materialIndices = new Map<string, number>();
  readonly #vertices = new Doubles();
  readonly #uv = new Welder(2);
  readonly #polygons: Polygons;
  readonly #values = new Float64Array(9);

  constructor(lines: Lines) {
    this.#lines = lines;
    this.#polygons = new Polygons(lines.failAt);
  }

  read(): MeshData {
    const lines = this.#lines;
    if (!lines.nextLine() || !/^AC3D[0-9a-f]/i.test(lines.word)) lines.fail('does not begin with AC3D');
    /** Objects whose kids are being read, and how many are still to come. */
    const open: { transform: Transform; kidsLeft: number }[] = [];
    let object: SceneObject | undefined;
    while (lines.nextLine()) {
      const keyword = lines.word;
      if (keyword === 'MATERIAL') {
        this.#palette.push(this.#material(lines.rest()));
      } else if (keyword === 'MAT') {
        this.#palette.push(this.#material(this.#block()));
      } else if (keyword === 'OBJECT') {
        if (object) lines.fail('object begins before the one before it ends with its kids');
        object = {
          ...identity,
          line: lines.line,
          creaseDegrees: 45,
          repeat: [1, 1],
          offset: [0, 0],
          firstVertex: this.#vertexCount,
          surfacesLeft: 0,
        };
      } else if (object && keyword === 'kids') {
        if (object.surfacesLeft !== 0)
          lines.fail(`object has ${object.surfacesLeft} surfaces fewer than it says`);
        const transform = inside(open.at(-1)?.transform ?? identity, object);
        this.#place(object, transform);
        object = undefined;
        const parent = open.at(-1);
        if (parent) parent.kidsLeft--;
        open.push({ transform, kidsLeft: this.#count('kids') });
        while (open.at(-1)?.kidsLeft === 0) open.pop();
      } else if (object) {
        this.#property(object, keyword);
      }
    }
    if (object) lines.fail(`ends within the object that begins on line ${object.line}`);
    const vertices = this.#vertices.finish();
    const uv = this.#uv.finish();
    return {
      vertices,
      uv,
      materials: this.#materials,
      ...this.#polygons.finish(vertices, uv.length / 2),
    };
  }

  get #vertexCount(): number {
    return this.#vertices.length / 3;
  }

  #property(object: SceneObject, keyword: string): void {
    const lines = this.#lines;
    switch (keyword) {
      case 'data': {
        const length = this.#count('data');
        lines.passLine();
        lines.skipBytes(length);
        break;
      }
      case 'texture': {
        const text = lines.rest();
        if (!furtherTexture.test(text)) object.texture = unquoted(text).replaceAll('\\', '/');
        break;
      }
      case 'texrep':
        object.repeat = this.#numbers(keyword, 2);
        break;
      case 'texoff':
        object.offset = this.#numbers(keyword, 2);
        break;
      case 'crease':
        object.creaseDegrees = Math.min(Math.max(this.#numbers(keyword, 1)[0], 0), 180);
        break;
      case 'rot':
        object.rot = this.#numbers(keyword, 9);
        break;
      case 'loc':
        object.loc = this.#numbers(keyword, 3);
        break;
      case 'numvert': {
        const count = this.#count(keyword);
        for (let i = 0; i < count; i++) {
          if (!lines.nextLine()) lines.fail(`ends after ${i} of ${count} vertices`);
          for (const value of this.#lineNumbers('vertex', 3)) this.#vertices.push(value);
        }
        break;
      }
      case 'numsurf':
        object.surfacesLeft += this.#count(keyword);
        break;
      case 'SURF':
        object.surfacesLeft--;
        this.#surface(object);
        break;
    }
  }

  /** A surface: flags, then lines `mat` and `refs`, then a line a corner. */
  #surface(object: SceneObject): void {
    const lines = this.#lines;
    const { line } = lines;
    const flags = lines.nextWord() ? Number(lines.word) : Number.NaN;
    if (!Number.isInteger(flags)) lines.fail('SURF has no flags');
    const kind = flags & 15;
    const isDrawn = kind === surfaceKinds.polygon || kind === surfaceKinds.strip;
    let material = -1;
    while (lines.nextLine()) {
      if (lines.word === 'mat') {
        // Surfaces that are not to be shaded smoothly are flat.
        const crease = flags & smoothFlag ? object.creaseDegrees : 0;
        const index = this.#count('mat');
        if (isDrawn) material = this.#materialOf(index, object.texture, crease);
      } else if (lines.word === 'refs') {
        const count = this.#count('refs');
        const corners: [vertex: number, uv: number][] = [];
        for (let i = 0; i < count; i++) {
          if (!lines.nextLine()) lines.fail(`ends after ${i} of ${count} corners of a surface`);
          corners.push(this.#corner(object));
        }
        const runs =
          kind === surfaceKinds.strip ? strip(corners) : kind === surfaceKinds.polygon ? [corners] : [];
        for (const run of runs) {
          for (const [vertex, uv] of run) this.#polygons.corner(vertex, uv);
          this.#polygons.close(line, material);
        }
        return;
      } else {
        lines.fail(`surface has "${lines.word.slice(0, 40)}", expected mat or refs`);
      }
    }
    lines.fail('ends within a surface');
  }

  /** `vertex u v`; the vertex counts from the object's first. */
  #corner(object: SceneObject): [vertex: number, uv: number] {
    const lines = this.#lines;
    const [vertex, u = 0, v = 0] = this.#lineNumbers('corner', 1);
    const own = this.#vertexCount - object.firstVertex;
    if (!(Number.isInteger(vertex) && vertex >= 0 && vertex < own)) {
      lines.fail(`corner refers to vertex ${vertex}, but the object has ${own} vertices`);
    }
    if (object.texture === undefined) return [object.firstVertex + vertex, -1];
    const uv = [u * object.repeat[0] + object.offset[0], v * object.repeat[1] + object.offset[1]];
    if (!uv.every(isReadable))
      lines.fail(`corner has the texture coordinates ${uv.join(' ')}, expected finite ones`);
    return [object.firstVertex + vertex, this.#uv.add(uv)];
  }

  /** Moves the vertices of an object to where they are in the scene. */
  #place(object: SceneObject, { rot, loc }: Transform): void {
    for (let i = 3 * object.firstVertex; i < this.#vertices.length; i += 3) {
      const [x, y, z] = [this.#vertices.get(i), this.#vertices.get(i + 1), this.#vertices.get(i + 2)];
      for (let k = 0; k < 3; k++) {
        const value = rot[3 * k] * x + rot[3 * k + 1] * y + rot[3 * k + 2] * z + loc[k];
        if (!isReadable(value))
          this.#lines.failAt(object.line, 'object has a vertex too far away for single precision');
        this.#vertices.set(i + k, value);
      }
    }
  }

  #materialOf(index: number, texture: string | undefined, creaseDegrees: number): number {
    const material = this.#palette[index];
    if (!material)
      this.#lines.fail(`surface has material ${index}, but the file has ${this.#palette.length}`);
    const key = `${index} ${creaseDegrees} ${texture ?? ''}`;
    const known = this.#materialIndices.get(key);
    if (known !== undefined) return known;
    this.#materialIndices.set(key, this.#materials.length);
    return (
      this.#materials.push({ ...material, creaseDegrees, ...(texture && { diffuseTexture: texture }) }) - 1
    );
  }

  /** The lines up to ENDMAT, as version 12 of the format writes a material. */
  #block(): string {
    const parts = [this.#lines.rest()];
    while (this.#lines.nextLine()) {
      const { word } = this.#lines;
      if (word === 'ENDMAT') return parts.join(' ');
      parts.push(`${word} ${this.#lines.rest()}`);
    }
    return this.#lines.fail('ends within a material');
  }

  /** `"name" rgb r g b amb r g b emis r g b spec r g b shi n trans t` */
  #material(text: string): Material {
    const name = unquoted(text);
    const words = text
      .replace(/^("[^"]*"|\S+)/, '')
      .trim()
      .split(/\s+/);
    const after = (keyword: string, count: number): number[] | undefined => {
      const at = words.indexOf(keyword);
      if (at < 0) return undefined;
      const values = words.slice(at + 1, at + 1 + count).map(Number);
      if (values.length < count || !values.every(isReadable)) {
        this.#lines.fail(
          `material has "${words.slice(at, at + 1 + count).join(' ')}", expected ${count} finite numbers`,
        );
      }
      return values;
    };
    const colorAfter = (keyword: string) =>
      after(keyword, 3)?.map(linearOfFile) as Material['diffuse'] | undefined;
    const [transparency] = after('trans', 1) ?? [0];
    const [shininess] = after('shi', 1) ?? [0];
    const specular = colorAfter('spec');
    return {
      name,
      diffuse: colorAfter('rgb') ?? [1, 1, 1],
      opacity: 1 - Math.min(Math.max(transparency, 0), 1),
      ...(specular && { specular }),
      ...(shininess > 0 && { shininess }),
    };
  }

  /** A whole number that follows a keyword. */
  #count(keyword: string): number {
    const lines = this.#lines;
    const value = lines.nextWord() ? lines.wholeNumber : Number.NaN;
    if (!(value >= 0)) lines.fail(`"${keyword}" has "${lines.word}", expected a whole number`);
    return value;
  }

  /** The numbers that follow a keyword. */
  #numbers(keyword: string, count: number): number[] {
    this.#lines.numbers(keyword, this.#values.subarray(0, count), count);
    return Array.from(this.#values.subarray(0, count));
  }

  /** The up to three numbers of the line, its current word the first of them. */
  #lineNumbers(name: string, least: number): number[] {
    const lines = this.#lines;
    const values: number[] = [];
    do {
      const value = lines.number;
      if (!isReadable(value)) lines.fail(`${name} has "${lines.word}", expected a finite number`);
      values.push(value);
    } while (values.length < 3 && lines.nextWord());
    if (values.length < least) lines.fail(`${name} has ${values.length} numbers, expected ${least}`);
    return values;
  }
}

/** First `inner`, then `outer`. */
function inside(outer: Transform, inner: Transform): Transform {
  const row = (k: number) => outer.rot.slice(3 * k, 3 * k + 3);
  const dot = (a: number[], b: number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const rot = inner.rot.map((_, i) => {
    const column = i % 3;
    return dot(row(Math.floor(i / 3)), [inner.rot[column], inner.rot[3 + column], inner.rot[6 + column]]);
  });
  return { rot, loc: outer.loc.map((offset, k) => dot(row(k), inner.loc) + offset) };
}

/** The triangles of a strip, every second one turned. */
const strip = <Corner>(corners: readonly Corner[]): Corner[][] =>
  corners.slice(2).map((corner, k) => {
    const [a, b] = [corners[k], corners[k + 1]];
    return k % 2 === 0 ? [a, b, corner] : [b, a, corner];
  });

/** What stands in quotation marks at the start of `text`, else its first word. */
const unquoted = (text: string): string => /^"([^"]*)"?/.exec(text)?.[1] ?? text.split(/\s/, 1)[0];
