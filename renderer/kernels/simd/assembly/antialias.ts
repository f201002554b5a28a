// nvdiffrast's analytic antialiasing of one picture, and back. The twin of scalar/antialias.ts, which has formulas and rules, in the same
// double precision: four neighbouring pixels at a time are passed over where they and those above show one face.

import { addPlanarGradient, projectVertices, vertexBytes } from './vertices';

/** Bytes of a pair: pixel 0; 4 · (entry of `faces` opposite the edge) + 2 · vertical + near, the pixel of the face; α, a double. */
const pairBytes: usize = 16;
const vertical: i32 = 2;
/** How far beyond the centres of a pair, in pixels, an edge may cross and still count as crossing at the centre. */
const crossingSlack: f64 = 1 / 16;
/** Edges of a face that nobody has asked for yet. */
const unknown: i32 = 255;

/** Bytes of working memory that `antialias` needs, beside its pairs. */
export function antialiasScratch(vertexCount: i32, faceCount: i32): usize {
  return vertexBytes * vertexCount + faceCount;
}

/**
 * @param opposite vertices, three a face. @param visible [height, width] int32. @param colors, output [height, width, channels].
 * @param pairs room for `capacity` of them. @returns how many pairs there are; where that is more than `capacity`, room was short, and all
 * is to be done again
 */
export function antialias(
  positions: usize,
  stride: i32,
  vertexCount: i32,
  faces: usize,
  faceCount: i32,
  near: f64,
  flags: i32,
  width: i32,
  height: i32,
  opposite: usize,
  visible: usize,
  colors: usize,
  channels: i32,
  output: usize,
  pairs: usize,
  capacity: i32,
  scratch: usize,
): i32 {
  const vertices = scratch;
  const outlines = vertices + vertexBytes * vertexCount;
  projectVertices(positions, stride, vertexCount, near, flags, vertices);
  memory.fill(outlines, u8(unknown), faceCount);
  const end = pairs + pairBytes * capacity;
  let to = pairs;
  for (let row = 0; row < height; row++) {
    const line = visible + 4 * row * width;
    const above = row > 0 ? 4 * width : 0;
    for (let group = 0; group < width; group += 4) {
      let lanes = group + 4 < width ? borders(line + 4 * group, above) : (1 << (width - group)) - 1;
      for (; lanes !== 0; lanes &= lanes - 1) {
        const column = group + ctz(lanes);
        const here = line + 4 * column;
        const face = load<i32>(here);
        const edges = edgesOf(face, faces, opposite, vertices, outlines);
        for (let direction = 0; direction <= vertical; direction += vertical) {
          if (direction === 0 ? column + 1 === width : row === 0) continue;
          const other = load<i32>(direction === 0 ? here + 4 : here - above);
          if (other === face) continue;
          const otherEdges = edgesOf(other, faces, opposite, vertices, outlines);
          if (edges === 0 && otherEdges === 0) continue;
          const isNear = isNearer(face, other, column, row, direction, faces, vertices, width, height);
          to = look(
            row * width + column,
            isNear ? face : other,
            isNear ? edges : otherEdges,
            !isNear && direction === 0 ? column + 1 : column,
            !isNear && direction !== 0 ? row - 1 : row,
            direction,
            isNear,
            faces,
            vertices,
            width,
            height,
            to,
            end,
          );
        }
      }
    }
  }
  const count = i32(to - pairs) / i32(pairBytes);
  if (count > capacity) return count;

  memory.copy(output, colors, 4 * channels * width * height);
  const rowBytes = 4 * channels;
  for (let at = pairs; at < to; at += pairBytes) {
    const alpha = load<f64>(at, 8);
    const pixel0 = load<i32>(at);
    const pixel1 = otherPixel(pixel0, load<i32>(at, 4), width);
    const from = colors + rowBytes * pixel0;
    const toward = colors + rowBytes * pixel1;
    const changed = output + rowBytes * (alpha > 0 ? pixel0 : pixel1);
    for (let c = 0; c < rowBytes; c += 4) {
      const difference = f64(load<f32>(toward + c)) - f64(load<f32>(from + c));
      store<f32>(changed + c, f32(f64(load<f32>(changed + c)) + alpha * difference));
    }
  }
  return count;
}

/** Which of four pixels show another face than the one to their right, or the one above, `above` bytes back: a bit each. */
function borders(at: usize, above: usize): i32 {
  const here = v128.load(at);
  const differ = v128.or(i32x4.ne(here, v128.load(at, 4)), i32x4.ne(here, v128.load(at - above)));
  return i32x4.bitmask(differ);
}

/** Pixel 1 of a pair: above pixel 0, or to its right. */
function otherPixel(pixel: i32, code: i32, width: i32): i32 {
  return (code & vertical) === 0 ? pixel + 1 : pixel - width;
}

/** Bit k of a face where the edge opposite corner k is on an outline; 0 of no face. */
function edgesOf(face: i32, faces: usize, opposite: usize, vertices: usize, outlines: usize): i32 {
  if (face < 0) return 0;
  const known = i32(load<u8>(outlines + face));
  if (known !== unknown) return known;
  const corners = faces + 12 * face;
  const others = opposite + 12 * face;
  const a = vertices + vertexBytes * load<u32>(corners);
  const b = vertices + vertexBytes * load<u32>(corners, 4);
  const c = vertices + vertexBytes * load<u32>(corners, 8);
  const isClockwise = windsClockwise(a, b, c);
  const oa = load<i32>(others);
  const ob = load<i32>(others, 4);
  const oc = load<i32>(others, 8);
  let bits = 0;
  if (isBare(oa, vertices) || windsClockwise(vertexOf(oa, vertices), b, c) === isClockwise) bits |= 1;
  if (isBare(ob, vertices) || windsClockwise(a, vertexOf(ob, vertices), c) === isClockwise) bits |= 2;
  if (isBare(oc, vertices) || windsClockwise(a, b, vertexOf(oc, vertices)) === isClockwise) bits |= 4;
  store<u8>(outlines + face, bits);
  return bits;
}

function vertexOf(index: i32, vertices: usize): usize {
  return vertices + vertexBytes * index;
}

/** Whether no face that is drawn lies beyond an edge, given the vertex opposite. */
function isBare(other: i32, vertices: usize): bool {
  return other < 0 || load<f64>(vertexOf(other, vertices), 24) === 0;
}

function windsClockwise(a: usize, b: usize, c: usize): bool {
  return (
    crossProduct(
      load<f64>(a),
      load<f64>(a, 8),
      load<f64>(b),
      load<f64>(b, 8),
      load<f64>(c),
      load<f64>(c, 8),
    ) < 0
  );
}

/** (b − a) × (c − a). */
function crossProduct(ax: f64, ay: f64, bx: f64, by: f64, cx: f64, cy: f64): f64 {
  return (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
}

/** Whether of two different faces, seen at a pixel and at its neighbour, the first is the nearer one. */
function isNearer(
  face: i32,
  other: i32,
  column: i32,
  row: i32,
  direction: i32,
  faces: usize,
  vertices: usize,
  width: i32,
  height: i32,
): bool {
  if (face < 0) return false;
  if (other < 0) return true;
  const otherColumn = direction === 0 ? column + 1 : column;
  const otherRow = direction === 0 ? row : row - 1;
  return (
    depthAt(face, column, row, faces, vertices, width, height) >
    depthAt(other, otherColumn, otherRow, faces, vertices, width, height)
  );
}

/** Depth of a face at a pixel centre, in float32 as in the z-buffer. */
function depthAt(
  face: i32,
  column: i32,
  row: i32,
  faces: usize,
  vertices: usize,
  width: i32,
  height: i32,
): f32 {
  const corners = faces + 12 * face;
  const a = vertexOf(load<i32>(corners), vertices);
  const b = vertexOf(load<i32>(corners, 4), vertices);
  const c = vertexOf(load<i32>(corners, 8), vertices);
  const px = f64(2 * column + 1 - width) / f64(width);
  const py = f64(height - 2 * row - 1) / f64(height);
  const ax = load<f64>(a);
  const ay = load<f64>(a, 8);
  const bx = load<f64>(b);
  const by = load<f64>(b, 8);
  const cx = load<f64>(c);
  const cy = load<f64>(c, 8);
  const ea = crossProduct(px, py, bx, by, cx, cy);
  const eb = crossProduct(px, py, cx, cy, ax, ay);
  const ec = crossProduct(px, py, ax, ay, bx, by);
  return f32(
    (ea * load<f64>(a, 16) + eb * load<f64>(b, 16) + ec * load<f64>(c, 16)) /
      (ea * load<f64>(a, 24) + eb * load<f64>(b, 24) + ec * load<f64>(c, 24)),
  );
}

/**
 * Adds the pair of a pixel and its neighbour to those blended where an edge on an outline of the nearer one's face lies between them.
 * @param column, row of the nearer one. @returns where the pairs end now; those beyond `end` are counted but not stored
 */
function look(
  pixel: i32,
  face: i32,
  edges: i32,
  column: i32,
  row: i32,
  direction: i32,
  isFirst: bool,
  faces: usize,
  vertices: usize,
  width: i32,
  height: i32,
  pairs: usize,
  end: usize,
): usize {
  if (edges === 0) return pairs;
  // Corners in pixels from the centre of the near pixel; x along the pair, y across it.
  const corners = faces + 12 * face;
  const a = vertexOf(load<i32>(corners), vertices);
  const b = vertexOf(load<i32>(corners, 4), vertices);
  const c = vertexOf(load<i32>(corners, 8), vertices);
  const isHorizontal = direction === 0;
  const along: usize = isHorizontal ? 0 : 8;
  const across: usize = 8 - along;
  const right = f64(2 * column + 1 - width) / f64(width);
  const up = f64(height - 2 * row - 1) / f64(height);
  const alongCenter = isHorizontal ? right : up;
  const acrossCenter = isHorizontal ? up : right;
  const alongScale = f64(isHorizontal ? width : height) / 2;
  const acrossScale = f64(isHorizontal ? height : width) / 2;
  const ax = (load<f64>(a + along) - alongCenter) * alongScale;
  const ay = (load<f64>(a + across) - acrossCenter) * acrossScale;
  const bx = (load<f64>(b + along) - alongCenter) * alongScale;
  const by = (load<f64>(b + across) - acrossCenter) * acrossScale;
  const cx = (load<f64>(c + along) - alongCenter) * alongScale;
  const cy = (load<f64>(c + across) - acrossCenter) * acrossScale;

  // Of the edges that cross the line of centres, the one farthest in the direction of the other pixel; the lowest on a tie.
  const s: f64 = isFirst ? 1 : -1;
  let farthest = -Infinity;
  let opposite = 0;
  let isSteep = false;
  if (by < 0 !== cy < 0) {
    farthest = (s * (bx * (cy - by) - by * (cx - bx))) / (cy - by);
    isSteep = abs(cy - by) >= abs(cx - bx);
  }
  if (cy < 0 !== ay < 0) {
    const distance = (s * (cx * (ay - cy) - cy * (ax - cx))) / (ay - cy);
    if (distance > farthest) {
      farthest = distance;
      opposite = 1;
      isSteep = abs(ay - cy) >= abs(ax - cx);
    }
  }
  if (ay < 0 !== by < 0) {
    const distance = (s * (ax * (by - ay) - ay * (bx - ax))) / (by - ay);
    if (distance > farthest) {
      farthest = distance;
      opposite = 2;
      isSteep = abs(by - ay) >= abs(bx - ax);
    }
  }
  if (!isSteep || (edges & (1 << opposite)) === 0) return pairs;
  if (!(farthest > -crossingSlack && farthest < 1 + crossingSlack)) return pairs;
  const alpha = s * (0.5 - min<f64>(1, max<f64>(0, farthest)));
  if (alpha === 0) return pairs;
  if (pairs < end) {
    store<i32>(pairs, pixel);
    store<i32>(pairs, 4 * (3 * face + opposite) + direction + (isFirst ? 0 : 1), 4);
    store<f64>(pairs, alpha, 8);
  }
  return pairs + pairBytes;
}

/** Bytes of working memory that `antialiasBackward` needs. */
export function antialiasBackwardScratch(vertexCount: i32): usize {
  return (vertexBytes + 16) * vertexCount;
}

/**
 * @param pairs as `antialias` left them, `count` of them. @param upstream, colors [height, width, channels]. @param colorGradient the
 * same, and @param positionGradient: added to
 */
export function antialiasBackward(
  positions: usize,
  stride: i32,
  vertexCount: i32,
  faces: usize,
  _faceCount: i32,
  near: f64,
  flags: i32,
  width: i32,
  height: i32,
  pairs: usize,
  count: i32,
  gradientBoost: f64,
  edgePadding: f64,
  colors: usize,
  channels: i32,
  upstream: usize,
  colorGradient: usize,
  positionGradient: usize,
  scratch: usize,
): void {
  const vertices = scratch;
  const gradient = vertices + vertexBytes * vertexCount;
  const rowBytes = 4 * channels;
  addFloats(upstream, channels * width * height, colorGradient);
  if (count === 0) return;
  projectVertices(positions, stride, vertexCount, near, flags, vertices);
  memory.fill(gradient, 0, 16 * vertexCount);
  const end = pairs + pairBytes * count;
  for (; pairs < end; pairs += pairBytes) {
    const pixel0 = load<i32>(pairs);
    const code = load<i32>(pairs, 4);
    const alpha = load<f64>(pairs, 8);
    const pixel1 = otherPixel(pixel0, code, width);
    const row0 = rowBytes * pixel0;
    const row1 = rowBytes * pixel1;
    const changed = upstream + (alpha > 0 ? row0 : row1);
    let pull: f64 = 0;
    for (let c = 0; c < rowBytes; c += 4) {
      const g = f64(load<f32>(changed + c));
      const to0 = colorGradient + row0 + c;
      const to1 = colorGradient + row1 + c;
      store<f32>(to0, f32(f64(load<f32>(to0)) - alpha * g));
      store<f32>(to1, f32(f64(load<f32>(to1)) + alpha * g));
      pull += g * (f64(load<f32>(colors + row1 + c)) - f64(load<f32>(colors + row0 + c)));
    }
    // Where α was clamped to ½, moving the edge changes nothing.
    if (pull === 0 || abs(alpha) >= 0.5) continue;
    pull *= gradientBoost;

    const corner = code >> 2;
    const opposite = corner % 3;
    const first = faces + 4 * (corner - opposite);
    const from = load<i32>(first + 4 * ((opposite + 1) % 3));
    const to = load<i32>(first + 4 * ((opposite + 2) % 3));
    const center = (code & 1) === 0 ? pixel0 : pixel1;
    const right = f64(2 * (center % width) + 1 - width) / f64(width);
    const up = f64(height - 2 * (center / width) - 1) / f64(height);
    const isHorizontal = (code & vertical) === 0;
    const along: usize = isHorizontal ? 0 : 8;
    const across: usize = 8 - along;
    const alongCenter = isHorizontal ? right : up;
    const acrossCenter = isHorizontal ? up : right;
    const alongScale = f64(isHorizontal ? width : height) / 2;
    const acrossScale = f64(isHorizontal ? height : width) / 2;
    const vertexFrom = vertexOf(from, vertices);
    const vertexTo = vertexOf(to, vertices);
    const x1 = (load<f64>(vertexFrom + along) - alongCenter) * alongScale;
    const y1 = (load<f64>(vertexFrom + across) - acrossCenter) * acrossScale;
    const x2 = (load<f64>(vertexTo + along) - alongCenter) * alongScale;
    const y2 = (load<f64>(vertexTo + across) - acrossCenter) * acrossScale;
    // nvdiffrast's ε keeps Δy away from 0, here and in x_c.
    const span = y2 - y1 + (y2 < y1 ? -edgePadding : edgePadding);
    const crossing = (x1 * (y2 - y1) - y1 * (x2 - x1)) / span;
    addTo(gradient + 16 * from + along, -(pull * alongScale * y2) / span);
    addTo(gradient + 16 * from + across, -(pull * acrossScale * (crossing - x2)) / span);
    addTo(gradient + 16 * to + along, (pull * alongScale * y1) / span);
    addTo(gradient + 16 * to + across, (pull * acrossScale * (crossing - x1)) / span);
  }
  addPlanarGradient(positions, stride, vertexCount, vertices, gradient, 16, positionGradient);
}

function addTo(to: usize, value: f64): void {
  store<f64>(to, load<f64>(to) + value);
}

/** Adds floats to floats. */
function addFloats(from: usize, count: i32, to: usize): void {
  const end = from + 4 * count;
  for (; from + 16 <= end; from += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (; from < end; from += 4, to += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}
