// The visible face at every pixel centre and its weights, a thread a pixel.
//
// E_k(p) = (b − p) × (c − p), twice the area opposite corner k, is linear in p, E = A·(p − o) + C. The host computes A and C in
// double precision, in pixels, with o the first pixel of the tile, so float32 costs about 1e-6 of a pixel wherever the corners
// are. C is computed from the ends of the edge in one order, whichever face asks; so two faces that share an edge get coefficients
// that differ in sign alone, E of exactly opposite sign, and no crack between them. The corners are sorted, too, so that faces
// with the same corners get the same depth to the last bit: a tie, for the lowest index to win.
//
// Depth = Σ(E_k z_k/w_k) / Σ(E_k/w_k), as z_a plus weighted differences, which keeps equal depths equal.

import { type ProjectedVertices, projectVertices } from '../scalar/vertices.ts';
import {
  type Fragments,
  flatness,
  handedOver,
  itemStartsOf,
  type MeshRange,
  type Picture,
  type Scene,
  smallestArea,
} from '../scene.ts';
import { launch, padded, program, type Work } from './device.ts';
import { pairTiles, tileSize, within } from './tiles.ts';

/**
 * A pair of tile and face: A and C of three edges, 1/w (or 1) of the corners, z of the first, differences to it, the face, and the
 * column and row that it ends before.
 */
const pairNumbers = 18;

const visibleFace = program({
  arrays: ['starts', 'pairs'],
  numbers: ['across'],
  body: `
    const tileX = Math.floor(this.thread.x / ${tileSize});
    const tileY = Math.floor(this.thread.y / ${tileSize});
    const x = this.thread.x - ${tileSize} * tileX;
    const y = this.thread.y - ${tileSize} * tileY;
    const tile = across * tileY + tileX;
    const start = starts[tile];
    const count = starts[tile + 1] - start;
    let nearest = -3.4e38;
    let face = -1;
    for (let i = 0; i < count; i += 1) {
      const at = ${pairNumbers} * (start + i);
      const ea = pairs[at] * x + pairs[at + 1] * y + pairs[at + 2];
      const eb = pairs[at + 3] * x + pairs[at + 4] * y + pairs[at + 5];
      const ec = pairs[at + 6] * x + pairs[at + 7] * y + pairs[at + 8];
      if (ea >= 0 && eb >= 0 && ec >= 0 && x < pairs[at + 16] && y > pairs[at + 17]) {
        const qb = eb * pairs[at + 10];
        const qc = ec * pairs[at + 11];
        const sum = ea * pairs[at + 9] + qb + qc;
        if (sum > 0) {
          const depth = pairs[at + 12] + (qb * pairs[at + 13] + qc * pairs[at + 14]) / sum;
          if (depth > nearest) {
            nearest = depth;
            face = pairs[at + 15];
          }
        }
      }
    }
    return face;`,
});

/** A face: coefficients of E_k/w_k over the area, about a pixel in its middle, and that pixel. */
const faceNumbers = 11;

/** Weight thread.z of a pixel. A sliver too thin for float32 weighs its corners alike. */
const visibleWeight = program({
  arrays: ['faces', 'records'],
  numbers: ['width'],
  body: `
    const face = faces[width * this.thread.y + this.thread.x];
    if (face < 0) return 0;
    const at = ${faceNumbers} * face;
    const x = this.thread.x - records[at + 9];
    const y = this.thread.y - records[at + 10];
    const qa = Math.max(0, records[at] * x + records[at + 1] * y + records[at + 2]);
    const qb = Math.max(0, records[at + 3] * x + records[at + 4] * y + records[at + 5]);
    const qc = Math.max(0, records[at + 6] * x + records[at + 7] * y + records[at + 8]);
    const sum = qa + qb + qc;
    if (sum <= 0) return 1 / 3;
    if (this.thread.z < 0.5) return qa / sum;
    if (this.thread.z < 1.5) return qb / sum;
    return qc / sum;`,
});

export function* findVisible(scene: Scene, picture: Picture, into?: Fragments): Work<Fragments> {
  const { width, height } = picture;
  const pixels = width * height;
  const batch = scene.items.length;
  const faces = new Int32Array(batch * pixels).fill(-1);
  const weights = new Float32Array(3 * batch * pixels);
  for (const [b, item] of scene.items.entries()) {
    const drawn = drawnFaces(scene, item, picture);
    const { starts, across, pairs } = tilePairs(drawn, picture);
    if (pairs.length === 0) continue;
    const found = yield launch(visibleFace, [width, height], {
      starts: padded(starts),
      pairs: padded(pairs),
      across,
    });
    const visible = new Float32Array(pixels);
    found.forEach((row, y) => {
      visible.set(row, y * width);
    });
    faces.set(visible, b * pixels);
    const planes = yield launch(visibleWeight, [width, height, 3], {
      faces: visible,
      records: padded(faceRecords(drawn, picture)),
      width,
    });
    planes.forEach((row, i) => {
      let at = 3 * (b * pixels + (i % height) * width) + Math.floor(i / height);
      for (let x = 0; x < width; x++, at += 3) weights[at] = row[x];
    });
  }
  return handedOver({ faces, weights, itemStarts: itemStartsOf(batch, pixels) }, into);
}

/** The faces of a mesh with corners in pixels: column and row of the pixel centre that would lie there. */
interface DrawnFaces {
  /** Corners, three a face. */
  corners: Int32Array;
  /** Twice the area in square pixels, positive where the corners wind clockwise (rows point down); 0 where not drawn. */
  areas: Float64Array;
  column: Float64Array;
  row: Float64Array;
  z: Float64Array;
  /** What an area counts for at each vertex: 1/w for weights linear in space, 1 for weights linear in the picture. */
  shares: Float64Array;
}

function drawnFaces(scene: Scene, item: MeshRange, picture: Picture): DrawnFaces {
  const { width, height, cull, perspectiveCorrect } = picture;
  const vertices = projectVertices(scene, item, picture);
  const { x, y, w } = vertices;
  const { vertexCount, faceStart, faceCount } = item;
  const column = Float64Array.from({ length: vertexCount }, (_, v) => (width * (x[v] + 1) - 1) / 2);
  const row = Float64Array.from({ length: vertexCount }, (_, v) => (height * (1 - y[v]) - 1) / 2);
  const corners = scene.faces.subarray(3 * faceStart, 3 * (faceStart + faceCount));
  const areas = new Float64Array(faceCount);
  for (let f = 0; f < faceCount; f++) {
    const a = corners[3 * f];
    const b = corners[3 * f + 1];
    const c = corners[3 * f + 2];
    if (!isDrawn(vertices, a, b, c, cull)) continue;
    areas[f] = (column[b] - column[a]) * (row[c] - row[a]) - (column[c] - column[a]) * (row[b] - row[a]);
  }
  return {
    corners,
    areas,
    column,
    row,
    z: vertices.z.slice(0, vertexCount),
    shares: Float64Array.from({ length: vertexCount }, (_, v) => (perspectiveCorrect ? 1 / w[v] : 1)),
  };
}

function isDrawn({ x, y, w }: ProjectedVertices, a: number, b: number, c: number, cull: boolean): boolean {
  if (w[a] === 0 || w[b] === 0 || w[c] === 0) return false;
  const area = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a]);
  if (cull && area < 0) return false;
  const across = Math.max(x[a], x[b], x[c]) - Math.min(x[a], x[b], x[c]);
  const up = Math.max(y[a], y[b], y[c]) - Math.min(y[a], y[b], y[c]);
  return Math.abs(area) > Math.max(smallestArea, flatness * (across * across + up * up));
}

/** More than any picture is wide. */
const beyond = 1e6;

/** How far beyond its corners, in pixels, a face is tried; E has the last word. */
const slack = 1e-3;

function tilePairs(
  { corners, areas, column, row, z, shares }: DrawnFaces,
  picture: Picture,
): { starts: Int32Array; across: number; pairs: Float32Array } {
  const boxes = new Int32Array(4 * areas.length);
  for (let f = 0; f < areas.length; f++) {
    if (areas[f] === 0) {
      boxes.set([0, -1, 0, -1], 4 * f);
      continue;
    }
    const a = corners[3 * f];
    const b = corners[3 * f + 1];
    const c = corners[3 * f + 2];
    const left = Math.min(column[a], column[b], column[c]) - slack;
    const right = Math.max(column[a], column[b], column[c]) + slack;
    const top = Math.min(row[a], row[b], row[c]) - slack;
    const bottom = Math.max(row[a], row[b], row[c]) + slack;
    boxes[4 * f] = Math.ceil(within(left, picture.width));
    boxes[4 * f + 1] = Math.floor(within(right, picture.width - 1, -1));
    boxes[4 * f + 2] = Math.ceil(within(top, picture.height));
    boxes[4 * f + 3] = Math.floor(within(bottom, picture.height - 1, -1));
  }
  const { starts, faces, across } = pairTiles(picture, boxes);
  const isBefore = (v: number, u: number) =>
    (column[v] - column[u] || row[v] - row[u] || z[v] - z[u] || shares[v] - shares[u]) < 0;
  const pairs = new Float32Array(pairNumbers * faces.length);
  const halfOpen = !picture.perspectiveCorrect;
  for (let tile = 0; tile + 1 < starts.length; tile++) {
    const left = tileSize * (tile % across);
    const top = tileSize * Math.floor(tile / across);
    for (let i = starts[tile]; i < starts[tile + 1]; i++) {
      const face = faces[i];
      let a = corners[3 * face];
      let b = corners[3 * face + 1];
      let c = corners[3 * face + 2];
      let sign = Math.sign(areas[face]);
      if (isBefore(b, a)) [a, b, sign] = [b, a, -sign];
      if (isBefore(c, b)) [b, c, sign] = [c, b, -sign];
      if (isBefore(b, a)) [a, b, sign] = [b, a, -sign];
      const at = pairNumbers * i;
      const edge = (k: number, p: number, q: number, factor: number) => {
        pairs[at + 3 * k] = factor * (row[p] - row[q]);
        pairs[at + 3 * k + 1] = factor * (column[q] - column[p]);
        pairs[at + 3 * k + 2] =
          factor * ((column[p] - left) * (row[q] - top) - (column[q] - left) * (row[p] - top));
      };
      edge(0, b, c, sign);
      edge(1, a, c, -sign);
      edge(2, a, b, sign);
      pairs[at + 9] = shares[a];
      pairs[at + 10] = shares[b];
      pairs[at + 11] = shares[c];
      pairs[at + 12] = z[a];
      pairs[at + 13] = z[b] - z[a];
      pairs[at + 14] = z[c] - z[a];
      pairs[at + 15] = face;
      pairs[at + 16] = halfOpen ? Math.max(column[a], column[b], column[c]) - left : beyond;
      pairs[at + 17] = halfOpen ? Math.min(row[a], row[b], row[c]) - top : -beyond;
    }
  }
  return { starts, across, pairs };
}

function faceRecords({ corners, areas, column, row, shares }: DrawnFaces, picture: Picture): Float32Array {
  const records = new Float32Array(faceNumbers * areas.length);
  for (let f = 0; f < areas.length; f++) {
    const area = areas[f];
    if (area === 0) continue;
    const a = corners[3 * f];
    const b = corners[3 * f + 1];
    const c = corners[3 * f + 2];
    const at = faceNumbers * f;
    const x = Math.round(within((column[a] + column[b] + column[c]) / 3, picture.width - 1));
    const y = Math.round(within((row[a] + row[b] + row[c]) / 3, picture.height - 1));
    const edge = (k: number, corner: number, p: number, q: number) => {
      const factor = shares[corner] / area;
      records[at + 3 * k] = factor * (row[p] - row[q]);
      records[at + 3 * k + 1] = factor * (column[q] - column[p]);
      records[at + 3 * k + 2] = factor * ((column[p] - x) * (row[q] - y) - (column[q] - x) * (row[p] - y));
    };
    edge(0, a, b, c);
    edge(1, b, c, a);
    edge(2, c, a, b);
    records[at + 9] = x;
    records[at + 10] = y;
  }
  return records;
}
