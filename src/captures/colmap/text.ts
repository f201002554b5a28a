// cameras.txt, images.txt and points3D.txt.

import { FileError } from '../../../renderer/errors.ts';
import { type ColmapCamera, type ColmapImage, cameraModel, pinholeOf } from './model.ts';

/** CAMERA_ID MODEL WIDTH HEIGHT PARAMS[] @throws FileError with the line. */
export function parseCameras(text: string, path: string): Map<number, ColmapCamera> {
  const cameras = new Map<number, ColmapCamera>();
  for (const { words, place } of rows(text, path)) {
    if (words.length < 4) {
      throw new FileError(
        place,
        `has ${words.length} entries, expected CAMERA_ID MODEL WIDTH HEIGHT PARAMS[]`,
      );
    }
    const [number, name, ...rest] = words;
    const model = cameraModel(name, place);
    const [id, width, height, ...parameters] = numbers([number, ...rest], place);
    cameras.set(id, pinholeOf(model, width, height, parameters, place));
  }
  return cameras;
}

/** Two lines an image: IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME, and its points, which are left aside. */
export function parseImages(text: string, path: string): ColmapImage[] {
  const images: ColmapImage[] = [];
  let isPoints = false;
  for (const { line, words, place } of lines(text, path)) {
    if (isPoints) {
      isPoints = false;
      continue;
    }
    if (words.length === 0) continue;
    if (words.length < 10) {
      throw new FileError(
        place,
        `has ${words.length} entries, expected IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME`,
      );
    }
    const values = numbers(words.slice(0, 9), place);
    images.push({
      name: line.trim().match(/^(?:\S+\s+){9}(.*)$/)![1],
      quaternion: values.slice(1, 5),
      translation: values.slice(5, 8),
      cameraId: values[8],
      place,
    });
    isPoints = true;
  }
  return images;
}

/** POINT3D_ID X Y Z R G B ERROR TRACK[] */
export function parsePoints(text: string, path: string): Float64Array {
  const points: number[] = [];
  for (const { words, place } of rows(text, path)) {
    if (words.length < 8) {
      throw new FileError(
        place,
        `has ${words.length} entries, expected POINT3D_ID X Y Z R G B ERROR and more`,
      );
    }
    points.push(...numbers(words.slice(1, 4), place));
  }
  return Float64Array.from(points);
}

interface Row {
  line: string;
  words: string[];
  place: string;
}

/** Every line but comments. */
function* lines(text: string, path: string): Generator<Row> {
  for (const [i, line] of text.split('\n').entries()) {
    if (line.startsWith('#')) continue;
    const trimmed = line.trim();
    yield { line, words: trimmed === '' ? [] : trimmed.split(/\s+/), place: `${path}:${i + 1}` };
  }
}

/** Those that say something. */
function* rows(text: string, path: string): Generator<Row> {
  for (const row of lines(text, path)) if (row.words.length > 0) yield row;
}

function numbers(words: readonly string[], place: string): number[] {
  return words.map((word) => {
    const value = Number(word);
    if (!Number.isFinite(value)) throw new FileError(place, `has "${word}", expected a finite number`);
    return value;
  });
}
