// Attributes of the visible surface, a thread a number, and back.
//
// Back, a thread a pixel first: how moving the image point changes the loss, R (formulas: gpu/interpolate.ts). Then a thread a face sums
// −b_k R, and one a face and channel b_k ∂L/∂I, over the pixels of the face's box that show it; then a thread a row sums over the
// corners that refer to it.

import * as tf from '@tensorflow/tfjs';
import type { MeshRange, Picture } from '../scene.ts';
import type { VisibleSurface } from './findVisible.ts';
import { main, program, run } from './program.ts';
import {
  type CornerLists,
  cornerLists,
  cornerRows,
  type DeviceScene,
  forEachPixel,
  indices,
  pixelFunctions,
  positionGradient,
  saveNamed,
  writeCorners,
} from './scene.ts';
import { thisPixel } from './tiles.ts';

/** Numbers at the corners of faces, on the GPU. */
export interface DeviceAttributes {
  /** Rows of `channels` numbers. */
  values: tf.Tensor;
  channels: number;
  /** int32 [3S]: row of each corner of each slot. */
  rows: tf.Tensor;
  /** Corners at each row. */
  atRows: CornerLists;
}

/** Attributes with three indices a face, counted from the row where each item starts. */
export function deviceAttributes(
  values: tf.Tensor,
  faceIndices: Int32Array,
  rowStarts: readonly number[],
  items: readonly MeshRange[],
): DeviceAttributes {
  const channels = values.shape.at(-1)!;
  const rows = cornerRows(items, faceIndices, rowStarts);
  return { values, channels, rows: indices(rows), atRows: cornerLists(rows, values.size / channels) };
}

const attributeAt = program({
  name: 'attributeAt',
  tensors: ['slots', 'weights', 'rows', 'values', 'background'],
  numbers: { channels: 'i32' },
  code: main(`
    let channels = uniforms.channels;
    let pixel = index / channels;
    let channel = index % channels;
    let at = 3 * slots[pixel];
    if (at < 0) {
      result[index] = background[channel];
      return;
    }
    result[index] = weights[3 * pixel] * values[channels * rows[at] + channel] +
      weights[3 * pixel + 1] * values[channels * rows[at + 1] + channel] +
      weights[3 * pixel + 2] * values[channels * rows[at + 2] + channel];`),
});

/** R_x, R_y and R_w of a pixel; attributes are measured from the first corner's, as only differences count. */
const pointGradient = program({
  name: 'pointGradient',
  tensors: ['upstream', 'slots', 'weights', 'rows', 'values', 'projected', 'corners'],
  numbers: { width: 'i32', height: 'i32', channels: 'i32', homogeneous: 'i32' },
  code: `
    ${pixelFunctions}
    ${main(`
    ${thisPixel}
    var gradient = vec3<f32>(0.0);
    let slot = slots[index];
    if (slot >= 0) {
      let channels = uniforms.channels;
      var gb = 0.0;
      var gc = 0.0;
      for (var k = 0; k < channels; k++) {
        let g = upstream[channels * index + k];
        let first = values[channels * rows[3 * slot] + k];
        gb += g * (values[channels * rows[3 * slot + 1] + k] - first);
        gc += g * (values[channels * rows[3 * slot + 2] + k] - first);
      }
      let mean = weights[3 * index + 1] * gb + weights[3 * index + 2] * gc;
      let a = corner(slot, 0);
      let b = corner(slot, 1);
      let c = corner(slot, 2);
      let ab = b.xy - a.xy;
      let ac = c.xy - a.xy;
      var g = vec3<f32>(-mean, gb - mean, gc - mean) / (ab.x * ac.y - ac.x * ab.y);
      if (uniforms.homogeneous == 1) { g = g / vec3<f32>(a.w, b.w, c.w); }
      let x = g.x * (b.y - c.y) + g.y * ac.y - g.z * ab.y;
      let y = g.x * (c.x - b.x) - g.y * ac.x + g.z * ab.x;
      gradient = vec3<f32>(x, y, -dot(center, vec2<f32>(x, y)));
    }
    result[3 * index] = gradient.x;
    result[3 * index + 1] = gradient.y;
    result[3 * index + 2] = gradient.z;`)}`,
});

/** −Σ b_k R over the pixels of a face, three numbers a corner. */
const cornerSums = program({
  name: 'cornerSums',
  tensors: ['slots', 'weights', 'gradients', 'projected', 'corners', 'slotItems'],
  numbers: { width: 'i32', height: 'i32' },
  code: `
    ${pixelFunctions}
    ${main(`
    let slot = index;
    var a = vec3<f32>(0.0);
    var b = vec3<f32>(0.0);
    var c = vec3<f32>(0.0);
    ${forEachPixel(
      '0.0',
      `
      if (slots[pixel] != slot) { continue; }
      let at = 3 * pixel;
      let r = vec3<f32>(gradients[at], gradients[at + 1], gradients[at + 2]);
      a -= weights[at] * r;
      b -= weights[at + 1] * r;
      c -= weights[at + 2] * r;`,
    )}
    ${writeCorners('a', 'b', 'c')}`)}`,
});

/** Σ b_k ∂L/∂I_c over the pixels of a face: thread channels · slot + c, a number a corner. */
const attributeSums = program({
  name: 'attributeSums',
  tensors: ['slots', 'weights', 'upstream', 'projected', 'corners', 'slotItems'],
  numbers: { width: 'i32', height: 'i32', channels: 'i32' },
  code: `
    ${pixelFunctions}
    ${main(`
    let channels = uniforms.channels;
    let slot = index / channels;
    let channel = index % channels;
    var sum = vec3<f32>(0.0);
    ${forEachPixel(
      '0.0',
      `
      if (slots[pixel] != slot) { continue; }
      sum += upstream[channels * pixel + channel] *
        vec3<f32>(weights[3 * pixel], weights[3 * pixel + 1], weights[3 * pixel + 2]);`,
    )}
    result[channels * 3 * slot + channel] = sum.x;
    result[channels * (3 * slot + 1) + channel] = sum.y;
    result[channels * (3 * slot + 2) + channel] = sum.z;`)}`,
});

const gatherAtRow = program({
  name: 'gatherAtRow',
  tensors: ['starts', 'list', 'sums'],
  numbers: { channels: 'i32' },
  code: main(`
    let row = index / uniforms.channels;
    let channel = index % uniforms.channels;
    var sum = 0.0;
    for (var i = starts[row]; i < starts[row + 1]; i++) { sum += sums[uniforms.channels * list[i] + channel]; }
    result[index] = sum;`),
});

/**
 * Attributes at the visible surface, [B, H, W, C], and `background` where there is none. Gradients reach `scene.positions` and
 * `attributes.values`.
 */
export function interpolate(
  scene: DeviceScene,
  picture: Picture,
  visible: VisibleSurface,
  attributes: DeviceAttributes,
  background: readonly number[] = new Array(attributes.channels).fill(0),
): tf.Tensor4D {
  const { width, height } = picture;
  const { corners, slotItems, atVertices, slots: count, positions } = scene;
  const { channels, rows, atRows, values } = attributes;
  const { projected, slots, weights } = visible;
  const homogeneous = scene.stride === 4 && picture.perspectiveCorrect;
  const apply = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const seen = { slots, weights, rows, values };
    const value = run(
      attributeAt,
      slots.size * channels,
      { ...seen, background: tf.tensor1d([...background]), channels },
      [...slots.shape, channels],
    );
    const restored = saveNamed(save, {
      ...{ ...seen, projected, corners, slotItems },
      ...{ vertexStarts: atVertices.starts, vertexList: atVertices.list },
      ...{ rowStarts: atRows.starts, rowList: atRows.list },
    });
    const gradFunc = (upstream: tf.Tensor, saved: tf.Tensor[]) => {
      const { vertexStarts, vertexList, rowStarts, rowList, ...kept } = restored(saved);
      const given = { ...kept, upstream, width, height, channels, homogeneous: Number(homogeneous) };
      const pixels = kept.slots.size;
      const gradients = run(pointGradient, pixels, given, [pixels, 3]);
      const atCorners = run(cornerSums, count, { ...given, gradients }, [count, 3, 3]);
      const ofRows = run(attributeSums, count * channels, given, [3 * count, channels]);
      const gathered = { starts: rowStarts, list: rowList, sums: ofRows, channels };
      return [
        positionGradient(
          positions.shape,
          { starts: vertexStarts, list: vertexList, sums: atCorners, projected: kept.projected },
          homogeneous,
        ),
        run(gatherAtRow, values.size, gathered, values.shape),
      ];
    };
    return { value, gradFunc };
  });
  return apply(positions, values) as tf.Tensor4D;
}
