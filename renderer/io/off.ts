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
  const numbers = new Float64Array(16);
  if (!lines.nextLine()) lines.fail('is empty, expected OFF');
  const head = /^(ST)?(C)?(N)?OFF$/.exec(lines.word);
  if (!head && Number.isNaN(lines.wholeNumber)) {
    lines.fail(`begins with "${lines.word}", expected OFF, COFF, NOFF, CNOFF, or one of these after ST`);
  }
  const hasUv = head?.[1] !== undefined;
  const positions = head?.[3] === undefined ? 3 : 6;
  const counts = new Float64Array(3);
  if (head) {
    if (!lines.nextWord() && !lines.nextLine()) lines.fail('ends before the numbers of vertices and faces');
  }
  const [vertexCount, faceCount] = readCounts(lines, counts);

  const vertices = new Doubles();
  const colors = new Doubles();
  const uv = new Doubles();
  for (let i = 0; i < vertexCount; i++) {
    if (!lines.nextLine()) lines.fail(`ends after ${i} of ${vertexCount} vertices`);
    const found = readNumbers(lines, numbers);
    const least = positions + (hasUv ? 2 : 0);
    if (found < least) lines.fail(`vertex ${i} has ${found} numbers, expected at least ${least}`);
    for (let k = 0; k < 3; k++) vertices.push(numbers[k]);
    if (found - least >= 3) {
      while (colors.length < 3 * i) colors.push(Number.NaN);
      for (let k = 0; k < 3; k++) colors.push(numbers[positions + k]);
    }
    if (hasUv) for (let k = found - 2; k < found; k++) uv.push(numbers[k]);
  }

  const polygons = new Polygons(lines.failAt);
  const paints = new Doubles();
  const paintOf = (face: number) => 4 * face;
  for (let i = 0; i < faceCount; i++) {
    if (!lines.nextLine()) lines.fail(`ends after ${i} of ${faceCount} faces`);
    const size = lines.wholeNumber;
    if (!(size >= 0)) lines.fail(`face has "${lines.word}" corners, expected a whole number`);
    for (let k = 0; k < size; k++) {
      const hasMore = lines.nextWord();
      const index = hasMore ? lines.wholeNumber : Number.NaN;
      if (!hasMore) lines.fail(`face has ${k} vertices, expected ${size}`);
      if (!(index >= 0)) lines.fail(`face has the index "${lines.word}", expected a whole number from 0`);
      polygons.corner(index, hasUv ? index : -1);
    }
    const found = lines.nextWord() ? readNumbers(lines, numbers) : 0;
    for (let k = 0; k < 4; k++) paints.push(k < found && found >= 3 ? numbers[k] : Number.NaN);
    // Its colour is known once all of them are: see below.
    polygons.close(lines.line, i);
  }

  const positionsFound = vertices.finish();
  const { faces, uvFaces, faceMaterials } = polygons.finish(positionsFound, uv.length / 2);
  const painted = paints.finish();
  const paint = new FaceColors();
  const paintScale = scaleOf(painted);
  const materialOf = (face: number): number => {
    const from = paintOf(face);
    if (Number.isNaN(painted[from])) return -1;
    const [red, green, blue, alpha] = painted.subarray(from, from + 4);
    return paint.material(
      red / paintScale,
      green / paintScale,
      blue / paintScale,
      Number.isNaN(alpha) ? 1 : alpha / paintScale,
    );
  };
  const colorsFound = colors.finish();
  const scale = scaleOf(colorsFound);
  return {
    vertices: positionsFound,
    faces,
    ...(colorsFound.length > 0 && {
      colors: Float64Array.from({ length: positionsFound.length }, (_, i) =>
        i < colorsFound.length && !Number.isNaN(colorsFound[i]) ? linearOfFile(colorsFound[i] / scale) : 1,
      ),
    }),
    uv: uv.finish(),
    uvFaces,
    faceMaterials: faceMaterials.map(materialOf),
    materials: paint.materials,
  };
}

/** Of colours that are bytes or fractions. */
const scaleOf = (colors: Float64Array): number => (colors.some((value) => value > 1) ? 255 : 1);

/** The numbers of vertices and of faces, from the current word on; that of edges is passed over. */
function readCounts(lines: Lines, counts: Float64Array): [number, number] {
  for (let k = 0; k < 2; k++) {
    if (k > 0 && !lines.nextWord()) lines.fail('has no number of faces');
    counts[k] = lines.wholeNumber;
    if (!(counts[k] >= 0)) {
      lines.fail(`has "${lines.word}" ${k === 0 ? 'vertices' : 'faces'}, expected a whole number`);
    }
  }
  return [counts[0], counts[1]];
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
