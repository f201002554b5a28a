// Cuts an object out of an opaque picture with a white background: what is white and connected to the border is background.

import ndarray, { type NdArray } from 'ndarray';

/** How far below white, of 255, any channel of a background pixel may be: paper, studio light and JPEG are not quite white. */
export const whiteTolerance = 20;

/** Parts of the object smaller than this share of all of it are dust. */
const smallestPart = 1e-3;

/** What a pixel is of; `beyond` is a frame of one pixel around the picture, which spares questions about its ends. */
const kinds = { background: 0, object: 1, beyond: 2 } as const;

/** What share of a picture's outermost pixels is white. */
export function whiteShareOfBorder(image: NdArray<Float32Array>): number {
  const [height, width] = image.shape;
  let count = 0;
  let white = 0;
  for (let row = 0; row < height; row++) {
    const isEnd = row === 0 || row === height - 1;
    for (let column = 0; column < width; column += isEnd ? 1 : Math.max(1, width - 1)) {
      count++;
      if (isWhite(image.data, 4 * (row * width + column))) white++;
    }
  }
  return white / count;
}

/**
 * The picture with alpha 0 in its background, and, where the object's outermost pixels are mixed with white, with the share and the
 * colour of the object in them. White that the object encloses stays.
 *
 * @param image [H, W, 4] in 0..1, sRGB; opaque, contiguous
 */
export function cutFromWhite(image: NdArray<Float32Array>): NdArray<Float32Array> {
  const [height, width] = image.shape;
  const stride = width + 2;
  const around = [-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1];
  const kind = separate(image, around);
  const at = (pixel: number) => 4 * ((Math.floor(pixel / stride) - 1) * width + (pixel % stride) - 1);
  const isOutline = (pixel: number) => around.some((step) => kind[pixel + step] === kinds.background);
  const result = ndarray(new Float32Array(height * width * 4), [height, width, 4]);
  for (let pixel = 0; pixel < kind.length; pixel++) {
    if (kind[pixel] !== kinds.object) continue;
    const from = at(pixel);
    let alpha = 1;
    if (isOutline(pixel)) {
      const neighbours = around.map((step) => pixel + step).filter((next) => kind[next] === kinds.object);
      const inside = neighbours.filter((next) => !isOutline(next));
      const darknesses = (pixels: number[]) => pixels.map((next) => darkness(image.data, at(next)));
      // As dark as inside, or, where the object is too thin to have an inside, as its darkest hereabouts.
      const own =
        inside.length > 0
          ? darknesses(inside).reduce((sum, value) => sum + value) / inside.length
          : Math.max(...darknesses([pixel, ...neighbours]));
      alpha = Math.min(1, darkness(image.data, from) / own);
    }
    // Mixed as pictures usually are, in sRGB: picture = alpha · object + (1 − alpha) · white.
    for (let k = from; k < from + 3; k++) result.data[k] = Math.max(0, 1 - (1 - image.data[k]) / alpha);
    result.data[from + 3] = alpha;
  }
  return result;
}

/** `kinds` of the pixels of a picture and of the frame around it: [(H + 2) · (W + 2)]. */
function separate(image: NdArray<Float32Array>, around: readonly number[]): Uint8Array {
  const [height, width] = image.shape;
  const stride = width + 2;
  const kind = new Uint8Array((height + 2) * stride).fill(kinds.beyond);
  const white = new Uint8Array(kind.length);
  const background: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = (row + 1) * stride + column + 1;
      kind[pixel] = kinds.object;
      white[pixel] = isWhite(image.data, 4 * (row * width + column)) ? 1 : 0;
      const isOutermost = row === 0 || row === height - 1 || column === 0 || column === width - 1;
      if (!isOutermost || white[pixel] === 0) continue;
      kind[pixel] = kinds.background;
      background.push(pixel);
    }
  }
  for (let pixel = background.pop(); pixel !== undefined; pixel = background.pop()) {
    for (const step of [-stride, -1, 1, stride]) {
      const next = pixel + step;
      if (kind[next] !== kinds.object || white[next] === 0) continue;
      kind[next] = kinds.background;
      background.push(next);
    }
  }
  removeDust(kind, around);
  return kind;
}

/** Makes background of small parts of the object; parts that meet at a corner are one. */
function removeDust(kind: Uint8Array, around: readonly number[]): void {
  const seen = new Uint8Array(kind.length);
  const parts: number[][] = [];
  let area = 0;
  for (let first = 0; first < kind.length; first++) {
    if (kind[first] !== kinds.object || seen[first] === 1) continue;
    const part = [first];
    seen[first] = 1;
    for (let i = 0; i < part.length; i++) {
      for (const step of around) {
        const next = part[i] + step;
        if (kind[next] !== kinds.object || seen[next] === 1) continue;
        seen[next] = 1;
        part.push(next);
      }
    }
    area += part.length;
    parts.push(part);
  }
  for (const part of parts) {
    if (part.length < smallestPart * area) for (const pixel of part) kind[pixel] = kinds.background;
  }
}

const darkness = (data: Float32Array, k: number) => 3 - data[k] - data[k + 1] - data[k + 2];

const isWhite = (data: Float32Array, k: number) =>
  Math.min(data[k], data[k + 1], data[k + 2]) >= 1 - (whiteTolerance + 0.5) / 255;
