// Grey PNG of 16 bits, for depth: 8 bits show steps.

import type { NdArray } from 'ndarray';

/** The bytes of a PNG file. @param image [H, W, 1], numbers that are cut to 0 … 1 */
export async function encodeGreyPng(image: NdArray<Float32Array>): Promise<Uint8Array> {
  const [height, width] = image.shape;
  const values = new Uint16Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = Math.min(Math.max(image.get(row, column, 0), 0), 1);
      values[row * width + column] = Math.round(65535 * value);
    }
  }
  const { PNG } = await import('pngjs');
  const png = new PNG({ width, height });
  png.data = Buffer.from(values.buffer);
  return PNG.sync.write(png, { bitDepth: 16, colorType: 0, inputColorType: 0, inputHasAlpha: false });
}
