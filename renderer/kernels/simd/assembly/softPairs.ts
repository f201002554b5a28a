// The (pixel, face) pairs of DIB-R's silhouette, and the choice among them where a pixel hears only the nearest faces that reach it.

import { missAt } from './hits';
import { vertexBytes } from './vertices';

/** Bytes of a pair: pixel; 12 · face + 5 · edge; t; and −2s·p/(1 − p)·(c − p) times the survival of its pixel. */
export const pairBytes: usize = 20;

/** Bytes of working memory that `softMask` needs beside its own where pixels hear the nearest faces, given the room for pairs. */
export function nearestFacesScratch(faceCount: i32, width: i32, height: i32, capacity: i32): usize {
  return 4 * (width * height + 1) + 4 * capacity + 12 * faceCount;
}

/** Pairs by pixel, those of a pixel in order: `lists` begins with where the list of each pixel ends, and the numbers of pairs follow. */
export function listByPixel(pairs: usize, count: i32, pixels: i32, lists: usize): void {
  const numbers = lists + 4 * (pixels + 1);
  memory.fill(lists, 0, 4 * (pixels + 1));
  for (let k = 0; k < count; k++) {
    const at = lists + 4 * load<i32>(pairs + pairBytes * k);
    store<i32>(at, load<i32>(at, 4) + 1, 4);
  }
  for (let i = 1; i <= pixels; i++) {
    store<i32>(lists + 4 * i, load<i32>(lists + 4 * i) + load<i32>(lists + 4 * (i - 1)));
  }
  for (let k = 0; k < count; k++) {
    const at = lists + 4 * load<i32>(pairs + pairBytes * k);
    const place = load<i32>(at);
    store<i32>(numbers + 4 * place, k);
    store<i32>(at, place + 1);
  }
}

/**
 * Of every pixel that more than `limit` faces reach, marks the pairs with others than the nearest by a pixel of −1, and leaves what
 * survives the nearest. Distances are found again from the pairs, in double precision. The nearest so far are a heap with the
 * farthest of them on top; of equally near ones the last.
 */
export function chooseNearest(
  faces: usize,
  vertices: usize,
  columns: usize,
  rows: usize,
  width: i32,
  height: i32,
  sharpness: f64,
  limit: i32,
  survivals: usize,
  pairs: usize,
  lists: usize,
  count: i32,
): void {
  const pixels = width * height;
  const numbers = lists + 4 * (pixels + 1);
  const distances = numbers + 4 * count;
  for (let pixel = 0, first = 0; pixel < pixels; pixel++) {
    const end = load<i32>(lists + 4 * pixel);
    const list = numbers + 4 * first;
    const length = end - first;
    first = end;
    if (length <= limit) continue;
    const heap = distances + 8 * length;
    const row = pixel / width;
    const place = f64x2(load<f64>(columns + 8 * (pixel - row * width)), load<f64>(rows + 8 * row));
    for (let i = 0; i < length; i++) {
      const pair = pairs + pairBytes * load<i32>(list + 4 * i);
      store<f64>(distances + 8 * i, squaredDistance(pair, faces, vertices, place));
      store<i32>(pair, -1);
      if (i < limit) rise(distances, heap, i);
      else if (load<f64>(distances + 8 * i) < load<f64>(distances + 8 * load<i32>(heap))) {
        sink(distances, heap, limit, i);
      }
    }
    for (let i = 0; i < limit; i++) {
      store<i32>(pairs + pairBytes * load<i32>(list + 4 * load<i32>(heap + 4 * i)), pixel);
    }
    let survival = f32x4.splat(1);
    for (let i = 0; i < length; i++) {
      if (load<i32>(pairs + pairBytes * load<i32>(list + 4 * i)) < 0) continue;
      const exponent = f32x4.splat(f32(sharpness * load<f64>(distances + 8 * i)));
      survival = f32x4.mul(survival, missAt(exponent));
    }
    store<f32>(survivals + 4 * (pixel + 4 * row), f32x4.extract_lane(survival, 0));
  }
}

/** d² of a pair. */
function squaredDistance(pair: usize, faces: usize, vertices: usize, place: v128): f64 {
  const code = load<i32>(pair, 4);
  const corner = faces + 4 * (code >> 2);
  const a = v128.load(vertices + vertexBytes * load<u32>(corner));
  const b = v128.load(vertices + vertexBytes * load<u32>((code & 3) === 2 ? corner - 8 : corner + 4));
  const along = f64x2.mul(f64x2.sub(b, a), f64x2.splat(load<f32>(pair, 8)));
  const way = f64x2.add(f64x2.sub(a, place), along);
  const squares = f64x2.mul(way, way);
  return f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}

/** Adds number i, larger than all before, to a heap of i numbers. */
function rise(distances: usize, heap: usize, i: i32): void {
  const distance = load<f64>(distances + 8 * i);
  let at = i;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const other = load<i32>(heap + 4 * parent);
    if (load<f64>(distances + 8 * other) > distance) break;
    store<i32>(heap + 4 * at, other);
    at = parent;
  }
  store<i32>(heap + 4 * at, i);
}

/** Puts number i in the place of the top of a heap. */
function sink(distances: usize, heap: usize, size: i32, i: i32): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (
      child + 1 < size &&
      isFarther(distances, load<i32>(heap + 4 * child + 4), load<i32>(heap + 4 * child))
    )
      child++;
    const number = load<i32>(heap + 4 * child);
    if (!isFarther(distances, number, i)) break;
    store<i32>(heap + 4 * at, number);
    at = child;
  }
  store<i32>(heap + 4 * at, i);
}

function isFarther(distances: usize, i: i32, j: i32): bool {
  const a = load<f64>(distances + 8 * i);
  const b = load<f64>(distances + 8 * j);
  return a > b || (a === b && i > j);
}

/** Closes the gaps of marked pairs. @returns where the pairs end now */
export function dropOthers(pairs: usize, end: usize): usize {
  let to = pairs;
  for (; pairs < end; pairs += pairBytes) {
    if (load<i32>(pairs) < 0) continue;
    if (to < pairs) memory.copy(to, pairs, pairBytes);
    to += pairBytes;
  }
  return to;
}
