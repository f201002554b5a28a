// OFF, the format of Geomview, with its variants of normals (N), colours (C) and texture coordinates (ST): a head, then a line a
// vertex and a line a face.

import { linearOfFile } from './colorSpace.ts';
import { FaceColors } from './faceColors.ts';
import { Doubles } from './growing.ts';
import { Lines } from './lines.ts';
import type { MeshData } from './meshData.ts';
import { isReadable } from './place.ts';
import { Polygons } from './polygons.ts';

/**
 * Reads an OFF file as text. The head may stand on the line of the counts, or lack. Vertices may have colours without a C in the head, as
 * some programs write them. Colours of vertices are taken as sRGB, in 0 … 255 where the file has one above 1, else in 0 … 1; those of
 * faces make materials. Normals are passed over.
 *
 * @param path names the file in errors.
 * @throws FileError `path:line: …` where a line cannot be understood, or the file has fewer lines than its head says.
 */
export function parseOff(text: string | Uint8Array, path = 'OFF'): MeshData {
  const lines = new Lines(text, path, { comments: true });
  const { vertexCount, faceCount, hasUv, positionNumbers } = readHead(lines);
  const numbers = new Float64Array(16);
  const vertices = new Doubles();
  const colors = new Doubles();
  const uv = new Doubles();
  for (let i = 0; i < vertexCount; i++) {
    if (!lines.nextLine()) lines.fail(`ends after ${i} of ${vertexCount} vertices`);
    const found = readNumbers(lines, numbers);
    const least = positionNumbers + (hasUv ? 2 : 0);
    if (found < least) lines.fail(`vertex ${i} has ${found} numbers, expected at least ${least}`);
    for (let k = 0; k < 3; k++) vertices.push(numbers[k]);
    const hasColor = found - least >= 3;
    for (let k = 0; k < 3; k++) colors.push(hasColor ? numbers[positionNumbers + k] : Number.NaN);
    if (hasUv) for (let k = found - 2; k < found; k++) uv.push(numbers[k]);
  }

  const polygons = new Polygons(lines.failAt);
  /** Four numbers a polygon, NaN where it has none: whether they are bytes shows once all of them are there. */
  const paints = new Doubles();
  for (let i = 0; i < faceCount; i++) {
    if (!lines.nextLine()) lines.fail(`ends after ${i} of ${faceCount} faces`);
    readCorners(lines, polygons, hasUv);
    const found = lines.nextWord() ? readNumbers(lines, numbers) : 0;
    for (let k = 0; k < 4; k++) paints.push(found >= 3 && k < found ? numbers[k] : Number.NaN);
    polygons.close(lines.line, i);
  }

  const positions = vertices.finish();
  const { faces, uvFaces, faceMaterials: polygonOf } = polygons.finish(positions, uv.length / 2);
  const vertexColors = fractions(colors.finish());
  const faceColors = fractions(paints.finish());
  const painted = new FaceColors();
  const faceMaterials = polygonOf.map((polygon) => {
    const [red, green, blue, alpha] = faceColors.subarray(4 * polygon, 4 * polygon + 4);
    if (Number.isNaN(red)) return -1;
    return painted.material(red, green, blue, Number.isNaN(alpha) ? 1 : alpha);
  });
  const hasColors = vertexColors.some((value) => !Number.isNaN(value));
  return {
    vertices: positions,
    faces,
    // White where a vertex has none.
    ...(hasColors && {
      colors: vertexColors.map((value) => (Number.isNaN(value) ? 1 : linearOfFile(value))),
    }),
    uv: uv.finish(),
    uvFaces,
    faceMaterials,
    materials: painted.materials,
  };
}

interface Head {
  vertexCount: number;
  faceCount: number;
  hasUv: boolean;
  /** Of a vertex before its colour: its position, and its normal where it has one. */
  positionNumbers: number;
}

function readHead(lines: Lines): Head {
  if (!lines.nextLine()) lines.fail('is empty, expected OFF');
  const head = /^(ST)?(C)?(N)?OFF$/.exec(lines.word);
  if (!head && Number.isNaN(lines.wholeNumber)) {
    lines.fail(`begins with "${lines.word}", expected OFF, COFF, NOFF, CNOFF, or one of these after ST`);
  }
  const hasCounts = !head || lines.nextWord() || lines.nextLine();
  if (!hasCounts) lines.fail('ends before the numbers of vertices and faces');
  const vertexCount = lines.wholeNumber;
  if (!(vertexCount >= 0)) lines.fail(`has "${lines.word}" vertices, expected a whole number`);
  const faceCount = lines.nextWord() ? lines.wholeNumber : Number.NaN;
  if (!(faceCount >= 0)) lines.fail(`has "${lines.word}" faces, expected a whole number`);
  return {
    vertexCount,
    faceCount,
    hasUv: head?.[1] !== undefined,
    positionNumbers: head?.[3] === undefined ? 3 : 6,
  };
}

/** How many corners, then as many vertices, each with its texture coordinate where the file has such. */
function readCorners(lines: Lines, polygons: Polygons, hasUv: boolean): void {
  const size = lines.wholeNumber;
  if (!(size >= 0)) lines.fail(`face has "${lines.word}" corners, expected a whole number`);
  for (let k = 0; k < size; k++) {
    if (!lines.nextWord()) lines.fail(`face has ${k} vertices, expected ${size}`);
    const index = lines.wholeNumber;
    if (!(index >= 0)) lines.fail(`face has the index "${lines.word}", expected a whole number from 0`);
    polygons.corner(index, hasUv ? index : -1);
  }
}

/** Colours that are bytes where one is above 1, as fractions. */
function fractions(colors: Float64Array): Float64Array {
  return colors.some((value) => value > 1) ? colors.map((value) => value / 255) : colors;
}

/** The numbers of the line from the current word on. */
function readNumbers(lines: Lines, values: Float64Array): number {
  let count = 0;
  do {
    const value = lines.number;
    if (!isReadable(value)) lines.fail(`has "${lines.word}", expected a finite number`);
    values[count++] = value;
  } while (count < values.length && lines.nextWord());
  return count;
}
