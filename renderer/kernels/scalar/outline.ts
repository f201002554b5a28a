// The outline of everything that a mesh covers in the picture, as pieces of its edges: contour edges, which have faces on one side
// only, are cut where they meet one another, and a piece counts where no face goes on beyond it. Meetings and faces are looked for
// in the cells of a grid with a few contour edges a cell, so that the cost does not depend on the size of the picture. Cells that
// one face covers wholly are left out, as the outline does not pass through them.

import { sameness } from '../outlineMask.ts';
import { flatness, type MeshRange, type Scene, smallestArea } from '../scene.ts';
import { scratch } from '../scratch.ts';
import type { ProjectedVertices } from './vertices.ts';

/** Pieces of edges with the covered side on their left: from a + start · (b − a) to a + end · (b − a). */
export interface Outline {
  /** Vertices a and b, counted within the mesh. */
  from: number[];
  to: number[];
  start: number[];
  end: number[];
}

/** The part of the outline at most `margin` outside the picture. */
export function findOutline(
  { faces }: Scene,
  { faceStart, faceCount, vertexCount }: MeshRange,
  vertices: ProjectedVertices,
  margin: number,
): Outline {
  const sides = drawnSides(faces, faceStart, faceCount, vertices);
  const corners = contourCorners(faces, faceStart, sides, firstAtPlace(vertices, vertexCount), vertexCount);
  const edges = new ContourEdges(corners.length);
  const size = 1 + margin;
  for (const corner of corners) {
    const last = corner % 3 === 2 ? corner - 2 : corner + 1;
    const [a, b] = sides[(corner / 3) | 0] > 0 ? [corner, last] : [last, corner];
    edges.add(faces[3 * faceStart + a], faces[3 * faceStart + b], vertices, size);
  }
  const grid = new Grid(size, edges.length);
  grid.cover(faces, faceStart, sides, vertices);
  const lists = grid.listEdges(edges);
  const pieces = cutIntoPieces(edges, grid, lists, findCuts(edges, grid, lists));
  const covered = coveredProbes(pieces, grid, faces, faceStart, sides, vertices);
  const outline: Outline = { from: [], to: [], start: [], end: [] };
  for (let i = 0; i < pieces.edge.length; i++) {
    if (covered[i]) continue;
    outline.from.push(edges.from[pieces.edge[i]]);
    outline.to.push(edges.to[pieces.edge[i]]);
    outline.start.push(pieces.start[i]);
    outline.end.push(pieces.end[i]);
  }
  return outline;
}

const sidesOfFaces = scratch(Int8Array);

/** 1 for faces that wind counter-clockwise, −1 clockwise, 0 for those that cover nothing. */
function drawnSides(
  faces: Int32Array,
  faceStart: number,
  faceCount: number,
  { x, y, w }: ProjectedVertices,
): Int8Array {
  const sides = sidesOfFaces(faceCount).subarray(0, faceCount);
  for (let f = 0, at = 3 * faceStart; f < faceCount; f++, at += 3) {
    const a = faces[at];
    const b = faces[at + 1];
    const c = faces[at + 2];
    const area = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a]);
    const extentX = Math.max(x[a], x[b], x[c]) - Math.min(x[a], x[b], x[c]);
    const extentY = Math.max(y[a], y[b], y[c]) - Math.min(y[a], y[b], y[c]);
    const least = Math.max(smallestArea, flatness * (extentX * extentX + extentY * extentY));
    const drawn = w[a] !== 0 && w[b] !== 0 && w[c] !== 0 && Math.abs(area) > least;
    sides[f] = drawn ? Math.sign(area) : 0;
  }
  return sides;
}

const vertexSlots = scratch(Int32Array);
const firstVertices = scratch(Int32Array);
const place = new Float64Array(2);
const placeBits = new Int32Array(place.buffer);

/**
 * For every vertex that can be drawn, the first one at the very same place: copies of a vertex, as texture seams have, are one
 * point.
 */
function firstAtPlace({ x, y, w }: ProjectedVertices, count: number): Int32Array {
  const slotCount = 1 << (32 - Math.clz32(2 * count));
  const slots = vertexSlots(slotCount).fill(-1, 0, slotCount);
  const first = firstVertices(count);
  for (let v = 0; v < count; v++) {
    if (w[v] === 0) continue;
    place[0] = x[v] + 0;
    place[1] = y[v] + 0;
    let hash = Math.imul(placeBits[0], 0x85ebca6b) ^ Math.imul(placeBits[1], 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f) ^ Math.imul(placeBits[2], 0x165667b1);
    hash = Math.imul(hash ^ (hash >>> 13), 0x9e3779b1) ^ Math.imul(placeBits[3], 0x85ebca6b);
    let slot = (hash ^ (hash >>> 16)) & (slotCount - 1);
    while (slots[slot] >= 0 && !(x[slots[slot]] === x[v] && y[slots[slot]] === y[v])) {
      slot = (slot + 1) & (slotCount - 1);
    }
    if (slots[slot] < 0) slots[slot] = v;
    first[v] = slots[slot];
  }
  return first;
}

const bucketEnds = scratch(Int32Array);
const bucketKeys = scratch(Int32Array);
const bucketCorners = scratch(Int32Array);
const cornerLowers = scratch(Int32Array);
const cornerKeys = scratch(Int32Array);
const seenFrom = scratch(Int32Array);
const takenFrom = scratch(Int32Array);

/** The corners, 3 · face + k, whose edge to the next corner has faces on one side only; the first of several at one place. */
function contourCorners(
  faces: Int32Array,
  faceStart: number,
  sides: Int8Array,
  first: Int32Array,
  vertexCount: number,
): number[] {
  // Half-edges in buckets by their lower end; the key is the other end and the direction.
  const ends = bucketEnds(vertexCount + 1).fill(0, 0, vertexCount + 1);
  const keys = bucketKeys(3 * sides.length);
  const cornersOf = bucketCorners(3 * sides.length);
  const lowers = cornerLowers(3 * sides.length);
  const keysOf = cornerKeys(3 * sides.length);
  for (let f = 0; f < sides.length; f++) {
    if (sides[f] === 0) continue;
    const leftward = sides[f] > 0;
    for (let k = 0, corner = 3 * f; k < 3; k++, corner++) {
      const a = first[faces[3 * faceStart + corner]];
      const b = first[faces[3 * faceStart + (k === 2 ? corner - 2 : corner + 1)]];
      lowers[corner] = a < b ? a : b;
      keysOf[corner] = 2 * (a < b ? b : a) + (a < b === leftward ? 1 : 0);
      ends[lowers[corner] + 1]++;
    }
  }
  for (let v = 1; v <= vertexCount; v++) ends[v] += ends[v - 1];
  for (let f = 0; f < sides.length; f++) {
    if (sides[f] === 0) continue;
    for (let corner = 3 * f; corner < 3 * f + 3; corner++) {
      const at = ends[lowers[corner]]++;
      keys[at] = keysOf[corner];
      cornersOf[at] = corner;
    }
  }
  const seen = seenFrom(2 * vertexCount).fill(-1, 0, 2 * vertexCount);
  const taken = takenFrom(2 * vertexCount).fill(-1, 0, 2 * vertexCount);
  const found: number[] = [];
  for (let v = 0, start = 0; v < vertexCount; start = ends[v++]) {
    for (let i = start; i < ends[v]; i++) seen[keys[i]] = v;
    for (let i = start; i < ends[v]; i++) {
      const key = keys[i];
      if (seen[key ^ 1] === v || taken[key] === v) continue;
      taken[key] = v;
      found.push(cornersOf[i]);
    }
  }
  return found.sort((a, b) => a - b);
}

/** Edges from a to b with the covered side on their left, and the part of each, `start` to `end`, that is near the picture. */
class ContourEdges {
  length = 0;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly ax: Float64Array;
  readonly ay: Float64Array;
  readonly dx: Float64Array;
  readonly dy: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** How near two points are taken for one. */
  readonly same: Float64Array;

  constructor(capacity: number) {
    this.from = new Int32Array(capacity);
    this.to = new Int32Array(capacity);
    this.ax = new Float64Array(capacity);
    this.ay = new Float64Array(capacity);
    this.dx = new Float64Array(capacity);
    this.dy = new Float64Array(capacity);
    this.start = new Float64Array(capacity);
    this.end = new Float64Array(capacity);
    this.same = new Float64Array(capacity);
  }

  /** Leaves out an edge that does not pass through the square from −size to size. */
  add(from: number, to: number, { x, y }: ProjectedVertices, size: number): void {
    const i = this.length;
    const dx = x[to] - x[from];
    const dy = y[to] - y[from];
    let start = 0;
    let end = 1;
    for (const [at, step] of [
      [x[from], dx],
      [y[from], dy],
    ]) {
      if (step === 0) {
        if (Math.abs(at) > size) return;
        continue;
      }
      const low = (-size - at) / step;
      const high = (size - at) / step;
      start = Math.max(start, Math.min(low, high));
      end = Math.min(end, Math.max(low, high));
    }
    if (start >= end) return;
    this.from[i] = from;
    this.to[i] = to;
    this.ax[i] = x[from];
    this.ay[i] = y[from];
    this.dx[i] = dx;
    this.dy[i] = dy;
    this.start[i] = start;
    this.end[i] = end;
    this.same[i] = sameness(x[from], y[from], x[to], y[to]);
    this.length++;
  }

  /** The place along edge i, 0 at a and 1 at b, that is nearest to a point of the line. */
  along(i: number, x: number, y: number): number {
    const dx = this.dx[i];
    const dy = this.dy[i];
    return ((x - this.ax[i]) * dx + (y - this.ay[i]) * dy) / (dx * dx + dy * dy);
  }

  passes(i: number, x: number, y: number): boolean {
    const t = Math.min(1, Math.max(0, this.along(i, x, y)));
    const near = 4 * this.same[i];
    const dx = this.ax[i] + t * this.dx[i] - x;
    const dy = this.ay[i] + t * this.dy[i] - y;
    return dx * dx + dy * dy <= near * near;
  }
}

/** Indices in lists one after another: list c is indices[starts[c]] up to indices[starts[c + 1]]. */
interface Lists {
  starts: Int32Array;
  indices: Int32Array;
}

const smallestGrid = 4;
const largestGrid = 512;

/** A grid of square cells over the square from −size to size. */
class Grid {
  readonly across: number;
  /** 1 for cells that one face covers wholly. */
  readonly covered: Uint8Array;
  readonly #size: number;
  readonly #scale: number;
  /** The columns of the last strip asked for: first to last. */
  first = 0;
  last = -1;
  #low = 0;
  #high = 0;

  constructor(size: number, edges: number) {
    this.across = Math.min(largestGrid, Math.max(smallestGrid, Math.ceil(2 * Math.sqrt(edges))));
    this.#size = size;
    this.#scale = this.across / (2 * size);
    this.covered = new Uint8Array(this.across ** 2);
  }

  /** The row or column of a coordinate, perhaps beyond the grid. */
  at(coordinate: number): number {
    return Math.floor((coordinate + this.#size) * this.#scale);
  }

  /** −1 outside. */
  cellAt(x: number, y: number): number {
    const column = this.at(x);
    const row = this.at(y);
    const inside = column >= 0 && row >= 0 && column < this.across && row < this.across;
    return inside ? row * this.across + column : -1;
  }

  /** Finds covered cells. */
  cover(faces: Int32Array, faceStart: number, sides: Int8Array, { x, y }: ProjectedVertices): void {
    const { across, covered } = this;
    const step = 1 / this.#scale;
    for (let f = 0; f < sides.length; f++) {
      if (sides[f] === 0) continue;
      const at = 3 * (faceStart + f);
      const a = faces[at];
      const b = faces[sides[f] > 0 ? at + 1 : at + 2];
      const c = faces[sides[f] > 0 ? at + 2 : at + 1];
      const left = Math.min(x[a], x[b], x[c]);
      const right = Math.max(x[a], x[b], x[c]);
      const bottom = Math.min(y[a], y[b], y[c]);
      const top = Math.max(y[a], y[b], y[c]);
      if (right - left < step || top - bottom < step) continue;
      // Cells count a little larger than they are, so that what happens on their border belongs to no covered one.
      const pad = 16 * sameness(left, bottom, right, top);
      const firstRow = Math.max(0, this.at(bottom));
      const lastRow = Math.min(across - 1, this.at(top));
      for (let row = firstRow; row <= lastRow; row++) {
        const low = row * step - this.#size - pad;
        const high = low + step + 2 * pad;
        if (low < bottom || high > top) continue;
        // A triangle holds a cell where its spans at the lower and the upper side of the cell do.
        let from = Number.NEGATIVE_INFINITY;
        let to = Number.POSITIVE_INFINITY;
        for (const level of [low, high]) {
          let first = Number.POSITIVE_INFINITY;
          let last = Number.NEGATIVE_INFINITY;
          for (let k = 0, i = a, j = b; k < 3; k++) {
            if (y[i] < level !== y[j] < level) {
              const crossing = x[i] + ((x[j] - x[i]) * (level - y[i])) / (y[j] - y[i]);
              first = Math.min(first, crossing);
              last = Math.max(last, crossing);
            }
            i = j;
            j = k === 0 ? c : a;
          }
          from = Math.max(from, first);
          to = Math.min(to, last);
        }
        const firstColumn = Math.max(0, this.at(from + pad) + 1);
        const lastColumn = Math.min(across, this.at(to - pad)) - 1;
        if (firstColumn <= lastColumn) {
          covered.fill(1, row * across + firstColumn, row * across + lastColumn + 1);
        }
      }
    }
  }

  beginStrip(): void {
    this.#low = Number.POSITIVE_INFINITY;
    this.#high = Number.NEGATIVE_INFINITY;
  }

  /** Adds to the strip the part of a segment that lies within `pad` of a row. */
  addToStrip(row: number, x0: number, y0: number, x1: number, y1: number, pad: number): void {
    const bottom = row / this.#scale - this.#size - pad;
    const top = (row + 1) / this.#scale - this.#size + pad;
    if ((y0 < bottom && y1 < bottom) || (y0 > top && y1 > top)) return;
    const slope = (x1 - x0) / (y1 - y0);
    const from = y0 < bottom ? x0 + slope * (bottom - y0) : y0 > top ? x0 + slope * (top - y0) : x0;
    const to = y1 < bottom ? x0 + slope * (bottom - y0) : y1 > top ? x0 + slope * (top - y0) : x1;
    this.#low = Math.min(this.#low, from, to);
    this.#high = Math.max(this.#high, from, to);
  }

  endStrip(pad: number): void {
    this.first = Math.max(0, this.at(this.#low - pad));
    this.last = Math.min(this.across - 1, this.at(this.#high + pad));
  }

  /** For every cell, the edges that pass through it or near by, in ascending order. */
  listEdges(edges: ContourEdges): Lists {
    const { across } = this;
    const starts = new Int32Array(across * across + 1);
    let indices = new Int32Array(0);
    for (const filling of [false, true]) {
      for (let i = 0; i < edges.length; i++) {
        const pad = 8 * edges.same[i];
        const x0 = edges.ax[i] + edges.start[i] * edges.dx[i];
        const y0 = edges.ay[i] + edges.start[i] * edges.dy[i];
        const x1 = edges.ax[i] + edges.end[i] * edges.dx[i];
        const y1 = edges.ay[i] + edges.end[i] * edges.dy[i];
        const firstRow = Math.max(0, this.at(Math.min(y0, y1) - pad));
        const lastRow = Math.min(across - 1, this.at(Math.max(y0, y1) + pad));
        for (let row = firstRow; row <= lastRow; row++) {
          this.beginStrip();
          this.addToStrip(row, x0, y0, x1, y1, pad);
          this.endStrip(pad);
          for (let column = this.first; column <= this.last; column++) {
            if (this.covered[row * across + column] === 1) continue;
            if (filling) indices[starts[row * across + column]++] = i;
            else starts[row * across + column + 1]++;
          }
        }
      }
      if (filling) starts.copyWithin(1, 0, across * across).fill(0, 0, 1);
      else {
        for (let c = 1; c < starts.length; c++) starts[c] += starts[c - 1];
        indices = new Int32Array(starts[across * across]);
      }
    }
    return { starts, indices };
  }
}

interface Cuts {
  edge: number[];
  /** Place along the edge. */
  at: number[];
}

/** Where contour edges cross one another, or end on one another. */
function findCuts(edges: ContourEdges, grid: Grid, { starts, indices }: Lists): Cuts {
  const cuts: Cuts = { edge: [], at: [] };
  const cut = (edge: number, at: number) => {
    if (at > 0 && at < 1) {
      cuts.edge.push(edge);
      cuts.at.push(at);
    }
  };
  const { ax, ay, dx, dy } = edges;
  // A pair may share several cells: a cut belongs to the one in which it lies.
  const touch = (i: number, x: number, y: number, cell: number) => {
    if (edges.passes(i, x, y) && grid.cellAt(x, y) === cell) cut(i, edges.along(i, x, y));
  };
  for (let cell = 0; cell + 1 < starts.length; cell++) {
    for (let m = starts[cell]; m < starts[cell + 1]; m++) {
      const i = indices[m];
      for (let n = starts[cell]; n < m; n++) {
        const j = indices[n];
        const cross = dx[i] * dy[j] - dy[i] * dx[j];
        const sx = ax[j] - ax[i];
        const sy = ay[j] - ay[i];
        const t = (sx * dy[j] - sy * dx[j]) / cross;
        const u = (sx * dy[i] - sy * dx[i]) / cross;
        if (t >= 0 && t <= 1 && u >= 0 && u <= 1) {
          if (grid.cellAt(ax[i] + t * dx[i], ay[i] + t * dy[i]) === cell) {
            cut(i, t);
            cut(j, u);
          }
        }
        touch(i, ax[j], ay[j], cell);
        touch(i, ax[j] + dx[j], ay[j] + dy[j], cell);
        touch(j, ax[i], ay[i], cell);
        touch(j, ax[i] + dx[i], ay[i] + dy[i], cell);
      }
    }
  }
  return cuts;
}

/** Parts of contour edges, each with a probe just beyond its middle. */
interface Pieces {
  edge: number[];
  start: number[];
  end: number[];
  probeX: number[];
  probeY: number[];
}

/** Leaves out pieces of no length, those in covered cells, and all but the first of those that lie on one another. */
function cutIntoPieces(edges: ContourEdges, grid: Grid, { starts, indices }: Lists, cuts: Cuts): Pieces {
  const ends = new Int32Array(edges.length + 1);
  for (const edge of cuts.edge) ends[edge + 1]++;
  for (let i = 1; i <= edges.length; i++) ends[i] += ends[i - 1];
  const places = new Float64Array(cuts.at.length);
  for (let k = 0; k < cuts.at.length; k++) places[ends[cuts.edge[k]]++] = cuts.at[k];

  const pieces: Pieces = { edge: [], start: [], end: [], probeX: [], probeY: [] };
  const { ax, ay, dx, dy, same } = edges;
  const liesOnEarlier = (i: number, cell: number, x: number, y: number) => {
    for (let m = starts[cell]; m < starts[cell + 1] && indices[m] < i; m++) {
      const j = indices[m];
      if (dx[i] * dx[j] + dy[i] * dy[j] > 0 && edges.passes(j, x, y)) return true;
    }
    return false;
  };
  for (let i = 0, from = 0; i < edges.length; from = ends[i++]) {
    const length = Math.hypot(dx[i], dy[i]);
    const ofEdge = places.subarray(from, ends[i]);
    if (ofEdge.length > 1) ofEdge.sort();
    for (let k = 0, start = edges.start[i]; k <= ofEdge.length; k++) {
      const end = k < ofEdge.length ? Math.min(ofEdge[k], edges.end[i]) : edges.end[i];
      if ((end - start) * length <= 4 * same[i]) continue;
      const x = ax[i] + ((start + end) / 2) * dx[i];
      const y = ay[i] + ((start + end) / 2) * dy[i];
      const cell = grid.cellAt(x, y);
      const hidden = cell >= 0 && (grid.covered[cell] === 1 || liesOnEarlier(i, cell, x, y));
      if (!hidden) {
        pieces.edge.push(i);
        pieces.start.push(start);
        pieces.end.push(end);
        pieces.probeX.push(x + (same[i] * dy[i]) / length);
        pieces.probeY.push(y - (same[i] * dx[i]) / length);
      }
      start = end;
    }
  }
  return pieces;
}

/** Columns of cells up to which a face is not followed from row to row. */
const fewCells = 4;

/** 1 for every piece whose probe lies in a face. */
function coveredProbes(
  { probeX, probeY }: Pieces,
  grid: Grid,
  faces: Int32Array,
  faceStart: number,
  sides: Int8Array,
  { x, y }: ProjectedVertices,
): Uint8Array {
  const covered = new Uint8Array(probeX.length);
  // Probes not yet found covered, as chains: the first of each cell, and the one after each.
  const heads = new Int32Array(grid.across ** 2).fill(-1);
  const next = new Int32Array(probeX.length);
  for (let i = 0; i < probeX.length; i++) {
    const cell = grid.cellAt(probeX[i], probeY[i]);
    if (cell < 0) continue;
    next[i] = heads[cell];
    heads[cell] = i;
  }
  for (let f = 0; f < sides.length; f++) {
    if (sides[f] === 0) continue;
    const at = 3 * (faceStart + f);
    const a = faces[at];
    const b = faces[sides[f] > 0 ? at + 1 : at + 2];
    const c = faces[sides[f] > 0 ? at + 2 : at + 1];
    const firstRow = Math.max(0, grid.at(Math.min(y[a], y[b], y[c])));
    const lastRow = Math.min(grid.across - 1, grid.at(Math.max(y[a], y[b], y[c])));
    const pad = sameness(Math.max(x[a], x[b], x[c]), y[a], Math.min(x[a], x[b], x[c]), y[b]);
    const firstColumn = Math.max(0, grid.at(Math.min(x[a], x[b], x[c]) - pad));
    const lastColumn = Math.min(grid.across - 1, grid.at(Math.max(x[a], x[b], x[c]) + pad));
    for (let row = firstRow; row <= lastRow; row++) {
      grid.first = firstColumn;
      grid.last = lastColumn;
      // Of a face of a few cells, all are looked at: cheaper than to find out through which it passes.
      if (lastColumn - firstColumn >= fewCells) {
        grid.beginStrip();
        grid.addToStrip(row, x[a], y[a], x[b], y[b], pad);
        grid.addToStrip(row, x[b], y[b], x[c], y[c], pad);
        grid.addToStrip(row, x[c], y[c], x[a], y[a], pad);
        grid.endStrip(pad);
      }
      for (let cell = row * grid.across + grid.first; cell <= row * grid.across + grid.last; cell++) {
        let before = -1;
        for (let i = heads[cell]; i >= 0; i = next[i]) {
          const adx = x[a] - probeX[i];
          const ady = y[a] - probeY[i];
          const bdx = x[b] - probeX[i];
          const bdy = y[b] - probeY[i];
          const cdx = x[c] - probeX[i];
          const cdy = y[c] - probeY[i];
          const inside =
            adx * bdy - bdx * ady >= 0 && bdx * cdy - cdx * bdy >= 0 && cdx * ady - adx * cdy >= 0;
          if (!inside) before = i;
          else {
            covered[i] = 1;
            if (before < 0) heads[cell] = next[i];
            else next[before] = next[i];
          }
        }
      }
    }
  }
  return covered;
}
