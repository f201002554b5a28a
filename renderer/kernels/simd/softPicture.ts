// SoftRas in one go, compiled: assembly/softPicture.ts, an item of the batch at a time.

import { addCornerGradient } from '../scalar/softFace.ts';
import * as scalar from '../scalar/softPicture.ts';
import { projectVertices } from '../scalar/vertices.ts';
import type { AttributeRows, Picture, RealArray, Scene } from '../scene.ts';
import type { SoftOptions, SoftState } from '../softAggregate.ts';
import { simd, simdFor } from './module.ts';
import { mostVertices, putVertices, vertexBytes } from './projected.ts';
import { alphaCodes, clearPainted, startSoftFaces } from './softFace.ts';

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
  const { exports, scratch } = found;
  const pixels = picture.width * picture.height;
  const size = planeSize(picture);
  const floats = planesOf(channels) * size;
  const face = startSoftFaces(found, picture, options, channels);
  const vertices = scratch.take(vertexBytes(scene));
  const faces = scratch.copy(scene.faces);
  const corners = indices === scene.faces ? faces : scratch.copy(indices);
  const colors = scratch.copy(Float32Array.from(background));
  const planes = scratch.take(4 * floats);
  const block = new Float32Array(scene.positions.buffer, planes, floats);
  const state = new SoftPlanes(floats * scene.items.length);
  const sum = options.alpha === 'sum';
  scene.items.forEach((item, b) => {
    putVertices(scene, vertices, item, projectVertices(scene, item, picture));
    exports.clearSoftPicture(planes, size, sum ? 0 : 1, options.epsilon, 1, colors, channels);
    if (options.color === 'hard' && channels > 0) clearPainted(planes, size, scene.positions);
    exports.softPicture(
      face,
      faces + 12 * item.faceStart,
      item.faceCount,
      vertices,
      alphaCodes[options.alpha],
      values.byteOffset + 4 * channels * rowStarts[b],
      corners + 12 * item.faceStart,
      channels,
      planes,
      size,
    );
    const to = output.byteOffset + 4 * (channels + 1) * pixels * b;
    exports.writeSoftPicture(planes, size, pixels, channels, sum ? 1 / Math.max(1, item.faceCount) : 0, to);
    state.blocks.set(block, floats * b);
  });
  return state;
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
  const { exports, scratch } = simd()!;
  const { buffer } = scene.positions;
  const pixels = picture.width * picture.height;
  const size = planeSize(picture);
  const floats = planesOf(channels) * size;
  const most = mostVertices(scene);
  const face = startSoftFaces(simd()!, picture, options, channels);
  const vertices = scratch.take(vertexBytes(scene));
  const faces = scratch.copy(scene.faces);
  const corners = indices === scene.faces ? faces : scratch.copy(indices);
  const planes = scratch.take(4 * floats);
  const blended = scratch.take(4 * size);
  const planar = new Float64Array(buffer, scratch.take(16 * most), 2 * most);
  const deep = new Float64Array(buffer, scratch.take(16 * most), 2 * most);
  const rows = new Float64Array(buffer, scratch.take(8 * values.length), values.length).fill(0);
  const block = new Float32Array(buffer, planes, floats);
  scene.items.forEach((item, b) => {
    const projected = projectVertices(scene, item, picture);
    putVertices(scene, vertices, item, projected);
    planar.fill(0);
    deep.fill(0);
    block.set(state.blocks.subarray(floats * b, floats * (b + 1)));
    const share = options.alpha === 'sum' ? Math.max(1, item.faceCount) : 1;
    exports.hearSoftPicture(
      planes,
      size,
      pixels,
      channels,
      alphaCodes[options.alpha],
      1 / options.sigma / share,
      upstream.byteOffset + 4 * (channels + 1) * pixels * b,
      blended,
    );
    exports.softPictureBackward(
      face,
      faces + 12 * item.faceStart,
      item.faceCount,
      vertices,
      alphaCodes[options.alpha],
      values.byteOffset + 4 * channels * rowStarts[b],
      corners + 12 * item.faceStart,
      channels,
      planes,
      size,
      blended,
      planar.byteOffset,
      deep.byteOffset,
      rows.byteOffset + 8 * channels * rowStarts[b],
    );
    addCornerGradient(scene, item, picture, projected, planar, deep, positionGradient);
  });
  for (let i = 0; i < rows.length; i++) attributeGradient[i] += rows[i];
}
