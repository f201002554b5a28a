// Attributes at fragments, a thread a number, and back.
//
// Back, a thread a fragment and axis first: with A the inverse of the face's matrix of corners [X; Y; w] and g_k = ∂L/∂b_k, moving
// the image point p changes the loss by R = Aᵀ(g − ḡ), ḡ = Σ b_k g_k, and moving corner k by as much changes it by −b_k R (derived
// in scalar/weights.ts). As Σ_k q_k (g_k − ḡ) = 0, R_w = −(p_x R_x + p_y R_y): no large offsets enter. Then a thread a segment of
// a face's fragments sums −b_k R and b_k ∂L/∂I up; segments are short, so float32 sums stay exact to its last digits, and
// the host adds them to faces and vertices in double precision, in a fixed order.
//
// Weights linear in the picture are the same with M = [x; y; 1], whose last row is constant.

import { addPlanarGradient, projectVertices } from '../scalar/vertices.ts';
import type { AttributeRows, Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { launch, padded, program, roundedUp, type Work } from './device.ts';

/** Channel thread.y. `rows` holds three rows of `values` a face. */
const attributeAt = program({
  arrays: ['faces', 'weights', 'rows', 'values'],
  numbers: ['channels'],
  body: `
    const i = this.thread.x;
    const face = faces[i];
    if (face < 0) return 0;
    return (
      weights[3 * i] * values[channels * rows[3 * face] + this.thread.y] +
      weights[3 * i + 1] * values[channels * rows[3 * face + 1] + this.thread.y] +
      weights[3 * i + 2] * values[channels * rows[3 * face + 2] + this.thread.y]
    );`,
});

/**
 * R_x, R_y, R_w by thread.y. `slopes` holds the first two columns of A for each face, x of three corners, then y. Attributes are
 * measured from the first corner's, as only differences count; the pixel's row is put right where the GPU divides inexactly.
 */
const pointGradient = program({
  arrays: ['faces', 'pixels', 'weights', 'upstream', 'rows', 'values', 'slopes'],
  numbers: ['channels', 'width', 'height'],
  body: `
    const i = this.thread.x;
    const face = faces[i];
    if (face < 0) return 0;
    const a = channels * rows[3 * face];
    const b = channels * rows[3 * face + 1];
    const c = channels * rows[3 * face + 2];
    let gb = 0;
    let gc = 0;
    for (let k = 0; k < channels; k += 1) {
      const g = upstream[channels * i + k];
      const first = values[a + k];
      gb += g * (values[b + k] - first);
      gc += g * (values[c + k] - first);
    }
    const mean = weights[3 * i + 1] * gb + weights[3 * i + 2] * gc;
    gb -= mean;
    gc -= mean;
    const x = slopes[6 * face + 1] * gb + slopes[6 * face + 2] * gc - slopes[6 * face] * mean;
    if (this.thread.y < 0.5) return x;
    const y = slopes[6 * face + 4] * gb + slopes[6 * face + 5] * gc - slopes[6 * face + 3] * mean;
    if (this.thread.y < 1.5) return y;
    let row = Math.floor(pixels[i] / width);
    let column = pixels[i] - width * row;
    if (column < 0) {
      row -= 1;
      column += width;
    }
    if (column >= width) {
      row += 1;
      column -= width;
    }
    const px = (2 * column + 1 - width) / width;
    const py = (height - 2 * row - 1) / height;
    return -(px * x + py * y);`,
});

/** Σ b_k R_axis over a segment; thread.y = axes · k + axis. R comes as a plane an axis, of `stride` fragments each. */
const cornerSum = program({
  arrays: ['starts', 'order', 'weights', 'gradients'],
  numbers: ['stride', 'axes'],
  body: `
    const corner = Math.floor((this.thread.y + 0.5) / axes);
    const plane = stride * (this.thread.y - axes * corner);
    const start = starts[this.thread.x];
    const count = starts[this.thread.x + 1] - start;
    let sum = 0;
    for (let k = 0; k < count; k += 1) {
      const i = order[start + k];
      sum += weights[3 * i + corner] * gradients[plane + i];
    }
    return sum;`,
});

/** Σ b_k ∂L/∂I_c over a segment; thread.y = channels · k + c. */
const attributeSum = program({
  arrays: ['starts', 'order', 'weights', 'upstream'],
  numbers: ['channels'],
  body: `
    const corner = Math.floor((this.thread.y + 0.5) / channels);
    const channel = this.thread.y - channels * corner;
    const start = starts[this.thread.x];
    const count = starts[this.thread.x + 1] - start;
    let sum = 0;
    for (let k = 0; k < count; k += 1) {
      const i = order[start + k];
      sum += weights[3 * i + corner] * upstream[channels * i + channel];
    }
    return sum;`,
});

export function* interpolate(
  scene: Scene,
  fragments: Fragments,
  attributes: AttributeRows,
  output: RealArray,
): Work<void> {
  const { channels } = attributes;
  for (const b of scene.items.keys()) {
    const { start, end, faces, weights } = itemFragments(fragments, b);
    if (start === end || scene.items[b].faceCount === 0 || channels === 0) continue;
    const { rows, values } = itemAttributes(scene, attributes, b);
    const planes = yield launch(attributeAt, [faces.length, channels], {
      faces,
      weights,
      rows,
      values,
      channels,
    });
    for (let i = 0; i < end - start; i++) {
      if (faces[i] < 0) continue;
      for (let c = 0; c < channels; c++) output[channels * (start + i) + c] = planes[c][i];
    }
  }
}

export function* interpolateBackward(
  scene: Scene,
  picture: Picture,
  fragments: Fragments,
  attributes: AttributeRows,
  upstream: RealArray,
  attributeGradient: RealArray,
  positionGradient: RealArray,
): Work<void> {
  for (const b of scene.items.keys()) {
    const part = backwardOf(scene, picture, fragments, attributes, upstream, b);
    if (!part) continue;
    yield* addPositionGradient(scene, picture, part, positionGradient);
    yield* addAttributeGradient(part, attributeGradient);
  }
}

/** The weights are the interpolated corners of the identity, so their gradient is that of its interpolation. */
export function* weightsBackward(
  scene: Scene,
  picture: Picture,
  fragments: Fragments,
  weightGradient: RealArray,
  positionGradient: RealArray,
): Work<void> {
  const identity: AttributeRows = {
    values: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    channels: 3,
    indices: Int32Array.from(scene.faces, (_, i) => i % 3),
    rowStarts: scene.items.map(() => 0),
  };
  for (const b of scene.items.keys()) {
    const part = backwardOf(scene, picture, fragments, identity, weightGradient, b);
    if (part) yield* addPositionGradient(scene, picture, part, positionGradient);
  }
}

/** One item's share of a backward pass, its arrays padded for programs. */
interface ItemBackward {
  item: MeshRange;
  fragments: ItemFragments;
  attributes: ItemAttributes;
  segments: Segments;
  /** Pixel of each fragment, counted from the item's first. */
  pixels: Float32Array;
  upstream: Float32Array;
}

/** Nothing where no fragment shows a face. */
function backwardOf(
  scene: Scene,
  { width, height }: Picture,
  fragments: Fragments,
  attributes: AttributeRows,
  upstream: RealArray,
  b: number,
): ItemBackward | undefined {
  const item = scene.items[b];
  const part = itemFragments(fragments, b);
  const segments = segmentsOf(part.faces, item.faceCount);
  const { channels } = attributes;
  if (segments.faces.length === 0 || channels === 0) return undefined;
  const { start, end } = part;
  const firstPixel = b * width * height;
  return {
    item,
    fragments: part,
    attributes: itemAttributes(scene, attributes, b),
    segments,
    pixels: padded(
      fragments.pixels
        ? fragments.pixels.subarray(start, end).map((pixel) => pixel - firstPixel)
        : Float32Array.from({ length: end - start }, (_, i) => i),
    ),
    upstream: padded(upstream.subarray(channels * start, channels * end)),
  };
}

function* addPositionGradient(
  scene: Scene,
  picture: Picture,
  { item, fragments: { faces, weights }, attributes, segments, pixels, upstream }: ItemBackward,
  positionGradient: RealArray,
): Work<void> {
  const homogeneous = scene.stride === 4 && picture.perspectiveCorrect;
  const axes = homogeneous ? 3 : 2;
  const { rows, values, channels } = attributes;
  const planes = yield launch(pointGradient, [faces.length, axes], {
    faces,
    pixels,
    weights,
    upstream,
    rows,
    values,
    slopes: padded(slopesOf(scene, item, picture, homogeneous)),
    channels,
    width: picture.width,
    height: picture.height,
  });
  const gradients = new Float32Array(axes * faces.length);
  planes.forEach((plane, axis) => {
    gradients.set(plane, axis * faces.length);
  });
  const sums = yield launch(cornerSum, [segments.threads, 3 * axes], {
    starts: segments.starts,
    order: segments.order,
    weights,
    gradients,
    stride: faces.length,
    axes,
  });
  const totals = new Float64Array(axes * item.vertexCount);
  segments.faces.forEach((face, s) => {
    for (let k = 0; k < 3; k++) {
      const at = axes * scene.faces[3 * (item.faceStart + face) + k];
      for (let axis = 0; axis < axes; axis++) totals[at + axis] -= sums[axes * k + axis][s];
    }
  });
  if (!homogeneous) {
    addPlanarGradient(scene, item, projectVertices(scene, item, picture), totals, positionGradient);
    return;
  }
  for (let v = 0, at = 4 * item.vertexStart; v < item.vertexCount; v++, at += 4) {
    positionGradient[at] += totals[3 * v];
    positionGradient[at + 1] += totals[3 * v + 1];
    positionGradient[at + 3] += totals[3 * v + 2];
  }
}

function* addAttributeGradient(
  { fragments: { weights }, attributes, segments, upstream }: ItemBackward,
  attributeGradient: RealArray,
): Work<void> {
  const { channels, rows, firstRow, rowCount } = attributes;
  const sums = yield launch(attributeSum, [segments.threads, 3 * channels], {
    starts: segments.starts,
    order: segments.order,
    weights,
    upstream,
    channels,
  });
  const totals = new Float64Array(channels * rowCount);
  segments.faces.forEach((face, s) => {
    for (let k = 0; k < 3; k++) {
      const at = channels * rows[3 * face + k];
      for (let c = 0; c < channels; c++) totals[at + c] += sums[channels * k + c][s];
    }
  });
  for (let i = 0; i < totals.length; i++) attributeGradient[channels * firstRow + i] += totals[i];
}

/** Two columns of A of every face, x of three corners, then y; 0 where it is not drawn. */
function slopesOf(scene: Scene, item: MeshRange, picture: Picture, homogeneous: boolean): Float32Array {
  const { x, y, w } = projectVertices(scene, item, picture);
  const slopes = new Float32Array(6 * item.faceCount);
  for (let f = 0; f < item.faceCount; f++) {
    const corner = 3 * (item.faceStart + f);
    const a = scene.faces[corner];
    const b = scene.faces[corner + 1];
    const c = scene.faces[corner + 2];
    const area = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a]);
    if (w[a] === 0 || w[b] === 0 || w[c] === 0 || area === 0) continue;
    for (let k = 0; k < 3; k++) {
      const next = scene.faces[corner + ((k + 1) % 3)];
      const last = scene.faces[corner + ((k + 2) % 3)];
      const divisor = area * (homogeneous ? w[scene.faces[corner + k]] : 1);
      slopes[6 * f + k] = (y[next] - y[last]) / divisor;
      slopes[6 * f + 3 + k] = (x[last] - x[next]) / divisor;
    }
  }
  return slopes;
}

interface ItemFragments {
  /** In the whole list. */
  start: number;
  end: number;
  /** Padded with empty ones. */
  faces: Float32Array;
  weights: Float32Array;
}

function itemFragments({ faces, weights, itemStarts }: Fragments, b: number): ItemFragments {
  const start = itemStarts[b];
  const end = itemStarts[b + 1];
  return {
    start,
    end,
    faces: padded(faces.subarray(start, end), -1),
    weights: padded(weights.subarray(3 * start, 3 * end)),
  };
}

interface ItemAttributes {
  channels: number;
  firstRow: number;
  rowCount: number;
  /** Padded: three rows a face, counted from the first; their numbers. */
  rows: Float32Array;
  values: Float32Array;
}

function itemAttributes(
  { items }: Scene,
  { values, channels, indices, rowStarts }: AttributeRows,
  b: number,
): ItemAttributes {
  const { faceStart, faceCount } = items[b];
  const firstRow = rowStarts[b];
  const rows = indices.subarray(3 * faceStart, 3 * (faceStart + faceCount));
  const rowCount = rows.reduce((count, row) => Math.max(count, row + 1), 0);
  return {
    channels,
    firstRow,
    rowCount,
    rows: padded(rows),
    values: padded(values.subarray(channels * firstRow, channels * (firstRow + rowCount))),
  };
}

/** Fragments in the order of their faces, cut where faces change and after so many. */
interface Segments {
  /** Face of each segment. */
  faces: number[];
  /** Padded: where each segment starts in `order`; at the end, where the last one ends. */
  starts: Float32Array;
  /** Padded: fragments. */
  order: Float32Array;
  /** Segments, rounded up as arrays are; those beyond the last are empty. */
  threads: number;
}

const longestSegment = 64;

function segmentsOf(fragmentFaces: Float32Array, faceCount: number): Segments {
  const next = new Int32Array(faceCount + 1);
  for (const face of fragmentFaces) if (face >= 0) next[face + 1]++;
  for (let f = 0; f < faceCount; f++) next[f + 1] += next[f];
  const order = new Float32Array(next[faceCount]);
  const faces: number[] = [];
  const starts: number[] = [];
  for (let f = 0; f < faceCount; f++) {
    for (let start = next[f]; start < next[f + 1]; start += longestSegment) {
      faces.push(f);
      starts.push(start);
    }
  }
  fragmentFaces.forEach((face, i) => {
    if (face >= 0) order[next[face]++] = i;
  });
  const threads = roundedUp(faces.length);
  const bounds = new Float32Array(threads + 1).fill(order.length);
  bounds.set(starts);
  return { faces, starts: bounds, order: padded(order), threads };
}
