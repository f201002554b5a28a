// DIB-R's silhouette (scalar/softMask.ts has formulas and rules), a thread a pixel forward, a thread a face back. Everything is seen from
// the pixel centre, which keeps float32's errors small where distances are.

import * as tf from '@tensorflow/tfjs';
import type { Picture } from '../scene.ts';
import type { SoftMaskOptions } from '../softMask.ts';
import type { VisibleSurface } from './findVisible.ts';
import { main, program, run } from './program.ts';
import {
  type DeviceScene,
  forEachPixel,
  pixelFunctions,
  positionGradient,
  saveNamed,
  writeCorners,
} from './scene.ts';
import { forEachSlot, thisPixel, tileBits } from './tiles.ts';

/** From here on exp(−x) is left out of gradients, as in scalar/softMask.ts. */
const negligible = 32 * Math.LN2;

/** Above every slot. */
const everySlot = 2 ** 31 - 1;

/** Whether a pixel centre lies in the grown box of a slot: lower bounds belong to it, upper ones do not. */
const isHeard = `
  fn isHeard(slot : i32, center : vec2<f32>) -> bool {
    let box = bounds(slot);
    return all(center >= box.xy - uniforms.boxSize) && all(center < box.zw + uniforms.boxSize);
  }`;

/** The nearest point of a face's outline, seen from the pixel centre, and which corners and t it lies at. */
const nearestPoint = `
  struct Nearest {
    squared : f32,
    offset : vec2<f32>,
    t : f32,
    edge : i32,
  }
  fn nearestPoint(slot : i32, center : vec2<f32>) -> Nearest {
    let corners = array<vec2<f32>, 4>(
      corner(slot, 0).xy - center, corner(slot, 1).xy - center, corner(slot, 2).xy - center, corner(slot, 0).xy - center);
    var nearest = Nearest(3.0e38, vec2<f32>(0.0), 0.0, 0);
    for (var k = 0; k < 3; k++) {
      let along = corners[k + 1] - corners[k];
      let length = dot(along, along);
      var t = 0.0;
      if (length > 0.0) { t = clamp(-dot(corners[k], along) / length, 0.0, 1.0); }
      let offset = corners[k] + t * along;
      let squared = dot(offset, offset);
      if (squared < nearest.squared) { nearest = Nearest(squared, offset, t, k); }
    }
    return nearest;
  }
  // 1 − exp(−x), without loss of digits where x is small.
  fn miss(x : f32) -> f32 {
    if (x < 0.0625) { return x * (1.0 - (x / 2.0) * (1.0 - (x / 3.0) * (1.0 - x / 4.0))); }
    return 1.0 - exp(-x);
  }`;

/** The K-th slot whose box holds the pixel; `everySlot` where there are fewer. */
const lastHeardSlot = program({
  name: 'lastHeardSlot',
  tensors: ['tiles', 'projected', 'corners', 'slotStarts'],
  numbers: { width: 'i32', height: 'i32', boxSize: 'f32', maxFaces: 'i32' },
  code: `
    ${pixelFunctions}
    ${isHeard}
    ${main(`
    ${thisPixel}
    var heard = 0;
    var last = ${everySlot};
    ${forEachSlot(`
      if (isHeard(slot, center)) {
        heard++;
        if (heard == uniforms.maxFaces) { last = slot; }
      }`)}
    result[index] = last;`)}`,
});

/** Π(1 − p) over the slots that a pixel hears; 0 where covered. */
const survivalAt = program({
  name: 'survivalAt',
  tensors: ['tiles', 'slots', 'lastHeard', 'projected', 'corners', 'slotStarts'],
  numbers: { width: 'i32', height: 'i32', boxSize: 'f32', sharpness: 'f32' },
  code: `
    ${pixelFunctions}
    ${isHeard}
    ${nearestPoint}
    ${main(`
    if (slots[index] >= 0) {
      result[index] = 0.0;
      return;
    }
    ${thisPixel}
    let last = lastHeard[index];
    var survival = 1.0;
    ${forEachSlot(`
      if (slot <= last && isHeard(slot, center)) {
        survival *= miss(uniforms.sharpness * nearestPoint(slot, center).squared);
      }`)}
    result[index] = survival;`)}`,
});

/** ∂L/∂x and ∂L/∂y of the corners of a slot, over the pixels that it reaches. */
const softCorners = program({
  name: 'softCorners',
  tensors: ['upstream', 'survival', 'lastHeard', 'projected', 'corners', 'slotItems'],
  numbers: { width: 'i32', height: 'i32', boxSize: 'f32', sharpness: 'f32', reach: 'f32' },
  code: `
    ${pixelFunctions}
    ${isHeard}
    ${nearestPoint}
    ${main(`
    let slot = index;
    var sums = array<vec3<f32>, 3>();
    ${forEachPixel(
      'uniforms.reach',
      `
      if (survival[pixel] == 0.0 || slot > lastHeard[pixel]) { continue; }
      let center = pixelCenter(column, row);
      if (!isHeard(slot, center)) { continue; }
      let nearest = nearestPoint(slot, center);
      let exponent = uniforms.sharpness * nearest.squared;
      if (exponent > ${negligible}) { continue; }
      let slope = -2.0 * uniforms.sharpness * exp(-exponent) / max(miss(exponent), 1e-12);
      let pull = upstream[pixel] * survival[pixel] * slope * nearest.offset;
      sums[nearest.edge] += vec3<f32>((1.0 - nearest.t) * pull, 0.0);
      sums[(nearest.edge + 1) % 3] += vec3<f32>(nearest.t * pull, 0.0);`,
    )}
    ${writeCorners('sums[0]', 'sums[1]', 'sums[2]')}`)}`,
});

/** What `softMask` takes: faces by index or all of them; the nearest few are not to be had here. */
export type DeviceSoftMaskOptions = Omit<SoftMaskOptions, 'order'>;

/** DIB-R's silhouette, [B, H, W]: see `SoftMaskKernels`. Gradients reach `scene.positions`. */
export function softMask(
  scene: DeviceScene,
  picture: Picture,
  { projected, slots }: VisibleSurface,
  { sharpness, boxSize, maxFaces }: DeviceSoftMaskOptions,
): tf.Tensor3D {
  const { width, height } = picture;
  const { corners, slotStarts, slotItems, atVertices, positions, slots: count } = scene;
  const { shape, size: pixels } = slots;
  const reach = Math.min(boxSize, Math.sqrt(negligible / sharpness));
  const apply = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const tiles = tileBits(scene, projected, picture, boxSize);
    const given = { tiles, slots, projected, corners, slotStarts, width, height, boxSize, sharpness };
    const lastHeard =
      scene.mostFaces <= maxFaces
        ? tf.fill(shape, everySlot, 'int32')
        : run(lastHeardSlot, pixels, { ...given, maxFaces }, shape, 'int32');
    const survival = run(survivalAt, pixels, { ...given, lastHeard }, shape);
    const restored = saveNamed(save, { survival, lastHeard, projected, corners, slotItems, ...atVertices });
    const gradFunc = (upstream: tf.Tensor, saved: tf.Tensor[]) => {
      const { starts, list, ...kept } = restored(saved);
      const pulled = { ...kept, upstream, width, height, boxSize, sharpness, reach };
      const sums = run(softCorners, count, pulled, [count, 3, 3]);
      return positionGradient(positions.shape, { starts, list, sums, projected: kept.projected }, false);
    };
    return { value: tf.sub(1, survival), gradFunc };
  });
  return apply(positions) as tf.Tensor3D;
}
