// Cuts an object out of an opaque picture with a white background: what is white and connected to the border is background.

import ndarray, { type NdArray } from 'ndarray';

/** How far below white, of 255, any channel of a background pixel may be: paper, studio light and JPEG are not quite white. */
export const whiteTolerance = 20;

/** Parts of the object smaller than this share of all of it are dust. */
const smallestPart = 1e-3;

/** What a pixel is of; `beyond` is a frame around the picture, as wide as anything looks, which spares questions about ends. */
const kinds = { background: 0, object: 1, beyond: 2 } as const;
const margin = 2;

/** What share of a picture's outermost pixels is white. */
export function whiteShareOfBorder(image: NdArray<Float32Array>): number {
  const border = borderOf(image);
  return border.filter((k) => isWhite(image.data, k)).length / border.length;
}

/**
 * The picture with alpha 0 in its background, and, where the object's outermost pixels are mixed with white, with the share and the
 * colour of the object in them. White that the object encloses stays. What is nearly white at the border is made white by brightening
 * the whole picture.
 *
 * @param picture [H, W, 4] in 0..1, sRGB; opaque, contiguous, and white somewhere at its border
 */
export function cutFromWhite(picture: NdArray<Float32Array>): NdArray<Float32Array> {
  const image = brightened(picture);
  const [height, width] = image.shape;
  const stride = width + 2 * margin;
  const kind = separate(image);
  const colorAt = (pixel: number) => {
    const from = 4 * ((Math.floor(pixel / stride) - margin) * width + (pixel % stride) - margin);
    return image.data.subarray(from, from + 3);
  };
  const around = square(1, stride);
  const nearby = square(2, stride);
  const isOutline = (pixel: number) => around.some((step) => kind[pixel + step] === kinds.background);
  const result = ndarray(Float32Array.from(image.data), [height, width, 4]);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = (row + margin) * stride + column + margin;
      const to = 4 * (row * width + column);
      if (kind[pixel] === kinds.background) result.data.fill(0, to, to + 4);
      else if (isOutline(pixel)) {
        const neighbours = nearby.map((step) => pixel + step).filter((next) => kind[next] === kinds.object);
        const inside = neighbours.filter((next) => !isOutline(next)).map(colorAt);
        // As inside, or, where the object is too thin to have an inside, as its darkest pixel hereabouts.
        const own = inside.length > 0 ? mean(inside) : darkest(neighbours.map(colorAt));
        // Mixed as pictures usually are, in sRGB: picture = alpha · own + (1 − alpha) · white.
        const alpha = darkness(colorAt(pixel)) / darkness(own);
        if (alpha < 1) result.data.set([...own, alpha], to);
      }
    }
  }
  return result;
}

/** With the median colour of the border, as far as that is white, for white. */
function brightened(image: NdArray<Float32Array>): NdArray<Float32Array> {
  const { data, shape } = image;
  const border = borderOf(image).filter((k) => isWhite(data, k));
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  const paper = [0, 1, 2].map((c) => median(border.map((k) => data[k + c])));
  const white = (value: number, k: number) => (k % 4 === 3 ? value : Math.min(1, value / paper[k % 4]));
  return ndarray(data.map(white), shape);
}

/** Offsets of the outermost pixels. */
function borderOf({ shape: [height, width] }: NdArray<Float32Array>): number[] {
  const offsets: number[] = [];
  for (let row = 0; row < height; row++) {
    const step = row === 0 || row === height - 1 ? 1 : Math.max(1, width - 1);
    for (let column = 0; column < width; column += step) offsets.push(4 * (row * width + column));
  }
  return offsets;
}

/** Steps to the pixels of a square about one, itself among them. */
function square(radius: number, stride: number): number[] {
  const side = 2 * radius + 1;
  return Array.from(
    { length: side ** 2 },
    (_, i) => (Math.floor(i / side) - radius) * stride + (i % side) - radius,
  );
}

/** `kinds` of the pixels of a picture and of the frame around it: [(H + 2 · margin) · (W + 2 · margin)]. */
function separate(image: NdArray<Float32Array>): Uint8Array {
  const [height, width] = image.shape;
  const stride = width + 2 * margin;
  const kind = new Uint8Array((height + 2 * margin) * stride).fill(kinds.beyond);
  const white = new Uint8Array(kind.length);
  const background: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = (row + margin) * stride + column + margin;
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
  removeDust(kind, stride);
  return kind;
}

/** Makes background of small parts of the object; parts that meet at a corner are one. */
function removeDust(kind: Uint8Array, stride: number): void {
  const around = square(1, stride);
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

const mean = (colors: readonly Float32Array[]) =>
  Float32Array.of(0, 0, 0).map((_, c) => colors.reduce((sum, color) => sum + color[c], 0) / colors.length);

const darkest = (colors: readonly Float32Array[]) =>
  colors.reduce((dark, color) => (darkness(color) > darkness(dark) ? color : dark));

const darkness = ([red, green, blue]: Float32Array) => 3 - red - green - blue;

/** Of the colour at offset k. */
const isWhite = (data: Float32Array, k: number) => {
  const least = 1 - (whiteTolerance + 0.5) / 255;
  return data[k] >= least && data[k + 1] >= least && data[k + 2] >= least;
};
