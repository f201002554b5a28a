// Depth maps as PNG files: 16 bits of grey.

import { PNG } from 'pngjs';

/** @param words [height * width] */
export function encodeDepthPng(
  words: Uint16Array<ArrayBuffer>,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const grey = { bitDepth: 16, colorType: 0, inputColorType: 0, inputHasAlpha: false } as const;
  const png = new PNG({ width, height, ...grey });
  // The encoder takes the whole of the buffer.
  png.data = Buffer.from(words.slice().buffer);
  return new Uint8Array(PNG.sync.write(png, grey));
}
