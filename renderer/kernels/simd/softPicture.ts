// SoftRas in one go, compiled: assembly/softPicture.ts, an item of the batch at a time.

import * as scalar from '../scalar/softPicture.ts';
import type { AttributeRows, Picture, RealArray, Scene } from '../scene.ts';
import type { SoftOptions, SoftState } from '../softAggregate.ts';
import { loopTime } from './arrays.ts';
import { simd, simdFor } from './module.ts';
import { addVertexSums, placeVertices, takeVertexSums } from './projected.ts';
import { RowGradients } from './rowGradients.ts';
import { alphaCodes, clearPainted, startSoftFaces } from './softFace.ts';
import type { Task } from './threads.ts';

/** What the pixels keep, as the kernels lay it out: one block an item. */
class SoftPlanes {
  readonly blocks: Float32Array;

  constructor(floats: number) {
    this.blocks = new Float32Array(floats);
  }
}

/** Numbers a plane: a little more than pixels, as groups of four may stick out, and so that planes do not contend for cache lines. */
export const planeSize = ({ width, height }: Picture): number => 4 * Math.ceil((width * height + 4) / 4) + 80;

/** Planes a block: survival, m in double precision and S with the colours, and two for each channel. */
export const planesOf = (channels: number): number => (channels > 0 ? 4 + 2 * channels : 1);

export function softPicture(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  attributes: AttributeRows,
  background: RealArray,
  output: RealArray,
): SoftState {
  const { values, channels, indices, rowStarts } = attributes;
  const found = simdFor(scene.positions, values, output);
  if (!found) return scalar.softPicture(scene, picture, options, attributes, background, output);
  const { scratch, threads } = found;
  const pixels = picture.width * picture.height;
  const size = planeSize(picture);
  const floats = planesOf(channels) * size;
  const face = startSoftFaces(found, picture, options, channels);
  const vertices = placeVertices(scratch, scene, picture);
  const faces = scratch.copy(scene.faces);
  const corners = indices === scene.faces ? faces : scratch.copy(indices);
  const colors = scratch.copy(Float32Array.from(background));
  const groups = groupsOf(scene.items, 4 * floats, threads.count);
  const planes = scratch.take(4 * floats * (groups[0]?.length ?? 0));
  const state = new SoftPlanes(floats * scene.items.length);
  const sum = options.alpha === 'sum';
  const paints = options.color === 'hard' && channels > 0;
  for (const group of groups) {
    const cleared = group.map(({ place }): Task => {
      const own = planes + 4 * floats * place;
      return [['clearSoftPicture', own, size, sum ? 0 : 1, options.epsilon, 1, colors, channels]];
    });
    threads.run(loopTime(scene, picture), cleared);
    if (paints)
      for (const { place } of group) clearPainted(planes + 4 * floats * place, size, scene.positions);
    const tasks = group.map(({ item, b, place }): Task => {
      const own = planes + 4 * floats * place;
      const to = output.byteOffset + 4 * (channels + 1) * pixels * b;
      const scale = sum ? 1 / Math.max(1, item.faceCount) : 0;
      return [
        [
          'softPicture',
          face,
          faces + 12 * item.faceStart,
          item.faceCount,
          vertices[b],
          alphaCodes[options.alpha],
          values.byteOffset + 4 * channels * rowStarts[b],
          corners + 12 * item.faceStart,
          channels,
          own,
          size,
        ],
        ['writeSoftPicture', own, size, pixels, channels, scale, to],
      ];
    });
    threads.run(loopTime(scene, picture), tasks);
    state.blocks.set(scratch.floats(planes, floats * group.length), floats * group[0].b);
  }
  return state;
}

/** Working memory that planes of a job may take, unless those of one item a thread are more. */
const mostPlaneBytes = 2 ** 26;

/** Items whose planes are in working memory at a time, with their place there. */
export function groupsOf<Item>(
  items: readonly Item[],
  bytes: number,
  threads: number,
): { item: Item; b: number; place: number }[][] {
  const length = Math.max(threads, Math.floor(mostPlaneBytes / bytes));
  return Array.from({ length: Math.ceil(items.length / length) }, (_, group) =>
    items
      .slice(length * group, length * (group + 1))
      .map((item, place) => ({ item, b: length * group + place, place })),
  );
}

export function softPictureBackward(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  attributes: AttributeRows,
  background: RealArray,
  state: SoftState,
  upstream: RealArray,
  attributeGradient: RealArray,
  positionGradient: RealArray,
): void {
  if (!(state instanceof SoftPlanes)) {
    const pixels = state as scalar.SoftPixels;
    scalar.softPictureBackward(
      scene,
      picture,
      options,
      attributes,
      background,
      pixels,
      upstream,
      attributeGradient,
      positionGradient,
    );
    return;
  }
  const { values, channels, indices, rowStarts } = attributes;
  const compiled = simd()!;
  const { scratch, threads } = compiled;
  const pixels = picture.width * picture.height;
  const size = planeSize(picture);
  const floats = planesOf(channels) * size;
  const face = startSoftFaces(compiled, picture, options, channels);
  const vertices = placeVertices(scratch, scene, picture);
  const faces = scratch.copy(scene.faces);
  const corners = indices === scene.faces ? faces : scratch.copy(indices);
  const groups = groupsOf(scene.items, 4 * floats, threads.count);
  const planes = scratch.take(4 * floats * (groups[0]?.length ?? 0));
  const blended = threads.own(4 * size);
  const [planar, deep] = [takeVertexSums(scratch, scene), takeVertexSums(scratch, scene)];
  const rows = new RowGradients(scratch, attributes, values.length);
  for (const group of groups) {
    scratch
      .floats(planes, floats * group.length)
      .set(state.blocks.subarray(floats * group[0].b, floats * (group[0].b + group.length)));
    const tasks = group.map(({ item, b, place }): Task => {
      const own = planes + 4 * floats * place;
      const share = options.alpha === 'sum' ? Math.max(1, item.faceCount) : 1;
      return [
        [
          'hearSoftPicture',
          own,
          size,
          pixels,
          channels,
          alphaCodes[options.alpha],
          1 / options.sigma / share,
          upstream.byteOffset + 4 * (channels + 1) * pixels * b,
          blended,
        ],
        [
          'softPictureBackward',
          face,
          faces + 12 * item.faceStart,
          item.faceCount,
          vertices[b],
          alphaCodes[options.alpha],
          values.byteOffset + 4 * channels * rowStarts[b],
          corners + 12 * item.faceStart,
          channels,
          own,
          size,
          blended,
          planar[b].byteOffset,
          deep[b].byteOffset,
          rows.addresses[b],
        ],
      ];
    });
    threads.run(loopTime(scene, picture), rows.tasks(tasks));
  }
  addVertexSums(scene, picture, { planar, deep }, positionGradient);
  rows.addTo(attributeGradient);
}
