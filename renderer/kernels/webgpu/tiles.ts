// Which faces may reach which tiles of the picture, a bit a face, so that a pixel looks only at the faces of its own tile, in the order
// of their indices. One thread fills a word of 32 faces.

import type * as tf from '@tensorflow/tfjs';
import type { Picture } from '../scene.ts';
import { main, program, run } from './program.ts';
import { type DeviceScene, pixelFunctions } from './scene.ts';

/** Side of a tile in pixels. */
const tileSize = 8;

/** How far beyond its box, in pixels, a face is tried; the program that looks at the pixel has the last word. */
const slack = 0.01;

const tileWord = program({
  name: 'tiles',
  tensors: ['projected', 'corners', 'slotStarts'],
  numbers: { width: 'i32', height: 'i32', words: 'i32', marginX: 'f32', marginY: 'f32' },
  code: `
    ${pixelFunctions}
    ${main(`
    let across = (uniforms.width + ${tileSize - 1}) / ${tileSize};
    let down = (uniforms.height + ${tileSize - 1}) / ${tileSize};
    let word = index % uniforms.words;
    let tile = (index / uniforms.words) % (across * down);
    let item = index / (uniforms.words * across * down);
    let column = ${tileSize} * (tile % across);
    let row = ${tileSize} * (tile / across);
    let margin = vec2<f32>(uniforms.marginX, uniforms.marginY);
    let topLeft = pixelCenter(column, row) + vec2<f32>(-margin.x, margin.y);
    let bottomRight = pixelCenter(column + ${tileSize - 1}, row + ${tileSize - 1}) + vec2<f32>(margin.x, -margin.y);
    var bits = 0u;
    let first = slotStarts[item] + 32 * word;
    let end = min(first + 32, slotStarts[item + 1]);
    for (var slot = first; slot < end; slot++) {
      if (!canBeDrawn(slot)) { continue; }
      let box = bounds(slot);
      if (box.x <= bottomRight.x && box.z >= topLeft.x && box.y <= topLeft.y && box.w >= bottomRight.y) {
        bits |= 1u << u32(slot - first);
      }
    }
    result[index] = bitcast<i32>(bits);`)}`,
});

/** int32 [B, tiles, words]: bit f % 32 of word ⌊f / 32⌋ where face f, grown by `margin` on every side (image-plane units), may reach the tile. */
export function tileBits(
  { corners, slotStarts, batch, mostFaces }: DeviceScene,
  projected: tf.Tensor,
  { width, height }: Picture,
  margin: number,
): tf.Tensor {
  const words = Math.max(1, Math.ceil(mostFaces / 32));
  const tiles = Math.ceil(width / tileSize) * Math.ceil(height / tileSize);
  return run(
    tileWord,
    batch * tiles * words,
    {
      projected,
      corners,
      slotStarts,
      width,
      height,
      words,
      marginX: margin + (2 * slack) / width,
      marginY: margin + (2 * slack) / height,
    },
    [batch, tiles, words],
    'int32',
  );
}

/** Runs `body` for each `slot` that may reach the tile of pixel (`column`, `row`) of `item`; `tiles` is among the program's tensors. */
export const forEachSlot = (body: string): string => `
  let across = (uniforms.width + ${tileSize - 1}) / ${tileSize};
  let down = (uniforms.height + ${tileSize - 1}) / ${tileSize};
  let words = uniforms.tilesShape.z;
  let firstWord = words * (across * down * item + across * (row / ${tileSize}) + column / ${tileSize});
  for (var word = 0; word < words; word++) {
    var bits = bitcast<u32>(tiles[firstWord + word]);
    while (bits != 0u) {
      let slot = slotStarts[item] + 32 * word + i32(firstTrailingBit(bits));
      bits &= bits - 1u;
      ${body}
    }
  }`;

/** The pixel of thread `index`: `item`, `row`, `column`, and `center`. */
export const thisPixel = `
  let item = index / (uniforms.width * uniforms.height);
  let row = (index / uniforms.width) % uniforms.height;
  let column = index % uniforms.width;
  let center = pixelCenter(column, row);`;
