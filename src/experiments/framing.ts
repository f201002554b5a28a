// Where in a picture its object is and how large, and the same object framed differently.

import ndarray, { type NdArray } from 'ndarray';
import { resizeImage } from '../../renderer/io/index.ts';
import type { Framing } from '../runs/networkInput.ts';

/** The circle of `Framing`, in pixels. */
interface Circle {
  diameter: number;
  x: number;
  y: number;
}

/** The mean of how square pictures [H, W, 4] show their objects; those that show none do not count. Undefined where none does. */
export function meanFraming(images: Iterable<NdArray<Float32Array>>): Framing | undefined {
  let count = 0;
  let [diameter, x, y] = [0, 0, 0];
  for (const image of images) {
    const circle = circleAround(image);
    if (!circle) continue;
    const [side] = image.shape;
    count++;
    diameter += circle.diameter / side;
    x += circle.x / side;
    y += circle.y / side;
  }
  return count > 0 ? { diameter: diameter / count, center: [x / count, y / count] } : undefined;
}

/**
 * The object in a picture of any shape, cut out, moved and scaled to be framed as `framing` says; without one, the whole picture, in the
 * middle of a square as wide as its longer side. What lies beyond the old picture is transparent.
 *
 * @param image [H, W, 4] in 0..1, sRGB and straight alpha; not transparent everywhere
 * @returns [size, size, 4], likewise
 */
export function reframed(
  image: NdArray<Float32Array>,
  framing: Framing | undefined,
  size: number,
): NdArray<Float32Array> {
  if (!framing) {
    const [height, width] = image.shape;
    const side = Math.max(height, width);
    return resizeImage(cropped(image, -((side - width) >> 1), -((side - height) >> 1), side), size, size);
  }
  const { diameter, center } = framing;
  const circle = circleAround(image)!;
  const side = Math.max(1, Math.round(circle.diameter / diameter));
  const left = Math.round(circle.x - center[0] * side);
  const top = Math.round(circle.y - center[1] * side);
  return resizeImage(cropped(image, left, top, side), size, size);
}

/** A pixel belongs to the object with half the coverage of the pixel that has most. Undefined where no pixel has any. */
function circleAround(image: NdArray<Float32Array>): Circle | undefined {
  const [height, width] = image.shape;
  let most = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) most = Math.max(most, image.get(row, column, 3));
  }
  if (most === 0) return undefined;
  const rows: number[] = [];
  const columns: number[] = [];
  for (let row = 0; row < height; row++) {
    let [first, last] = [width, -1];
    for (let column = 0; column < width; column++) {
      if (image.get(row, column, 3) < most / 2) continue;
      first = Math.min(first, column);
      last = column;
    }
    // Of a row, only the ends can be farthest from the middle.
    if (last < 0) continue;
    rows.push(row, row);
    columns.push(first, last);
  }
  const y = (rows[0] + rows[rows.length - 1] + 1) / 2;
  const x = (columns.reduce((a, b) => Math.min(a, b)) + columns.reduce((a, b) => Math.max(a, b)) + 1) / 2;
  const radius = rows.reduce(
    (far, row, i) => Math.max(far, Math.hypot(row + 0.5 - y, columns[i] + 0.5 - x)),
    0,
  );
  return { x, y, diameter: 2 * radius + 1 };
}

/** The square of `side` pixels from (left, top) on, transparent where it leaves the picture. */
function cropped(
  image: NdArray<Float32Array>,
  left: number,
  top: number,
  side: number,
): NdArray<Float32Array> {
  const [height, width] = image.shape;
  const result = ndarray(new Float32Array(side * side * 4), [side, side, 4]);
  for (let row = Math.max(0, top); row < Math.min(height, top + side); row++) {
    for (let column = Math.max(0, left); column < Math.min(width, left + side); column++) {
      for (let c = 0; c < 4; c++) result.set(row - top, column - left, c, image.get(row, column, c));
    }
  }
  return result;
}
