// The pixels of a picture with the image-plane coordinates of their centres.

import type { Picture } from '../scene.ts';

export interface Pixel {
  /** row · width + column. */
  index: number;
  x: number;
  y: number;
}

export function* pixelsOf({ width, height }: Picture): Generator<Pixel> {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      yield {
        index: row * width + column,
        x: (2 * column + 1 - width) / width,
        y: (height - 2 * row - 1) / height,
      };
    }
  }
}

export function pixelAt(picture: Picture, index: number): Pixel {
  const { width, height } = picture;
  const inPicture = index % (width * height);
  const row = Math.floor(inPicture / width);
  return { index, x: (2 * (inPicture % width) + 1 - width) / width, y: (height - 2 * row - 1) / height };
}
