// The visible face at every pixel centre and its weights, a thread a pixel.
//
// With corners seen from the pixel centre, E_a = b × c is twice the area opposite corner a (rules and formulas: scalar/findVisible.ts).
// Corners are sorted first, so that every edge is looked at in one direction: two faces that share one get the same E to the
// last bit, and no crack between them; and faces with the same corners get the same depth, a tie for the lowest index to win.

import type * as tf from '@tensorflow/tfjs';
import { flatness, type Picture, smallestArea } from '../scene.ts';
import { main, program, run } from './program.ts';
import { type DeviceScene, pixelFunctions, project } from './scene.ts';
import { forEachSlot, thisPixel, tileBits } from './tiles.ts';

/** The visible surface of a scene, one fragment a pixel. */
export interface VisibleSurface {
  /** float32 [R, 4]: `project` of the scene. */
  projected: tf.Tensor;
  /** int32 [B, H, W]: slot of the face at each pixel; −1 = none. */
  slots: tf.Tensor3D;
  /** float32 [B, H, W, 3]: weights of its corners; 0 where there is none. */
  weights: tf.Tensor4D;
}

/** What an area counts for at a corner: 1/w for weights linear in space, 1 for weights linear in the picture. */
const share = 'fn share(w : f32) -> f32 { return select(1.0, 1.0 / w, uniforms.perspective == 1); }';

/** u × v, in one order whichever is asked for, with the sign of the asked one. */
const cross2 = `
  fn isBefore(u : vec2<f32>, v : vec2<f32>) -> bool { return u.x < v.x || (u.x == v.x && u.y < v.y); }
  fn cross2(u : vec2<f32>, v : vec2<f32>) -> f32 {
    let swapped = isBefore(v, u);
    let first = select(u, v, swapped);
    let second = select(v, u, swapped);
    let area = first.x * second.y - second.x * first.y;
    return select(area, -area, swapped);
  }`;

const visibleSlot = program({
  name: 'visibleSlot',
  tensors: ['tiles', 'projected', 'corners', 'slotStarts'],
  numbers: { width: 'i32', height: 'i32', perspective: 'i32', cull: 'i32' },
  code: `
    ${pixelFunctions}
    ${share}
    ${cross2}
    fn isAhead(u : vec4<f32>, v : vec4<f32>) -> bool {
      if (u.x != v.x) { return u.x < v.x; }
      if (u.y != v.y) { return u.y < v.y; }
      if (u.z != v.z) { return u.z < v.z; }
      return u.w < v.w;
    }
    ${main(`
    ${thisPixel}
    var nearest = -3.4e38;
    var visible = -1;
    ${forEachSlot(`
      var a = corner(slot, 0);
      var b = corner(slot, 1);
      var c = corner(slot, 2);
      let area = cross2(b.xy - a.xy, c.xy - a.xy);
      if (uniforms.cull == 1 && area < 0.0) { continue; }
      let low = min(a.xy, min(b.xy, c.xy));
      let high = max(a.xy, max(b.xy, c.xy));
      let extent = high - low;
      if (!(abs(area) > max(${smallestArea}, ${flatness} * dot(extent, extent)))) { continue; }
      if (uniforms.perspective == 0 && (center.x >= high.x || center.y >= high.y)) { continue; }
      var sign = select(-1.0, 1.0, area > 0.0);
      if (isAhead(b, a)) { let swapped = a; a = b; b = swapped; sign = -sign; }
      if (isAhead(c, b)) { let swapped = b; b = c; c = swapped; sign = -sign; }
      if (isAhead(b, a)) { let swapped = a; a = b; b = swapped; sign = -sign; }
      let ea = sign * cross2(b.xy - center, c.xy - center);
      let eb = -sign * cross2(a.xy - center, c.xy - center);
      let ec = sign * cross2(a.xy - center, b.xy - center);
      if (ea < 0.0 || eb < 0.0 || ec < 0.0) { continue; }
      let qa = ea * share(a.w);
      let qb = eb * share(b.w);
      let qc = ec * share(c.w);
      let sum = qa + qb + qc;
      if (sum <= 0.0) { continue; }
      let depth = a.z + (qb * (b.z - a.z) + qc * (c.z - a.z)) / sum;
      if (depth > nearest) {
        nearest = depth;
        visible = slot;
      }`)}
    result[index] = visible;`)}`,
});

/** A sliver too thin for float32 weighs its corners alike. */
const visibleWeights = program({
  name: 'visibleWeights',
  tensors: ['slots', 'projected', 'corners'],
  numbers: { width: 'i32', height: 'i32', perspective: 'i32' },
  code: `
    ${pixelFunctions}
    ${share}
    ${cross2}
    ${main(`
    ${thisPixel}
    var weights = vec3<f32>(0.0);
    let slot = slots[index];
    if (slot >= 0) {
      let a = corner(slot, 0);
      let b = corner(slot, 1);
      let c = corner(slot, 2);
      let sign = select(-1.0, 1.0, cross2(b.xy - a.xy, c.xy - a.xy) > 0.0);
      let q = vec3<f32>(
        max(0.0, sign * cross2(b.xy - center, c.xy - center)) * share(a.w),
        max(0.0, sign * cross2(c.xy - center, a.xy - center)) * share(b.w),
        max(0.0, sign * cross2(a.xy - center, b.xy - center)) * share(c.w));
      let sum = q.x + q.y + q.z;
      weights = vec3<f32>(1.0 / 3.0);
      if (sum > 0.0) { weights = q / sum; }
    }
    result[3 * index] = weights.x;
    result[3 * index + 1] = weights.y;
    result[3 * index + 2] = weights.z;`)}`,
});

export function findVisible(scene: DeviceScene, picture: Picture): VisibleSurface {
  const { width, height } = picture;
  const { batch, corners, slotStarts } = scene;
  const projected = project(scene, picture);
  const tiles = tileBits(scene, projected, picture, 0);
  const given = { projected, corners, width, height, perspective: Number(picture.perspectiveCorrect) };
  const shape = [batch, height, width];
  const pixels = batch * height * width;
  const searched = { ...given, tiles, slotStarts, cull: Number(picture.cull) };
  const slots = run(visibleSlot, pixels, searched, shape, 'int32');
  const weights = run(visibleWeights, pixels, { ...given, slots }, [...shape, 3]);
  return { projected, slots: slots as tf.Tensor3D, weights: weights as tf.Tensor4D };
}

const faceOfSlot = program({
  name: 'faceOfSlot',
  tensors: ['slots', 'slotStarts'],
  numbers: { pixels: 'i32' },
  code: main(`
    let slot = slots[index];
    result[index] = select(-1, slot - slotStarts[index / uniforms.pixels], slot >= 0);`),
});

/** int32 [B, H, W]: the visible face, counted from its mesh's first; −1 = none. */
export function visibleFaces({ slotStarts }: DeviceScene, { slots }: VisibleSurface): tf.Tensor3D {
  const pixels = slots.shape[1] * slots.shape[2];
  return run(faceOfSlot, slots.size, { slots, slotStarts, pixels }, slots.shape, 'int32') as tf.Tensor3D;
}
