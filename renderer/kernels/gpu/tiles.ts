// Which faces touch which tiles of the picture, so that a pixel looks only at the faces of its own tile. Made on the host, in double
// precision; cost grows with faces and the tiles that they touch.

import type { Picture } from '../scene.ts';

/** Side of a tile in pixels. */
export const tileSize = 8;

/** Columns and rows of pixels that each face may reach, both ends included; empty where first > last. Four numbers a face. */
export type PixelBoxes = Int32Array;

/** Pairs of a tile and a face, in the order of tiles, then faces. */
export interface TilePairs {
  /** Tiles in a row of tiles. */
  across: number;
  /** Pairs of tile t are starts[t] up to starts[t + 1]. */
  starts: Int32Array;
  /** Face of each pair. */
  faces: Int32Array;
}

/**
 * Pairs each face with the tiles under its box, or those of them that are `wanted`. A tile that `enough` earlier faces fill wholly
 * takes no more: no pixel of it will hear them.
 */
export function pairTiles(
  picture: Picture,
  boxes: PixelBoxes,
  wanted: Uint8Array = new Uint8Array(tileCount(picture)).fill(1),
  enough = Infinity,
): TilePairs {
  const across = Math.ceil(picture.width / tileSize);
  const tiles = wanted.length;
  const starts = new Int32Array(tiles + 1);
  forEachPair(boxes, across, wanted, enough, (tile) => starts[tile + 1]++);
  for (let tile = 0; tile < tiles; tile++) starts[tile + 1] += starts[tile];
  const faces = new Int32Array(starts[tiles]);
  const next = starts.slice(0, tiles);
  forEachPair(boxes, across, wanted, enough, (tile, face) => {
    faces[next[tile]++] = face;
  });
  return { across, starts, faces };
}

export const tileCount = ({ width, height }: Picture): number =>
  Math.ceil(width / tileSize) * Math.ceil(height / tileSize);

function forEachPair(
  boxes: PixelBoxes,
  across: number,
  wanted: Uint8Array,
  enough: number,
  visit: (tile: number, face: number) => void,
): void {
  const filled = new Int32Array(wanted.length);
  for (let face = 0; 4 * face < boxes.length; face++) {
    const firstColumn = boxes[4 * face];
    const lastColumn = boxes[4 * face + 1];
    const firstRow = boxes[4 * face + 2];
    const lastRow = boxes[4 * face + 3];
    if (firstColumn > lastColumn || firstRow > lastRow) continue;
    for (let y = Math.floor(firstRow / tileSize); y <= Math.floor(lastRow / tileSize); y++) {
      for (let x = Math.floor(firstColumn / tileSize); x <= Math.floor(lastColumn / tileSize); x++) {
        const tile = y * across + x;
        if (wanted[tile] === 0 || filled[tile] >= enough) continue;
        const fills =
          firstColumn <= x * tileSize &&
          lastColumn >= (x + 1) * tileSize - 1 &&
          firstRow <= y * tileSize &&
          lastRow >= (y + 1) * tileSize - 1;
        if (fills) filled[tile]++;
        visit(tile, face);
      }
    }
  }
}

/** `value`, or the end of `lowest` … `highest` that it lies beyond. */
export const within = (value: number, highest: number, lowest = 0): number =>
  Math.min(highest, Math.max(lowest, value));
