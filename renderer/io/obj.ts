// Wavefront OBJ: vertices, with colours where they have them, texture coordinates and polygons with materials. Shared vertices stay
// shared; normals, groups, lines and curves are passed over.

import { ArgumentError, FileError } from '../errors.ts';
import type { Material } from '../mesh/mesh.ts';
import { linearOfFile, linearToSrgb } from './colorSpace.ts';
import { wholeNumber } from './decimal.ts';
import { Doubles } from './growing.ts';
import { Lines, wavefrontLines } from './lines.ts';
import type { MeshData } from './meshData.ts';
import { materialNames } from './mtl.ts';
import { Polygons } from './polygons.ts';

/** What follows each `mtllib`: one file name, which may contain spaces, or several names between spaces. */
export function materialLibraries(text: string | Uint8Array): string[] {
  const lines = new Lines(text, 'OBJ', wavefrontLines);
  const libraries: string[] = [];
  while (lines.nextLine()) if (lines.word === 'mtllib') libraries.push(lines.rest());
  return libraries;
}

/**
 * Reads an OBJ file. Polygons become triangles, by clipping ears where they are concave; faces of one or two corners, which exporters
 * leave behind where edges collapsed, draw nothing and are passed over. Colours (`v x y z r g b`) are taken as sRGB and come out linear;
 * where some vertices have one, the others are white.
 *
 * @param text or its bytes in UTF-8, which is what large files should come as.
 * @param materials of its material libraries: see `materialLibraries`, `parseMtl`. A material in use that is not among them is
 *   added, white.
 * @param path names the file in errors.
 * @throws FileError `path:line: …` where a line cannot be understood or refers to a vertex that the file does not have.
 */
export function parseObj(
  text: string | Uint8Array,
  materials: readonly Material[] = [],
  path = 'OBJ',
): MeshData {
  return withMaterials(scanObj(text, path).mesh, materials);
}

/** An OBJ file by itself: its materials have names only. */
export interface ObjScan {
  mesh: MeshData;
  /** See `materialLibraries`. */
  libraries: string[];
}

/** @throws FileError as `parseObj`. */
export function scanObj(text: string | Uint8Array, path: string): ObjScan {
  const lines = new Lines(text, path, wavefrontLines);
  const vertices = new Doubles();
  const colors = new Doubles();
  const uv = new Doubles();
  const polygons = new Polygons(lines.failAt);
  const libraries: string[] = [];
  const names = new Map<string, number>();
  const values = new Float64Array(6);
  const pair = values.subarray(0, 2);
  let material = -1;
  while (lines.nextLine()) {
    switch (lines.word) {
      case 'v': {
        const hasColor = lines.numbers('v', values, 3) === 6;
        if (hasColor) {
          while (colors.length < vertices.length) colors.push(1);
          for (let k = 3; k < 6; k++) colors.push(linearOfFile(values[k]));
        }
        for (let k = 0; k < 3; k++) vertices.push(values[k]);
        break;
      }
      case 'vt': {
        const hasV = lines.numbers('vt', pair, 1) === 2;
        uv.push(values[0]);
        uv.push(hasV ? values[1] : 0);
        break;
      }
      case 'f':
        readCorners(lines, polygons, vertices.length / 3, uv.length / 2);
        polygons.close(lines.line, material);
        break;
      case 'usemtl': {
        const name = lines.rest();
        if (name !== '' && !names.has(name)) names.set(name, names.size);
        material = names.get(name) ?? -1;
        break;
      }
      case 'mtllib':
        libraries.push(lines.rest());
        break;
    }
  }
  if (vertices.length === 0) throw new FileError(`${path}:1`, 'has no vertices; is it an OBJ file?');
  while (colors.length > 0 && colors.length < vertices.length) colors.push(1);
  const positions = vertices.finish();
  return {
    mesh: {
      vertices: positions,
      ...(colors.length > 0 && { colors: colors.finish() }),
      uv: uv.finish(),
      materials: Array.from(names.keys(), (name) => ({ name, diffuse: [1, 1, 1], opacity: 1 })),
      ...polygons.finish(positions, uv.length / 2),
    },
    libraries,
  };
}

/** `mesh` with `materials` in place of its own ones of the same names, which stay, behind them, where there are none. */
export function withMaterials(mesh: MeshData, materials: readonly Material[]): MeshData {
  const all = [...materials];
  const byName = new Map<string, number>();
  all.forEach(({ name }, index) => {
    if (!byName.has(name)) byName.set(name, index);
  });
  const newIndex = mesh.materials.map((own) => byName.get(own.name) ?? all.push(own) - 1);
  return { ...mesh, materials: all, faceMaterials: mesh.faceMaterials.map((old) => newIndex[old] ?? -1) };
}

/** `vertex`, `vertex/uv`, `vertex//normal` or `vertex/uv/normal`, each from 1, or backwards from −1. */
function readCorners(lines: Lines, polygons: Polygons, vertexCount: number, uvCount: number): void {
  if (!lines.nextWord()) failIndex(lines, lines.start, lines.end, vertexCount);
  do {
    const { bytes, start, end } = lines;
    let slash = start;
    while (slash < end && bytes[slash] !== slashByte) slash++;
    const vertex = cornerIndex(lines, start, slash, vertexCount);
    let second = slash + 1;
    while (second < end && bytes[second] !== slashByte) second++;
    const hasUv = second > slash + 1 && slash + 1 < end;
    polygons.corner(vertex, hasUv ? cornerIndex(lines, slash + 1, second, uvCount) : -1);
  } while (lines.nextWord());
}

const slashByte = 0x2f;

/** From 0. */
function cornerIndex(lines: Lines, start: number, end: number, count: number): number {
  const value = wholeNumber(lines.bytes, start, end);
  if (value > 0) return value - 1;
  if (value < 0 && value >= -count) return count + value;
  return failIndex(lines, start, end, count);
}

function failIndex(lines: Lines, start: number, end: number, count: number): never {
  const word = new TextDecoder().decode(lines.bytes.subarray(start, end));
  const range = count > 0 ? `, or −${count} … −1` : '';
  return lines.fail(`face has the index "${word}", expected a whole number from 1${range}`);
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
  const names = materialNames(materials);
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
      lines.push(current < 0 ? 'usemtl' : `usemtl ${names[current]}`);
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
