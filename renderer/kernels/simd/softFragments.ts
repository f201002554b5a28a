// SoftRas with a list of fragments, compiled: assembly/softFragments.ts, an item of the batch at a time.

import { addCornerGradient } from '../scalar/softFace.ts';
import * as scalar from '../scalar/softFragments.ts';
import { projectVertices } from '../scalar/vertices.ts';
import type { AttributeRows, Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import type { FragmentColors, SoftOptions, SoftState } from '../softAggregate.ts';
import { type Simd, simd, simdFor } from './module.ts';
import { mostVertices, putVertices, vertexBytes } from './projected.ts';
import { alphaCodes, clearPainted, startSoftFaces } from './softFace.ts';
import { planeSize, planesOf } from './softPicture.ts';

/** Pictures of one run resemble each other, so what was enough for the last one mostly is again. */
let usualFragments = 1024;

export function softFragments(scene: Scene, picture: Picture, options: SoftOptions): Fragments {
  const compiled = simdFor(scene.positions);
  if (!compiled) return scalar.softFragments(scene, picture, options);
  const face = startSoftFaces(compiled, picture, options, 0);
  const faces = compiled.scratch.copy(scene.faces);
  const vertices = compiled.scratch.take(vertexBytes(scene));
  let list = listFragments(compiled, scene, picture, options, face, faces, vertices, usualFragments);
  while (typeof list === 'number') {
    list = listFragments(compiled, scene, picture, options, face, faces, vertices, list);
  }
  usualFragments = Math.max(1024, Math.ceil(1.25 * list.faces.length));
  return list;
}

/** The list, or a greater number of fragments to make room for. */
function listFragments(
  { exports, scratch }: Simd,
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  face: number,
  faces: number,
  vertices: number,
  room: number,
): Fragments | number {
  const { buffer } = scene.positions;
  const pixels = picture.width * picture.height;
  const limited = options.variant === 'pytorch3d';
  const list = {
    length: 0,
    faces: new Int32Array(buffer, scratch.take(4 * room), room),
    pixels: new Int32Array(buffer, scratch.take(4 * room), room),
    weights: new Float32Array(buffer, scratch.take(12 * room), 3 * room),
  };
  const depths = new Float32Array(buffer, scratch.take(4 * room), room);
  const itemStarts = new Int32Array(scene.items.length + 1);
  for (let b = 0; b < scene.items.length; b++) {
    const item = scene.items[b];
    const start = list.length;
    putVertices(scene, vertices, item, projectVertices(scene, item, picture));
    const found = exports.softFragments(
      face,
      faces + 12 * item.faceStart,
      item.faceCount,
      vertices,
      b * pixels,
      list.faces.byteOffset + 4 * start,
      list.pixels.byteOffset + 4 * start,
      list.weights.byteOffset + 12 * start,
      limited ? depths.byteOffset + 4 * start : 0,
      room - start,
    );
    if (start + found > room) return Math.ceil(1.25 * (start + found));
    list.length = start + found;
    if (limited) scalar.keepNearest(list, start, depths, pixels, b * pixels, options.facesPerPixel);
    itemStarts[b + 1] = list.length;
  }
  return {
    faces: list.faces.slice(0, list.length),
    weights: list.weights.slice(0, 3 * list.length),
    pixels: list.pixels.slice(0, list.length),
    itemStarts,
  };
}

/** What the compiled backward pass wants to know of pixels: the planes of softPicture, and for PyTorch3D's variant those of fronts. */
class ListedPlanes {
  readonly planes: Float32Array;
  readonly fronts: Float32Array;

  constructor(floats: number, fronts: number) {
    this.planes = new Float32Array(floats);
    this.fronts = new Float32Array(fronts);
  }
}

/** Least weight of the background, as a share of the largest exponential. */
const floorOf = ({ variant, epsilon }: SoftOptions): number => (variant === 'pytorch3d' ? epsilon : 0);

export function softAggregate(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  fragments: Fragments,
  colors: FragmentColors,
  output: RealArray,
): SoftState {
  const { values, channels, background } = colors;
  const compiled = simdFor(scene.positions, values, output);
  if (!compiled) return scalar.softAggregate(scene, picture, options, fragments, colors, output);
  const { exports, scratch } = compiled;
  const pixels = picture.width * picture.height;
  const size = planeSize(picture);
  const floats = planesOf(channels) * size;
  const paints = options.color === 'hard' && channels > 0;
  const fronts = options.variant === 'pytorch3d' && channels > 0 && !paints ? 3 * size : 0;
  const on = placeList(compiled, scene, picture, options, channels, fragments);
  const last = scratch.copy(Float32Array.from(background));
  const { buffer } = scene.positions;
  const block = new Float32Array(buffer, scratch.take(4 * floats), floats);
  const front = new Float32Array(buffer, scratch.take(4 * fronts), fronts);
  const planes = block.byteOffset;
  const state = new ListedPlanes(floats * scene.items.length, fronts * scene.items.length);
  const sum = options.alpha === 'sum';
  scene.items.forEach((item, b) => {
    putVertices(scene, on.vertices, item, projectVertices(scene, item, picture));
    exports.clearSoftPicture(planes, size, sum ? 0 : 1, options.epsilon, paints ? 1 : 0, last, channels);
    if (paints) clearPainted(planes, size, scene.positions);
    front.fill(Number.POSITIVE_INFINITY);
    exports.softAggregate(
      on.face,
      on.faces + 12 * item.faceStart,
      on.vertices,
      on.listedFaces,
      on.listedPixels,
      fragments.itemStarts[b],
      fragments.itemStarts[b + 1],
      b * pixels,
      alphaCodes[options.alpha],
      values.byteOffset,
      channels,
      planes,
      size,
      fronts ? front.byteOffset : 0,
    );
    state.planes.set(block, floats * b);
    state.fronts.set(front, fronts * b);
    if (channels > 0 && !paints) {
      const { epsilon, gamma } = options;
      exports.addBackground(planes, size, channels, last, epsilon, gamma, floorOf(options));
    }
    const to = output.byteOffset + 4 * (channels + 1) * pixels * b;
    exports.writeSoftPicture(planes, size, pixels, channels, sum ? 1 / Math.max(1, item.faceCount) : 0, to);
  });
  return state;
}

export function softAggregateBackward(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  fragments: Fragments,
  colors: FragmentColors,
  state: SoftState,
  upstream: RealArray,
  colorGradient: RealArray,
  positionGradient: RealArray,
): void {
  if (!(state instanceof ListedPlanes)) {
    scalar.softAggregateBackward(
      scene,
      picture,
      options,
      fragments,
      colors,
      state as scalar.SoftLayers,
      upstream,
      colorGradient,
      positionGradient,
    );
    return;
  }
  const { values, channels, background } = colors;
  const { exports, scratch } = simd()!;
  const pixels = picture.width * picture.height;
  const size = planeSize(picture);
  const floats = planesOf(channels) * size;
  const fronts = state.fronts.length / scene.items.length;
  const on = placeList(simd()!, scene, picture, options, channels, fragments);
  const last = scratch.copy(Float32Array.from(background));
  const { buffer } = scene.positions;
  const block = new Float32Array(buffer, scratch.take(4 * floats), floats);
  const front = new Float32Array(buffer, scratch.take(4 * fronts), fronts);
  const blended = scratch.take(4 * size);
  const planes = block.byteOffset;
  const alpha = alphaCodes[options.alpha];
  scene.items.forEach((item, b) => {
    block.set(state.planes.subarray(floats * b, floats * (b + 1)));
    front.set(state.fronts.subarray(fronts * b, fronts * (b + 1)));
    const share = options.alpha === 'sum' ? Math.max(1, item.faceCount) : 1;
    const from = upstream.byteOffset + 4 * (channels + 1) * pixels * b;
    const scale = 1 / options.sigma / share;
    const { epsilon, gamma } = options;
    const floor = floorOf(options);
    if (fronts) {
      const to = front.byteOffset;
      const least = Math.log(floor);
      exports.hearFronts(planes, size, pixels, channels, last, from, epsilon, gamma, floor, least, to);
    }
    if (channels > 0 && options.color !== 'hard') {
      exports.addBackground(planes, size, channels, last, epsilon, gamma, floor);
    }
    exports.hearSoftPicture(planes, size, pixels, channels, alpha, scale, from, blended);
    addItem(scene, picture, item, on, positionGradient, (planar, deep) =>
      exports.softAggregateBackward(
        on.face,
        on.faces + 12 * item.faceStart,
        on.vertices,
        on.listedFaces,
        on.listedPixels,
        fragments.itemStarts[b],
        fragments.itemStarts[b + 1],
        b * pixels,
        alpha,
        values.byteOffset,
        channels,
        planes,
        size,
        blended,
        fronts ? front.byteOffset : 0,
        colorGradient.byteOffset,
        planar,
        deep,
      ),
    );
  });
}

export function softInterpolateBackward(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  fragments: Fragments,
  attributes: AttributeRows,
  upstream: RealArray,
  attributeGradient: RealArray,
  positionGradient: RealArray,
): void {
  const { values, channels, indices, rowStarts } = attributes;
  const compiled = simdFor(scene.positions, values, upstream, attributeGradient, positionGradient);
  if (!compiled) {
    scalar.softInterpolateBackward(
      scene,
      picture,
      options,
      fragments,
      attributes,
      upstream,
      attributeGradient,
      positionGradient,
    );
    return;
  }
  const { exports, scratch } = compiled;
  const on = placeList(compiled, scene, picture, options, channels, fragments);
  const corners = indices === scene.faces ? on.faces : scratch.copy(indices);
  const { buffer } = scene.positions;
  const rows = new Float64Array(buffer, scratch.take(8 * values.length), values.length).fill(0);
  scene.items.forEach((item, b) => {
    addItem(scene, picture, item, on, positionGradient, (planar, deep) =>
      exports.softInterpolateBackward(
        on.face,
        on.faces + 12 * item.faceStart,
        on.vertices,
        on.listedFaces,
        on.listedPixels,
        fragments.itemStarts[b],
        fragments.itemStarts[b + 1],
        b * picture.width * picture.height,
        values.byteOffset + 4 * channels * rowStarts[b],
        corners + 12 * item.faceStart,
        channels,
        upstream.byteOffset,
        planar,
        deep,
        rows.byteOffset + 8 * channels * rowStarts[b],
      ),
    );
  });
  for (let i = 0; i < rows.length; i++) attributeGradient[i] += rows[i];
}

/** Where the kernels find a list of fragments and what it was made of, and where they put the gradients of an item's vertices. */
interface PlacedList {
  face: number;
  faces: number;
  listedFaces: number;
  listedPixels: number;
  vertices: number;
  planar: Float64Array;
  deep: Float64Array;
}

function placeList(
  compiled: Simd,
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  channels: number,
  { faces, pixels }: Fragments,
): PlacedList {
  const { scratch } = compiled;
  const { buffer } = scene.positions;
  const most = mostVertices(scene);
  return {
    face: startSoftFaces(compiled, picture, options, channels),
    faces: scratch.copy(scene.faces),
    listedFaces: scratch.copy(faces),
    listedPixels: scratch.copy(pixels!),
    vertices: scratch.take(vertexBytes(scene)),
    planar: new Float64Array(buffer, scratch.take(16 * most), 2 * most),
    deep: new Float64Array(buffer, scratch.take(16 * most), 2 * most),
  };
}

/** Has the gradients of one item's vertices summed up, and adds them to those of positions. */
function addItem(
  scene: Scene,
  picture: Picture,
  item: MeshRange,
  { vertices, planar, deep }: PlacedList,
  positionGradient: RealArray,
  sum: (planar: number, deep: number) => void,
): void {
  const projected = projectVertices(scene, item, picture);
  putVertices(scene, vertices, item, projected);
  sum(planar.fill(0).byteOffset, deep.fill(0).byteOffset);
  addCornerGradient(scene, item, picture, projected, planar, deep, positionGradient);
}
