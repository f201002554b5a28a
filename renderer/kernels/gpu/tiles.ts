// Which faces touch which tiles of the picture, so that a pixel looks only at the faces of its own tile. Made on the host, in double
// precision; cost grows with faces and the tiles that they touch.

import type { Picture } from '../kernels.ts';

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
 * Pairs each face with the tiles under its box. A tile that `enough` earlier faces fill wholly takes no more: no pixel of it will
 * hear them.
 */
export function pairTiles({ width, height }: Picture, boxes: PixelBoxes, enough = Infinity): TilePairs {
  const across = Math.ceil(width / tileSize);
  const tiles = across * Math.ceil(height / tileSize);
  const starts = new Int32Array(tiles + 1);
  forEachPair(boxes, across, tiles, enough, (tile) => starts[tile + 1]++);
  for (let tile = 0; tile < tiles; tile++) starts[tile + 1] += starts[tile];
  const faces = new Int32Array(starts[tiles]);
  const next = starts.slice(0, tiles);
  forEachPair(boxes, across, tiles, enough, (tile, face) => {
    faces[next[tile]++] = face;
  });
  return { across, starts, faces };
}

function forEachPair(
  boxes: PixelBoxes,
  across: number,
  tiles: number,
  enough: number,
  visit: (tile: number, face: number) => void,
): void {
  const filled = new Int32Array(tiles);
  for (let face = 0; 4 * face < boxes.length; face++) {
    const [firstColumn, lastColumn, firstRow, lastRow] = boxes.subarray(4 * face, 4 * face + 4);
    if (firstColumn > lastColumn || firstRow > lastRow) continue;
    for (let y = Math.floor(firstRow / tileSize); y <= Math.floor(lastRow / tileSize); y++) {
      for (let x = Math.floor(firstColumn / tileSize); x <= Math.floor(lastColumn / tileSize); x++) {
        const tile = y * across + x;
        if (filled[tile] >= enough) continue;
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
