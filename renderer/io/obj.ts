// Wavefront OBJ: vertices, with colours where they have them, texture coordinates and polygons with materials. Shared vertices stay
// shared; normals, groups, lines and curves are passed over.

import { ArgumentError, FileError } from '../errors.ts';
import type { Material } from '../mesh/mesh.ts';
import { linearToSrgb, srgbToLinear } from './colorSpace.ts';
import { type Line, linesOf, numbersOf } from './lines.ts';
import type { MeshData } from './meshData.ts';

/** What follows each `mtllib`: one file name, which may contain spaces, or several names between spaces. */
export function materialLibraries(text: string): string[] {
  return Array.from(linesOf(text))
    .filter(({ keyword }) => keyword === 'mtllib')
    .map(({ rest }) => rest);
}

/**
 * Reads the text of an OBJ file. Polygons become fans around their first corner; faces of one or two corners, which exporters leave
 * behind where edges collapsed, draw nothing and are passed over. Colours (`v x y z r g b`) are taken as sRGB and
 * come out linear; where some vertices have one, the others are white.
 *
 * @param materials of its material libraries: see `materialLibraries`, `parseMtl`. A material in use that is not among them is
 *   added, white.
 * @param path names the file in errors.
 * @throws FileError `path:line: …` where a line cannot be understood or refers to a vertex that the file does not have.
 */
export function parseObj(text: string, materials: readonly Material[] = [], path = 'OBJ'): MeshData {
  const vertices: number[] = [];
  const colors: number[] = [];
  const uv: number[] = [];
  const polygons = new Triangles(path);
  const used = [...materials];
  let material = -1;
  for (const line of linesOf(text)) {
    switch (line.keyword) {
      case 'v': {
        const hasColor = line.rest.split(/\s+/, 6).length === 6;
        const values = numbersOf(line, hasColor ? 6 : 3, path);
        if (hasColor) {
          while (colors.length < vertices.length) colors.push(1);
          colors.push(...values.slice(3).map(srgbToLinear));
        }
        vertices.push(values[0], values[1], values[2]);
        break;
      }
      case 'vt': {
        const hasV = /\s/.test(line.rest);
        const [u, v = 0] = numbersOf(line, hasV ? 2 : 1, path);
        uv.push(u, v);
        break;
      }
      case 'f':
        polygons.add(line, material, vertices.length / 3, uv.length / 2);
        break;
      case 'usemtl':
        if (line.rest === '') {
          material = -1;
          break;
        }
        material = used.findIndex(({ name }) => name === line.rest);
        if (material < 0) material = used.push({ name: line.rest, diffuse: [1, 1, 1], opacity: 1 }) - 1;
        break;
    }
  }
  if (vertices.length === 0) throw new FileError(path, 'has no vertices; is it an OBJ file?');
  while (colors.length > 0 && colors.length < vertices.length) colors.push(1);
  return {
    vertices: Float64Array.from(vertices),
    ...(colors.length > 0 && { colors: Float64Array.from(colors) }),
    uv: Float64Array.from(uv),
    materials: used,
    ...polygons.finish(vertices.length / 3, uv.length / 2),
  };
}

/** Gathers polygons as triangles, and checks indices once all vertices are known, since files may refer ahead. */
class Triangles {
  readonly #path: string;
  readonly #faces: number[] = [];
  readonly #uvFaces: number[] = [];
  readonly #materials: number[] = [];
  readonly #lines: number[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  add(line: Line, material: number, vertexCount: number, uvCount: number): void {
    const corners = line.rest.split(/\s+/).map((corner) => {
      const [vertex, uv] = corner.split('/');
      return {
        vertex: this.#index(vertex, vertexCount, line),
        uv: uv ? this.#index(uv, uvCount, line) : -1,
      };
    });
    for (let k = 2; k < corners.length; k++) {
      for (const { vertex, uv } of [corners[0], corners[k - 1], corners[k]]) {
        this.#faces.push(vertex);
        this.#uvFaces.push(uv);
      }
      this.#materials.push(material);
      this.#lines.push(line.number);
    }
  }

  finish(vertexCount: number, uvCount: number): Pick<MeshData, 'faces' | 'uvFaces' | 'faceMaterials'> {
    this.#check(this.#faces, vertexCount, 'vertex', 'vertices');
    this.#check(this.#uvFaces, uvCount, 'texture coordinate', 'texture coordinates');
    return {
      faces: Int32Array.from(this.#faces),
      uvFaces: Int32Array.from(this.#uvFaces),
      faceMaterials: Int32Array.from(this.#materials),
    };
  }

  /** From 0; in the file, from 1, or backwards from −1. */
  #index(word: string, count: number, line: Line): number {
    const value = Number(word);
    if (!Number.isInteger(value) || value === 0 || value < -count) {
      const range = count > 0 ? `, or −${count} … −1` : '';
      this.#fail(line.number, `face has the index "${word}", expected a whole number from 1${range}`);
    }
    return value > 0 ? value - 1 : count + value;
  }

  #check(indices: readonly number[], count: number, one: string, many: string): void {
    const position = indices.findIndex((index) => index >= count);
    if (position < 0) return;
    this.#fail(
      this.#lines[Math.floor(position / 3)],
      `face refers to ${one} ${indices[position] + 1}, but the file has ${count} ${many}`,
    );
  }

  #fail(line: number, problem: string): never {
    throw new FileError(`${this.#path}:${line}`, problem);
  }
}

/**
 * The text of an OBJ file with `mesh`, colours as `v x y z r g b`, numbers with as many digits as it takes to read them back
 * unchanged. Faces without a material after faces with one follow a `usemtl` without a name, which other readers pass over.
 *
 * @param materialLibrary name of the file in which its materials are (`formatMtl`).
 * @throws ArgumentError where a coordinate or a colour is not a finite number.
 */
export function formatObj(mesh: MeshData, materialLibrary?: string): string {
  const { vertices, colors, uv, uvFaces, faces, materials, faceMaterials } = mesh;
  expectFinite('vertices', vertices, 3);
  if (colors) expectFinite('colors', colors, 3);
  expectFinite('uv', uv, 2);
  const decimal = vertices instanceof Float32Array ? shortestFloat32 : String;
  const lines: string[] = materialLibrary === undefined ? [] : [`mtllib ${materialLibrary}`];
  for (let i = 0; i < vertices.length; i += 3) {
    const position = Array.from(vertices.subarray(i, i + 3), decimal);
    const color = colors
      ? Array.from(colors.subarray(i, i + 3), (value) => linearToSrgb(value).toFixed(6))
      : [];
    lines.push(`v ${[...position, ...color].join(' ')}`);
  }
  for (let i = 0; i < uv.length; i += 2) lines.push(`vt ${decimal(uv[i])} ${decimal(uv[i + 1])}`);
  let current = -1;
  for (let f = 0; f < faceMaterials.length; f++) {
    if (faceMaterials[f] !== current) {
      current = faceMaterials[f];
      lines.push(current < 0 ? 'usemtl' : `usemtl ${materials[current].name}`);
    }
    const corners = [3 * f, 3 * f + 1, 3 * f + 2].map((k) =>
      uvFaces[k] < 0 ? `${faces[k] + 1}` : `${faces[k] + 1}/${uvFaces[k] + 1}`,
    );
    lines.push(`f ${corners.join(' ')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** @throws ArgumentError that names the first row, of `width` numbers, in which one is not finite. */
export function expectFinite(name: string, values: MeshData['vertices'], width: number): void {
  const position = values.findIndex((value) => !Number.isFinite(value));
  if (position < 0) return;
  const row = Math.floor(position / width);
  const found = Array.from(values.subarray(row * width, (row + 1) * width)).join(', ');
  throw new ArgumentError(`${name}[${row}] is [${found}], expected finite numbers`);
}

/** The decimal number of fewest digits that is nearest to no other float32. */
function shortestFloat32(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}
