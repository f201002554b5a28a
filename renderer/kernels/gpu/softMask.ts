// DIB-R's silhouette (scalar/softMask.ts has formulas and rules), a thread a pixel forward, a thread a pair of tile and face back.
//
// An edge from a to b is kept as its line about the middle of a tile: with n its unit normal and u its direction,
// n·(p − a) is the distance to the line, u·(p − a) < 0 lies before a, u·(p − b) > 0 beyond b. Made in double precision on the
// host, these are good to float32's last digits near the tile, however far away the ends are. Box and K are exact: boxes are
// whole pixels from the host, and the K-th face of each pixel is found once.

import { ArgumentError } from '../../errors.ts';
import { addPlanarGradient, type ProjectedVertices, projectVertices } from '../scalar/vertices.ts';
import type { Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import type { SoftMaskOptions } from '../softMask.ts';
import { launch, padded, program, roundedUp, type Work } from './device.ts';
import { type PixelBoxes, pairTiles, tileCount, tileSize, within } from './tiles.ts';

/** What the forward pass keeps for the backward pass: an item each, or nothing where no face reaches a pixel. */
export interface GpuSoftMask {
  options: SoftMaskOptions;
  items: (ItemMask | undefined)[];
}

interface ItemMask {
  /** Face of each pair of tile and face. */
  pairFaces: Int32Array;
  /** Padded numbers of each pair. */
  pairs: Float32Array;
  /** Highest face that each pixel hears. */
  lastHeard: Float32Array;
  /** Π(1 − p) of each pixel; 0 where covered. */
  survival: Float32Array;
}

/**
 * A pair of tile and face: for each edge n_x, n_y, and n·(o − a), u·(o − a), u·(o − b) with u = (n_y, −n_x) and o the pixel in
 * the middle of the tile; first and last column and row of the grown box; the face; column and row of the tile's first pixel.
 */
const pairNumbers = 22;

/** Stands for "every face". */
const everyFace = 2 ** 24;

/** Whether the pixel at `x`, `y` lies in the grown box of the pair at `at`. */
const inBox = (x: string, y: string) =>
  `${x} >= pairs[at + 15] && ${x} <= pairs[at + 16] && ${y} >= pairs[at + 17] && ${y} <= pairs[at + 18]`;

/** 1 − exp(−exponent), without loss of digits where the exponent is small. */
const setMiss = `
  let miss = 1 - Math.exp(-exponent);
  if (exponent < 0.0625) {
    miss = exponent * (1 - (exponent / 2) * (1 - (exponent / 3) * (1 - exponent / 4)));
  }`;

/** From edge `e` of a pair to the pixel at (dx, dy): across its line, and along it beyond its ends. */
const setOffsets = `
  const across = pairs[e] * dx + pairs[e + 1] * dy + pairs[e + 2];
  const along = pairs[e + 1] * dx - pairs[e] * dy;
  const before = along + pairs[e + 3];
  const beyond = along + pairs[e + 4];
  const outside = Math.min(0, before) + Math.max(0, beyond);
  const squared = across * across + outside * outside;`;

/** The K-th face by index whose box holds the pixel. */
const lastHeardFace = program({
  arrays: ['starts', 'pairs'],
  numbers: ['tilesAcross', 'maxFaces'],
  body: `
    const x = this.thread.x;
    const y = this.thread.y;
    const tile = tilesAcross * Math.floor(y / ${tileSize}) + Math.floor(x / ${tileSize});
    const start = starts[tile];
    const count = starts[tile + 1] - start;
    let heard = 0;
    let last = ${everyFace};
    for (let i = 0; i < count; i += 1) {
      const at = ${pairNumbers} * (start + i);
      if (${inBox('x', 'y')}) {
        heard += 1;
        if (heard === maxFaces) last = pairs[at + 19];
      }
    }
    return last;`,
});

/** Π(1 − p) over the faces that a pixel hears; 0 where covered. */
const survivalAt = program({
  arrays: ['visible', 'lastHeard', 'starts', 'pairs'],
  numbers: ['tilesAcross', 'width', 'height', 'sharpness'],
  body: `
    const x = this.thread.x;
    const y = this.thread.y;
    const pixel = width * y + x;
    if (visible[pixel] >= 0) return 0;
    const tileX = Math.floor(x / ${tileSize});
    const tileY = Math.floor(y / ${tileSize});
    const dx = (2 / width) * (x - ${tileSize} * (tileX + 0.5));
    const dy = (-2 / height) * (y - ${tileSize} * (tileY + 0.5));
    const last = lastHeard[pixel];
    const tile = tilesAcross * tileY + tileX;
    const start = starts[tile];
    const count = starts[tile + 1] - start;
    let survival = 1;
    for (let i = 0; i < count; i += 1) {
      const at = ${pairNumbers} * (start + i);
      if (${inBox('x', 'y')} && pairs[at + 19] <= last) {
        let nearest = 3e38;
        for (let k = 0; k < 3; k += 1) {
          const e = at + 5 * k;
          ${setOffsets}
          nearest = Math.min(nearest, squared);
        }
        const exponent = sharpness * nearest;
        ${setMiss}
        survival *= miss;
      }
    }
    return survival;`,
});

/**
 * ∂L/∂x, ∂L/∂y of three corners by thread.y, over the pixels of one tile that one face reaches. On the edge from corner k to the
 * next, t is the share of the latter.
 */
const pairGradient = program({
  arrays: ['pairs', 'lastHeard', 'survival', 'upstream'],
  numbers: ['width', 'height', 'sharpness', 'count'],
  body: `
    if (this.thread.x >= count) return 0;
    const at = ${pairNumbers} * this.thread.x;
    const corner = Math.floor((this.thread.y + 0.5) / 2);
    const axis = this.thread.y - 2 * corner;
    let sum = 0;
    for (let j = 0; j < ${tileSize}; j += 1) {
      const y = pairs[at + 21] + j;
      const dy = (-2 / height) * (j - ${tileSize / 2});
      for (let i = 0; i < ${tileSize}; i += 1) {
        const x = pairs[at + 20] + i;
        if (${inBox('x', 'y')}) {
          const pixel = width * y + x;
          if (pairs[at + 19] <= lastHeard[pixel] && survival[pixel] > 0) {
            const dx = (2 / width) * (i - ${tileSize / 2});
            let nearest = 3e38;
            let share = 0;
            let toNearest = 0;
            for (let k = 0; k < 3; k += 1) {
              const e = at + 5 * k;
              ${setOffsets}
              if (squared < nearest) {
                nearest = squared;
                let t = 0;
                if (before > 0) {
                  if (beyond >= 0) {
                    t = 1;
                  } else {
                    t = before / (before - beyond);
                  }
                }
                share = 0;
                if (corner === k) share = 1 - t;
                if (corner === k + 1 || corner === k - 2) share = t;
                if (axis < 0.5) {
                  toNearest = -(pairs[e] * across + pairs[e + 1] * outside);
                } else {
                  toNearest = pairs[e] * outside - pairs[e + 1] * across;
                }
              }
            }
            const exponent = sharpness * nearest;
            ${setMiss}
            const slope = (survival[pixel] * Math.exp(-exponent)) / Math.max(miss, 1e-12);
            sum += upstream[pixel] * slope * share * toNearest;
          }
        }
      }
    }
    return -2 * sharpness * sum;`,
});

export function* softMask(
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  options: SoftMaskOptions,
  output: RealArray,
): Work<GpuSoftMask> {
  const { width, height } = picture;
  const pixels = width * height;
  if (options.order === 'nearest' && options.maxFaces < Infinity) {
    throw new ArgumentError(
      'kernel "gpu" draws soft masks of the first faces by index or of all faces, not of the nearest; use kernel "scalar" for order "nearest"',
    );
  }
  const items: (ItemMask | undefined)[] = [];
  for (const [b, item] of scene.items.entries()) {
    const covered = visible.faces.subarray(b * pixels, (b + 1) * pixels);
    const { starts, faces, across, pairs } = tilePairs(
      scene,
      item,
      picture,
      options,
      openTiles(picture, covered),
    );
    if (faces.length === 0) {
      for (let i = 0; i < pixels; i++) output[b * pixels + i] = covered[i] >= 0 ? 1 : 0;
      items.push(undefined);
      continue;
    }
    const tileStarts = padded(starts);
    const longest = starts.reduce((most, start, tile) => Math.max(most, start - (starts[tile - 1] ?? 0)), 0);
    const lastHeard =
      longest <= options.maxFaces
        ? new Float32Array(pixels).fill(everyFace)
        : flat(
            yield launch(lastHeardFace, [width, height], {
              starts: tileStarts,
              pairs,
              tilesAcross: across,
              maxFaces: Math.min(options.maxFaces, everyFace),
            }),
          );
    const survival = flat(
      yield launch(survivalAt, [width, height], {
        visible: Float32Array.from(covered),
        lastHeard,
        starts: tileStarts,
        pairs,
        tilesAcross: across,
        width,
        height,
        sharpness: options.sharpness,
      }),
    );
    for (let i = 0; i < pixels; i++) output[b * pixels + i] = 1 - survival[i];
    items.push({ pairFaces: faces, pairs, lastHeard, survival });
  }
  return { options, items };
}

export function* softMaskBackward(
  scene: Scene,
  picture: Picture,
  { options, items }: GpuSoftMask,
  upstream: RealArray,
  positionGradient: RealArray,
): Work<void> {
  const { width, height } = picture;
  const pixels = width * height;
  for (const [b, item] of scene.items.entries()) {
    const mask = items[b];
    if (!mask) continue;
    const { pairFaces, pairs, lastHeard, survival } = mask;
    const sums = yield launch(pairGradient, [roundedUp(pairFaces.length), 6], {
      pairs,
      lastHeard,
      survival,
      upstream: Float32Array.from(upstream.subarray(b * pixels, (b + 1) * pixels)),
      width,
      height,
      sharpness: options.sharpness,
      count: pairFaces.length,
    });
    const totals = new Float64Array(2 * item.vertexCount);
    pairFaces.forEach((face, pair) => {
      for (let k = 0; k < 3; k++) {
        const at = 2 * scene.faces[3 * (item.faceStart + face) + k];
        totals[at] += sums[2 * k][pair];
        totals[at + 1] += sums[2 * k + 1][pair];
      }
    });
    addPlanarGradient(scene, item, projectVertices(scene, item, picture), totals, positionGradient);
  }
}

function flat(rows: Float32Array[]): Float32Array {
  const all = new Float32Array(rows.length * rows[0].length);
  rows.forEach((row, y) => {
    all.set(row, y * row.length);
  });
  return all;
}

function tilePairs(
  scene: Scene,
  item: MeshRange,
  picture: Picture,
  { boxSize, maxFaces }: SoftMaskOptions,
  wanted: Uint8Array,
): { starts: Int32Array; faces: Int32Array; across: number; pairs: Float32Array } {
  const { width, height } = picture;
  const vertices = projectVertices(scene, item, picture);
  const { x, y } = vertices;
  const boxes = grownBoxes(scene, item, picture, vertices, boxSize);
  const { starts, faces, across } = pairTiles(picture, boxes, wanted, maxFaces);
  const pairs = new Float32Array(roundedUp(pairNumbers * faces.length));
  for (let tile = 0; tile + 1 < starts.length; tile++) {
    const column = tileSize * (tile % across);
    const row = tileSize * Math.floor(tile / across);
    const ox = (2 * (column + tileSize / 2) + 1 - width) / width;
    const oy = (height - 2 * (row + tileSize / 2) - 1) / height;
    for (let i = starts[tile]; i < starts[tile + 1]; i++) {
      const corner = 3 * (item.faceStart + faces[i]);
      const at = pairNumbers * i;
      for (let k = 0; k < 3; k++) {
        const a = scene.faces[corner + k];
        const b = scene.faces[corner + ((k + 1) % 3)];
        const length = Math.hypot(x[b] - x[a], y[b] - y[a]);
        const ux = length > 0 ? (x[b] - x[a]) / length : 1;
        const uy = length > 0 ? (y[b] - y[a]) / length : 0;
        pairs[at + 5 * k] = -uy;
        pairs[at + 5 * k + 1] = ux;
        pairs[at + 5 * k + 2] = -uy * (ox - x[a]) + ux * (oy - y[a]);
        pairs[at + 5 * k + 3] = ux * (ox - x[a]) + uy * (oy - y[a]);
        pairs[at + 5 * k + 4] = ux * (ox - x[b]) + uy * (oy - y[b]);
      }
      pairs.set(boxes.subarray(4 * faces[i], 4 * faces[i] + 4), at + 15);
      pairs[at + 19] = faces[i];
      pairs[at + 20] = column;
      pairs[at + 21] = row;
    }
  }
  return { starts, faces, across, pairs };
}

/** 1 for tiles with a pixel that is not covered. */
function openTiles(picture: Picture, covered: Int32Array): Uint8Array {
  const open = new Uint8Array(tileCount(picture));
  const across = Math.ceil(picture.width / tileSize);
  for (let row = 0, i = 0; row < picture.height; row++) {
    const first = across * Math.floor(row / tileSize);
    for (let column = 0; column < picture.width; column++, i++) {
      if (covered[i] < 0) open[first + Math.floor(column / tileSize)] = 1;
    }
  }
  return open;
}

/** The pixels whose centres lie in each face's box, grown by `margin`: lower bounds included, upper ones not. */
function grownBoxes(
  scene: Scene,
  item: MeshRange,
  { width, height }: Picture,
  { x, y, w }: ProjectedVertices,
  margin: number,
): PixelBoxes {
  const boxes = new Int32Array(4 * item.faceCount);
  for (let f = 0; f < item.faceCount; f++) {
    const corner = 3 * (item.faceStart + f);
    const a = scene.faces[corner];
    const b = scene.faces[corner + 1];
    const c = scene.faces[corner + 2];
    if (w[a] === 0 || w[b] === 0 || w[c] === 0) {
      boxes.set([0, -1, 0, -1], 4 * f);
      continue;
    }
    const left = Math.min(x[a], x[b], x[c]) - margin;
    const right = Math.max(x[a], x[b], x[c]) + margin;
    const bottom = Math.min(y[a], y[b], y[c]) - margin;
    const top = Math.max(y[a], y[b], y[c]) + margin;
    // Estimates that err outwards by a pixel, then the very comparison of the rule.
    let firstColumn = Math.ceil(within((width * (left + 1) - 1) / 2 - 1, width));
    let lastColumn = Math.floor(within((width * (right + 1) - 1) / 2 + 1, width - 1, -1));
    let firstRow = Math.ceil(within((height * (1 - top) - 1) / 2 - 1, height));
    let lastRow = Math.floor(within((height * (1 - bottom) - 1) / 2 + 1, height - 1, -1));
    while (firstColumn < width && (2 * firstColumn + 1 - width) / width < left) firstColumn++;
    while (lastColumn >= 0 && (2 * lastColumn + 1 - width) / width >= right) lastColumn--;
    while (firstRow < height && (height - 2 * firstRow - 1) / height >= top) firstRow++;
    while (lastRow >= 0 && (height - 2 * lastRow - 1) / height < bottom) lastRow--;
    boxes.set([firstColumn, lastColumn, firstRow, lastRow], 4 * f);
  }
  return boxes;
}
