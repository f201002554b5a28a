// What is seen of every face in every pixel: hidden surfaces removed exactly, with polygons instead of samples.
//
// The picture is halved into cells down to pixels, each with the faces that reach into it; a face that fills a cell drops those
// that are behind it everywhere. In a pixel, what is seen of face f is its polygon less the parts of other faces in front of it:
//
//   for each face g that overlaps a piece P of f, compare the depths of f and g on P ∩ g, where their difference h = z_f − z_g
//   has at most one line of zeros:
//     f in front:  P stays whole;
//     g in front:  P falls into the parts outside each edge of g in turn. Their new sides are part of that edge;
//     they cross:  P is cut along h = 0. The part where f is in front stays, g is taken out of the other.
//
// Pieces stay convex. A cut runs through the whole of a piece while the edge, or the crossing, that made it may end before: the
// side remembers what it came from, and only there it is an outline of what is seen of f. Along the rest f goes on behind the cut,
// unless a later face takes that away: an edge or a crossing on the same line (straight outlines often consist of many edges) is
// added to what the side is a part of. A pixel with many faces is cut into quarters first.
//
// Faces in the same plane (depths equal to 1e-12 of their size on all of P ∩ g): the lower index is seen, as in the kernels.

import type { MeshRange, Picture, Scene } from '../kernels/scene.ts';
import { depthAt, type Edge, type Face, type Projection, shareAt, slopeAt, visibleFaces } from './faces.ts';
import {
  clip,
  commonPart,
  distance,
  isOutside,
  type Line,
  type Polygon,
  rectangle,
  type Segment,
  sideOn,
  snap,
} from './polygon.ts';

/** Where a face comes out of another one, with its inner side where the face itself is in front. */
export interface Crossing extends Segment {
  other: Face;
}

/** What bounds a piece of what is seen: an edge of its own face or of one in front, or a crossing. */
export type Side = Edge | Crossing;

/** A side with several parts is the first of them that is there; where none is, it is no outline and stays. */
export type Piece = Polygon<Side>;

/**
 * Visits every piece of every visible face in every pixel that is `wanted`. Pieces of a pixel do not overlap, and fill what is
 * covered. `pixel` is row · width + column.
 */
export function forEachVisiblePiece(
  scene: Scene,
  item: MeshRange,
  projection: Projection,
  picture: Picture,
  wanted: (pixel: number) => boolean,
  visit: (pixel: number, face: Face, piece: Piece) => void,
): void {
  const { width, height } = picture;
  const descend = (faces: Face[], left: number, bottom: number, right: number, top: number): void => {
    const here = notHidden(
      faces.filter((face) => reaches(face, left, bottom, right, top)),
      left,
      bottom,
      right,
      top,
    );
    if (here.length === 0) return;
    if (right - left === 1 && top - bottom === 1) {
      const pixel = (height - 1 - bottom) * width + left;
      if (wanted(pixel)) {
        removeHidden(here, left, bottom, right, top, 0, (face, piece) => visit(pixel, face, piece));
      }
    } else if (right - left >= top - bottom) {
      const middle = left + Math.floor((right - left) / 2);
      descend(here, left, bottom, middle, top);
      descend(here, middle, bottom, right, top);
    } else {
      const middle = bottom + Math.floor((top - bottom) / 2);
      descend(here, left, bottom, right, middle);
      descend(here, left, middle, right, top);
    }
  };
  descend(visibleFaces(scene, item, projection, picture), 0, 0, width, height);
}

function reaches(face: Face, left: number, bottom: number, right: number, top: number): boolean {
  if (face.right <= left || face.left >= right || face.top <= bottom || face.bottom >= top) return false;
  return face.edges.every((edge) => farthestCorner(edge, left, bottom, right, top) > snap);
}

/** The largest distance from a line in a rectangle. */
const farthestCorner = (line: Line, left: number, bottom: number, right: number, top: number): number =>
  distance(line, line.nx > 0 ? right : left, line.ny > 0 ? top : bottom);

const nearestCorner = (line: Line, left: number, bottom: number, right: number, top: number): number =>
  distance(line, line.nx > 0 ? left : right, line.ny > 0 ? bottom : top);

/** Depths as good as equal, up to rounding. */
const areEqual = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * (Math.abs(a) + Math.abs(b));

const isBehind = (depth: number, other: number): boolean => depth < other && !areEqual(depth, other);

/** Drops the faces that are everywhere behind a face that fills the cell. */
function notHidden(faces: Face[], left: number, bottom: number, right: number, top: number): Face[] {
  let horizon = -Infinity;
  for (const face of faces) {
    if (face.edges.every((edge) => nearestCorner(edge, left, bottom, right, top) >= 0)) {
      // Depth is monotonic along every straight line, so its extremes are at corners.
      const farthest = Math.min(
        depthAt(face, left, bottom),
        depthAt(face, right, bottom),
        depthAt(face, right, top),
        depthAt(face, left, top),
      );
      horizon = Math.max(horizon, farthest);
    }
  }
  return horizon === -Infinity
    ? faces
    : faces.filter(({ depths }) => !isBehind(Math.max(...depths), horizon));
}

/** A face inside a cell, before anything is taken away from it. */
interface Candidate {
  face: Face;
  piece: Piece;
  left: number;
  right: number;
  bottom: number;
  top: number;
  farthest: number;
  nearest: number;
}

/** With more faces than this a cell is cut into quarters: comparing all pairs would cost more. */
const manyFaces = 40;

/** Cells this many times halved are small enough for whatever meets there (a fan around one vertex, for example). */
const mostHalvings = 12;

function removeHidden(
  faces: Face[],
  left: number,
  bottom: number,
  right: number,
  top: number,
  halvings: number,
  visit: (face: Face, piece: Piece) => void,
): void {
  if (faces.length > manyFaces && halvings < mostHalvings) {
    const x = (left + right) / 2;
    const y = (bottom + top) / 2;
    for (const [l, b, r, t] of [
      [left, bottom, x, y],
      [x, bottom, right, y],
      [left, y, x, top],
      [x, y, right, top],
    ]) {
      const inside = notHidden(
        faces.filter((face) => reaches(face, l, b, r, t)),
        l,
        b,
        r,
        t,
      );
      removeHidden(inside, l, b, r, t, halvings + 1, visit);
    }
    return;
  }
  const cell = rectangle<Side>(left, bottom, right, top);
  const candidates = faces.map((face) => candidate(face, cell)).filter((each) => each !== undefined);
  for (const self of candidates) {
    let pieces = [self.piece];
    for (const other of candidates) {
      if (other === self || !mayHide(other, self)) continue;
      const rest: Piece[] = [];
      for (const piece of pieces) subtract(piece, self.face, other.face, rest);
      pieces = rest;
      if (pieces.length === 0) break;
    }
    for (const piece of pieces) visit(self.face, piece);
  }
}

function candidate(face: Face, cell: Piece): Candidate | undefined {
  let piece: Piece | undefined = cell;
  for (const edge of face.edges) piece = piece && clip(piece, edge, 1, [edge]);
  if (!piece) return undefined;
  const { x, y } = piece;
  const depths = x.map((_, i) => depthAt(face, x[i], y[i]));
  return {
    face,
    piece,
    left: Math.min(...x),
    right: Math.max(...x),
    bottom: Math.min(...y),
    top: Math.max(...y),
    farthest: Math.min(...depths),
    nearest: Math.max(...depths),
  };
}

const mayHide = (other: Candidate, self: Candidate): boolean =>
  !isBehind(other.nearest, self.farthest) &&
  other.right > self.left &&
  other.left < self.right &&
  other.top > self.bottom &&
  other.bottom < self.top;

/** Adds to `rest` what is left of a piece of `face` when the parts of `other` in front of it are taken away. */
function subtract(piece: Piece, face: Face, other: Face, rest: Piece[]): void {
  for (const edge of other.edges) {
    if (!isOutside(piece, edge)) continue;
    rest.push(boundedByEdge(piece, face, other, edge));
    return;
  }
  let overlap: Piece | undefined = piece;
  for (const edge of other.edges) overlap = overlap && clip(overlap, edge, 1, []);
  if (!overlap) {
    rest.push(piece);
    return;
  }
  const { order, crossing } = compareDepths(overlap, face, other);
  if (order === 'in front') {
    rest.push(crossing ? withPart(piece, face, crossing) : piece);
  } else if (order === 'behind') {
    cutOut(piece, other, rest);
  } else {
    const near = clip(piece, crossing, 1, [crossing]);
    const far = clip(piece, crossing, -1, []);
    if (near) rest.push(near);
    if (far) cutOut(far, other, rest);
  }
}

/** The piece, outside of an edge, with the edge as a part of the side on it where the face beyond is in front. */
function boundedByEdge(piece: Piece, face: Face, other: Face, edge: Edge): Piece {
  const i = sideOn(piece, edge);
  const part = i < 0 ? undefined : commonPart(piece, i, edge);
  if (!part) return piece;
  const next = (i + 1) % piece.x.length;
  const middle = (part.start + part.end) / 2;
  const x = piece.x[i] + middle * (piece.x[next] - piece.x[i]);
  const y = piece.y[i] + middle * (piece.y[next] - piece.y[i]);
  return hidesBeyond(edge, face, other, x, y) ? withPart(piece, face, edge) : piece;
}

/** Whether `other` is in front of `face`, where both go on, just inside an edge of `other`. */
function hidesBeyond(edge: Edge, face: Face, other: Face, x: number, y: number): boolean {
  const own = depthAt(face, x, y);
  const others = depthAt(other, x, y);
  if (!areEqual(own, others)) return others > own;
  const ownSlope = slopeAt(face, face.depths, x, y);
  const otherSlope = slopeAt(other, other.depths, x, y);
  const gain = (otherSlope.du - ownSlope.du) * edge.nx + (otherSlope.dv - ownSlope.dv) * edge.ny;
  return gain > 0;
}

/** Adds what its side on the same line is a part of. An edge of the face itself bounds the whole of a side, and needs no more. */
function withPart(piece: Piece, { edges }: Face, part: Side): Piece {
  const i = sideOn(piece, part);
  if (i < 0 || edges.some((edge) => edge === piece.sides[i][0])) return piece;
  return { ...piece, sides: piece.sides.with(i, [...piece.sides[i], part]) };
}

/** Adds to `rest` the parts of a piece outside of a face. */
function cutOut(piece: Piece, { edges }: Face, rest: Piece[]): void {
  let inside: Piece | undefined = piece;
  for (const edge of edges) {
    const outside: Piece | undefined = inside && clip(inside, edge, -1, [edge]);
    if (outside) rest.push(outside);
    inside = inside && clip(inside, edge, 1, []);
  }
}

type DepthOrder =
  /** With a crossing where the two meet along a side of the polygon. */
  | { order: 'in front'; crossing?: Crossing }
  | { order: 'behind'; crossing?: never }
  | { order: 'crossing'; crossing: Crossing };

/** How `face` lies to `other` on a polygon inside both. */
function compareDepths({ x, y }: Piece, face: Face, other: Face): DepthOrder {
  const count = x.length;
  const differences: number[] = [];
  for (let i = 0; i < count; i++) {
    const own = depthAt(face, x[i], y[i]);
    const others = depthAt(other, x[i], y[i]);
    differences.push(areEqual(own, others) ? 0 : own - others);
  }
  const nearest = Math.max(...differences);
  const farthest = Math.min(...differences);
  if (nearest === 0 && farthest === 0) return { order: face.index < other.index ? 'in front' : 'behind' };
  if (nearest <= 0) return { order: 'behind' };
  if (farthest >= 0) {
    const i = differences.findIndex(
      (difference, k) => difference === 0 && differences[(k + 1) % count] === 0,
    );
    const next = (i + 1) % count;
    return {
      order: 'in front',
      crossing: i < 0 ? undefined : crossingAlong(other, x[i], y[i], x[next], y[next]),
    };
  }
  // Going counter-clockwise, `leave` is where the depths cross to `other` in front, `enter` where they cross back.
  let enter = [0, 0];
  let leave = [0, 0];
  for (let i = 0; i < count; i++) {
    const next = (i + 1) % count;
    if (differences[i] < 0 === differences[next] < 0) continue;
    const point = zeroBetween(x[i], y[i], x[next], y[next], face, other);
    if (differences[i] < 0) enter = point;
    else leave = point;
  }
  const crossing = crossingAlong(other, leave[0], leave[1], enter[0], enter[1]);
  if (crossing) return { order: 'crossing', crossing };
  return { order: nearest > -farthest ? 'in front' : 'behind' };
}

/** Nothing between points that coincide. */
function crossingAlong(
  other: Face,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
): Crossing | undefined {
  const length = Math.hypot(toX - fromX, toY - fromY);
  if (!(length > snap)) return undefined;
  const nx = -(toY - fromY) / length;
  const ny = (toX - fromX) / length;
  return { other, nx, ny, c: -(nx * fromX + ny * fromY), fromX, fromY, toX, toY };
}

/**
 * Where between two points the depths of two faces are equal. Depth is a fraction N/D of linear functions (faces.ts), so
 * N_f D_g − N_g D_f is quadratic along the way, and linear for faces of one camera.
 */
function zeroBetween(
  ax: number,
  ay: number,
  bx: number,
  by: number,
  face: Face,
  other: Face,
): [number, number] {
  const at = (t: number) => {
    const x = ax + t * (bx - ax);
    const y = ay + t * (by - ay);
    return (depthAt(face, x, y) - depthAt(other, x, y)) * shareAt(face, x, y) * shareAt(other, x, y);
  };
  const start = at(0);
  const middle = at(0.5);
  const end = at(1);
  const curvature = 2 * (start + end - 2 * middle);
  const slope = end - start - curvature;
  // The root of curvature·t² + slope·t + start in [0, 1], in the form that does not cancel.
  const root = Math.sqrt(Math.max(0, slope * slope - 4 * curvature * start));
  const t = (2 * start) / (-slope + (end < start ? root : -root));
  const inside = Math.min(1, Math.max(0, t));
  return [ax + inside * (bx - ax), ay + inside * (by - ay)];
}
