// A batch of meshes on the GPU. The faces of all items lie one after another, those of an item together, as slots; their corners refer to
// rows of the batch. Sums over faces go to rows by lists of the corners at each row, so that rows gather and nothing is added at random.

import * as tf from '@tensorflow/tfjs';
import type { MeshRange, Picture } from '../scene.ts';
import { main, program, run } from './program.ts';

export interface DeviceScene {
  /** Rows (X, Y, Z, w), or (x, y, z) already divided. */
  positions: tf.Tensor;
  stride: 3 | 4;
  /** int32 [3S]: row of each corner of each slot. */
  corners: tf.Tensor;
  /** int32 [B + 1]: slots of item b are slotStarts[b] up to slotStarts[b + 1]. */
  slotStarts: tf.Tensor;
  /** int32 [S]: item of each slot. */
  slotItems: tf.Tensor;
  slots: number;
  batch: number;
  /** Faces of the largest item. */
  mostFaces: number;
  /** Corners at each row of positions. */
  atVertices: CornerLists;
}

/** For each row, which corners (3 · slot + corner) refer to it. */
export interface CornerLists {
  /** int32 [R + 1]. */
  starts: tf.Tensor;
  /** int32 [3S]. */
  list: tf.Tensor;
}

export interface HostScene {
  positions: tf.Tensor;
  stride: 3 | 4;
  /** Three vertices a face, each counted from its mesh's own first vertex. */
  faces: Int32Array;
  items: readonly MeshRange[];
}

/** The scene in tensors of its own. */
export function deviceScene({ positions, stride, faces, items }: HostScene): DeviceScene {
  const corners = cornerRows(
    items,
    faces,
    items.map(({ vertexStart }) => vertexStart),
  );
  const slotStarts = Int32Array.of(0, ...items.map(({ faceCount }) => faceCount));
  for (let b = 0; b < items.length; b++) slotStarts[b + 1] += slotStarts[b];
  const slotItems = new Int32Array(corners.length / 3);
  for (let b = 0; b < items.length; b++) slotItems.fill(b, slotStarts[b], slotStarts[b + 1]);
  return {
    positions,
    stride,
    corners: indices(corners),
    slotStarts: indices(slotStarts),
    slotItems: indices(slotItems),
    slots: Math.max(1, corners.length / 3),
    batch: items.length,
    mostFaces: items.reduce((most, { faceCount }) => Math.max(most, faceCount), 0),
    atVertices: cornerLists(corners, positions.size / stride),
  };
}

/** [3S] row of each corner of each slot, given three indices a face and the row that those of each item count from. */
export function cornerRows(
  items: readonly MeshRange[],
  faceIndices: Int32Array,
  rowStarts: readonly number[],
): Int32Array {
  const corners = new Int32Array(3 * items.reduce((sum, { faceCount }) => sum + faceCount, 0));
  let at = 0;
  items.forEach(({ faceStart, faceCount }, b) => {
    const end = 3 * (faceStart + faceCount);
    for (let i = 3 * faceStart; i < end; i++) corners[at++] = rowStarts[b] + faceIndices[i];
  });
  return corners;
}

export function cornerLists(corners: Int32Array, rows: number): CornerLists {
  const starts = new Int32Array(rows + 1);
  for (const row of corners) starts[row + 1]++;
  for (let row = 0; row < rows; row++) starts[row + 1] += starts[row];
  const next = starts.slice(0, rows);
  const list = new Int32Array(corners.length);
  corners.forEach((row, corner) => {
    list[next[row]++] = corner;
  });
  return { starts: indices(starts), list: indices(list) };
}

/** As a tensor, which may not be empty on the GPU. */
export const indices = (values: Int32Array): tf.Tensor =>
  tf.tensor1d(values.length > 0 ? values : Int32Array.of(0), 'int32');

/** A row: image-plane x and y, camera-space z, and w; 1 for divided positions, 0 where it cannot be drawn: at w ≤ near, or not finite. */
const projectRow = program({
  name: 'project',
  tensors: ['positions'],
  numbers: { stride: 'i32', near: 'f32' },
  code: `
    fn isFinite(value : f32) -> bool { return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u; }
    ${main(`
    let at = uniforms.stride * index;
    var w = 1.0;
    if (uniforms.stride == 4) { w = positions[at + 3]; }
    var drawable = isFinite(w) && (uniforms.stride == 3 || w > uniforms.near);
    let divisor = select(1.0, w, drawable);
    let x = positions[at] / divisor;
    let y = positions[at + 1] / divisor;
    let z = positions[at + 2];
    drawable = drawable && isFinite(x) && isFinite(y) && isFinite(z);
    result[4 * index] = select(0.0, x, drawable);
    result[4 * index + 1] = select(0.0, y, drawable);
    result[4 * index + 2] = select(0.0, z, drawable);
    result[4 * index + 3] = select(0.0, w, drawable);`)}`,
});

/** [R, 4] rows (x, y, z, w). */
export function project({ positions, stride }: DeviceScene, { near }: Picture): tf.Tensor {
  const rows = positions.size / stride;
  return run(projectRow, rows, { positions, stride, near: Math.max(0, near) }, [rows, 4]);
}

/** Functions that programs on pixels share; `projected` and `corners` are among their tensors, `width` and `height` among their numbers. */
export const pixelFunctions = `
  fn pixelCenter(column : i32, row : i32) -> vec2<f32> {
    let width = uniforms.width;
    let height = uniforms.height;
    return vec2<f32>(f32(2 * column + 1 - width) / f32(width), f32(height - 2 * row - 1) / f32(height));
  }
  fn corner(slot : i32, k : i32) -> vec4<f32> {
    let at = 4 * corners[3 * slot + k];
    return vec4<f32>(projected[at], projected[at + 1], projected[at + 2], projected[at + 3]);
  }
  fn canBeDrawn(slot : i32) -> bool {
    return corner(slot, 0).w != 0.0 && corner(slot, 1).w != 0.0 && corner(slot, 2).w != 0.0;
  }
  // Lower and upper bounds of a face in the image plane.
  fn bounds(slot : i32) -> vec4<f32> {
    let a = corner(slot, 0).xy;
    let b = corner(slot, 1).xy;
    let c = corner(slot, 2).xy;
    return vec4<f32>(min(a, min(b, c)), max(a, max(b, c)));
  }
  // First column and row, last column and row of the pixels in the bounds grown by a margin, erring outwards; last < first where none.
  fn pixelBox(slot : i32, margin : f32) -> vec4<i32> {
    if (!canBeDrawn(slot)) { return vec4<i32>(0, 0, -1, -1); }
    let box = bounds(slot);
    let size = vec2<f32>(f32(uniforms.width), f32(uniforms.height));
    let first = (size * vec2<f32>(box.x - margin + 1.0, 1.0 - box.w - margin) - 1.0) / 2.0;
    let last = (size * vec2<f32>(box.z + margin + 1.0, 1.0 - box.y + margin) - 1.0) / 2.0;
    return vec4<i32>(
      vec2<i32>(clamp(ceil(first - 0.01), vec2<f32>(0.0), size)),
      vec2<i32>(clamp(floor(last + 0.01), vec2<f32>(-1.0), size - 1.0)));
  }`;

/** Runs `body` for every `pixel`, at `row` and `column`, of the box of `slot` grown by `margin`; `slotItems` is among the tensors. */
export const forEachPixel = (margin: string, body: string): string => `
  let box = pixelBox(slot, ${margin});
  let firstPixel = slotItems[slot] * uniforms.height * uniforms.width;
  for (var row = box.y; row <= box.w; row++) {
    for (var column = box.x; column <= box.z; column++) {
      let pixel = firstPixel + row * uniforms.width + column;
      ${body}
    }
  }`;

/** Writes three numbers for each corner of `slot`. */
export const writeCorners = (a: string, b: string, c: string): string =>
  [a, b, c]
    .flatMap((vector, k) =>
      ['x', 'y', 'z'].map((axis, j) => `result[9 * slot + ${3 * k + j}] = ${vector}.${axis};`),
    )
    .join('\n');

/** Saves tensors for a backward pass, and gives them back by their names. */
export function saveNamed<Name extends string>(
  save: tf.GradSaveFunc,
  tensors: Record<Name, tf.Tensor>,
): (saved: tf.Tensor[]) => Record<Name, tf.Tensor> {
  const names = Object.keys(tensors) as Name[];
  save(names.map((name) => tensors[name]));
  return (saved) => Object.fromEntries(names.map((name, i) => [name, saved[i]])) as Record<Name, tf.Tensor>;
}

/**
 * Sums of corners at a row, as gradients of its position. Corners carry (∂X, ∂Y, ∂w), or (∂x, ∂y) in the image plane, for which ∂x/∂X =
 * 1/w and ∂x/∂w = −x/w.
 */
const gatherAtVertex = program({
  name: 'gatherAtVertex',
  tensors: ['starts', 'list', 'sums', 'projected'],
  numbers: { stride: 'i32', homogeneous: 'i32' },
  code: main(`
    var x = 0.0;
    var y = 0.0;
    var w = 0.0;
    for (var i = starts[index]; i < starts[index + 1]; i++) {
      let at = 3 * list[i];
      x += sums[at];
      y += sums[at + 1];
      w += sums[at + 2];
    }
    if (uniforms.homogeneous == 0) {
      let divisor = projected[4 * index + 3];
      if (divisor != 0.0) {
        w = -(x * projected[4 * index] + y * projected[4 * index + 1]) / divisor;
        x = x / divisor;
        y = y / divisor;
      }
    }
    let to = uniforms.stride * index;
    result[to] = x;
    result[to + 1] = y;
    result[to + 2] = 0.0;
    if (uniforms.stride == 4) { result[to + 3] = w; }`),
});

/** dL/d(positions), shaped as they are, from three numbers a corner, [S, 3, 3]: see `gatherAtVertex`. */
export function positionGradient(
  shape: number[],
  tensors: Record<'starts' | 'list' | 'sums' | 'projected', tf.Tensor>,
  homogeneous: boolean,
): tf.Tensor {
  const rows = tensors.projected.shape[0];
  const stride = shape.at(-1)!;
  return run(gatherAtVertex, rows, { ...tensors, stride, homogeneous: Number(homogeneous) }, shape);
}
