// SoftRas with a list of fragments, compiled: assembly/softFragments.ts, an item of the batch at a time.

import * as scalar from '../scalar/softFragments.ts';
import type { AttributeRows, Fragments, Picture, RealArray, Scene } from '../scene.ts';
import type { FragmentColors, SoftOptions, SoftState } from '../softAggregate.ts';
import { loopTime } from './arrays.ts';
import { type Simd, simd, simdFor } from './module.ts';
import { addVertexSums, placeVertices, takeVertexSums } from './projected.ts';
import { RowGradients } from './rowGradients.ts';
import { alphaCodes, clearPainted, startSoftFaces } from './softFace.ts';
import { groupsOf, planeSize, planesOf } from './softPicture.ts';
import type { Call, Own, Task } from './threads.ts';

/** Of an item. Pictures of one run resemble each other, so what was enough for the last ones mostly is again. */
let usualFragments = 1024;

/** Of all items, of which there is room at a first try at most: a quarter of a gigabyte. */
const mostAtFirst = 2 ** 28 / 24;

export function softFragments(scene: Scene, picture: Picture, options: SoftOptions): Fragments {
  const compiled = simdFor(scene.positions);
  if (!compiled) return scalar.softFragments(scene, picture, options);
  const face = startSoftFaces(compiled, picture, options, 0);
  const faces = compiled.scratch.copy(scene.faces);
  const vertices = placeVertices(compiled.scratch, scene, picture);
  const room = Math.min(usualFragments, Math.floor(mostAtFirst / scene.items.length));
  let lists = listFragments(compiled, scene, picture, options, face, faces, vertices, room);
  while (typeof lists === 'number') {
    lists = listFragments(compiled, scene, picture, options, face, faces, vertices, lists);
  }
  usualFragments = Math.max(1024, ...lists.map(({ length }) => Math.ceil(1.25 * length)));
  return joinedLists(lists);
}

/** A list of each item, or a greater number of fragments to make room for. */
function listFragments(
  { scratch, threads }: Simd,
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  face: Own,
  faces: number,
  vertices: readonly number[],
  room: number,
): scalar.OpenList[] | number {
  const pixels = picture.width * picture.height;
  const limited = options.variant === 'pytorch3d';
  const lists = scene.items.map(() => ({
    length: 0,
    faces: scratch.integers(scratch.take(4 * room), room),
    pixels: scratch.integers(scratch.take(4 * room), room),
    weights: scratch.floats(scratch.take(12 * room), 3 * room),
    depths: limited ? scratch.floats(scratch.take(4 * room), room) : undefined,
  }));
  const tasks = scene.items.map((item, b): Task => {
    const list = lists[b];
    return [
      [
        'softFragments',
        face,
        faces + 12 * item.faceStart,
        item.faceCount,
        vertices[b],
        b * pixels,
        list.faces.byteOffset,
        list.pixels.byteOffset,
        list.weights.byteOffset,
        list.depths?.byteOffset ?? 0,
        room,
      ],
    ];
  });
  const counts = threads.run(loopTime(scene, picture), tasks);
  const most = Math.max(0, ...counts);
  if (most > room) return Math.ceil(1.25 * most);
  for (const [b, list] of lists.entries()) {
    list.length = counts[b];
    if (list.depths) scalar.keepNearest(list, 0, list.depths, pixels, b * pixels, options.facesPerPixel);
  }
  return lists;
}

/** The fragments of all items, one after the other, outside of working memory. */
function joinedLists(lists: readonly scalar.OpenList[]): Fragments {
  const itemStarts = new Int32Array(lists.length + 1);
  for (const [b, { length }] of lists.entries()) itemStarts[b + 1] = itemStarts[b] + length;
  const count = itemStarts[lists.length];
  const faces = new Int32Array(count);
  const pixels = new Int32Array(count);
  const weights = new Float32Array(3 * count);
  for (const [b, list] of lists.entries()) {
    faces.set(list.faces.subarray(0, list.length), itemStarts[b]);
    pixels.set(list.pixels.subarray(0, list.length), itemStarts[b]);
    weights.set(list.weights.subarray(0, 3 * list.length), 3 * itemStarts[b]);
  }
  return { faces, weights, pixels, itemStarts };
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
  const { scratch, threads } = compiled;
  const pixels = picture.width * picture.height;
  const size = planeSize(picture);
  const floats = planesOf(channels) * size;
  const fronts = frontsOf(options, channels, size);
  const on = placeList(compiled, scene, picture, options, channels, fragments);
  const last = scratch.copy(Float32Array.from(background));
  const groups = groupsOf(scene.items, 4 * (floats + fronts), threads.count);
  const most = groups[0]?.length ?? 0;
  const planes = scratch.take(4 * floats * most);
  const front = scratch.take(4 * fronts * most);
  const state = new ListedPlanes(floats * scene.items.length, fronts * scene.items.length);
  const sum = options.alpha === 'sum';
  const paints = paintsNearest(options, channels);
  for (const group of groups) {
    const cleared = group.map(({ place }): Task => {
      const own = planes + 4 * floats * place;
      return [['clearSoftPicture', own, size, sum ? 0 : 1, options.epsilon, paints ? 1 : 0, last, channels]];
    });
    threads.run(loopTime(scene, picture), cleared);
    if (paints)
      for (const { place } of group) clearPainted(planes + 4 * floats * place, size, scene.positions);
    const summed = group.map(({ item, b, place }): Task => {
      const own = planes + 4 * floats * place;
      return [
        [
          'softAggregate',
          on.face,
          on.faces + 12 * item.faceStart,
          on.vertices[b],
          on.listedFaces,
          on.listedPixels,
          fragments.itemStarts[b],
          fragments.itemStarts[b + 1],
          b * pixels,
          alphaCodes[options.alpha],
          values.byteOffset,
          channels,
          own,
          size,
          fronts ? front + 4 * fronts * place : 0,
        ],
      ];
    });
    scratch.floats(front, fronts * group.length).fill(Number.POSITIVE_INFINITY);
    threads.run(loopTime(scene, picture), summed);
    state.planes.set(scratch.floats(planes, floats * group.length), floats * group[0].b);
    state.fronts.set(scratch.floats(front, fronts * group.length), fronts * group[0].b);
    const written = group.map(({ item, b, place }): Task => {
      const own = planes + 4 * floats * place;
      const to = output.byteOffset + 4 * (channels + 1) * pixels * b;
      const scale = sum ? 1 / Math.max(1, item.faceCount) : 0;
      return [
        ...backgroundCalls(own, size, channels, last, options),
        ['writeSoftPicture', own, size, pixels, channels, scale, to],
      ];
    });
    threads.run(loopTime(scene, picture), written);
  }
  return state;
}

/** Whether the nearest face alone gives a pixel its colour. */
const paintsNearest = ({ color }: SoftOptions, channels: number): boolean => color === 'hard' && channels > 0;

/** Floats of the planes of fronts. */
const frontsOf = (options: SoftOptions, channels: number, size: number): number =>
  options.variant === 'pytorch3d' && channels > 0 && !paintsNearest(options, channels) ? 3 * size : 0;

const backgroundCalls = (
  planes: number,
  size: number,
  channels: number,
  background: number,
  options: SoftOptions,
): Call[] =>
  channels > 0 && options.color !== 'hard'
    ? [
        [
          'addBackground',
          planes,
          size,
          channels,
          background,
          options.epsilon,
          options.gamma,
          floorOf(options),
        ],
      ]
    : [];

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
  const compiled = simd()!;
  const { scratch, threads } = compiled;
  const pixels = picture.width * picture.height;
  const size = planeSize(picture);
  const floats = planesOf(channels) * size;
  const fronts = frontsOf(options, channels, size);
  const on = placeList(compiled, scene, picture, options, channels, fragments);
  const last = scratch.copy(Float32Array.from(background));
  const groups = groupsOf(scene.items, 4 * (floats + fronts), threads.count);
  const most = groups[0]?.length ?? 0;
  const planes = scratch.take(4 * floats * most);
  const front = scratch.take(4 * fronts * most);
  const blended = threads.own(4 * size);
  const alpha = alphaCodes[options.alpha];
  const { epsilon, gamma } = options;
  const floor = floorOf(options);
  const copyIn = (
    to: number,
    floatsEach: number,
    from: Float32Array,
    { b, length }: { b: number; length: number },
  ) => scratch.floats(to, floatsEach * length).set(from.subarray(floatsEach * b, floatsEach * (b + length)));
  for (const group of groups) {
    const range = { b: group[0].b, length: group.length };
    copyIn(planes, floats, state.planes, range);
    copyIn(front, fronts, state.fronts, range);
    const tasks = group.map(({ item, b, place }): Task => {
      const own = planes + 4 * floats * place;
      const ownFront = fronts ? front + 4 * fronts * place : 0;
      const share = options.alpha === 'sum' ? Math.max(1, item.faceCount) : 1;
      const from = upstream.byteOffset + 4 * (channels + 1) * pixels * b;
      const scale = 1 / options.sigma / share;
      const hearing: Call[] = ownFront
        ? [
            [
              'hearFronts',
              own,
              size,
              pixels,
              channels,
              last,
              from,
              epsilon,
              gamma,
              floor,
              Math.log(floor),
              ownFront,
            ],
          ]
        : [];
      return [
        ...hearing,
        ...backgroundCalls(own, size, channels, last, options),
        ['hearSoftPicture', own, size, pixels, channels, alpha, scale, from, blended],
        [
          'softAggregateBackward',
          on.face,
          on.faces + 12 * item.faceStart,
          on.vertices[b],
          on.listedFaces,
          on.listedPixels,
          fragments.itemStarts[b],
          fragments.itemStarts[b + 1],
          b * pixels,
          alpha,
          values.byteOffset,
          channels,
          own,
          size,
          blended,
          ownFront,
          colorGradient.byteOffset,
          on.planar[b].byteOffset,
          on.deep[b].byteOffset,
        ],
      ];
    });
    threads.run(loopTime(scene, picture), tasks);
  }
  addVertexSums(scene, picture, on, positionGradient);
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
  const { scratch, threads } = compiled;
  const on = placeList(compiled, scene, picture, options, channels, fragments);
  const corners = indices === scene.faces ? on.faces : scratch.copy(indices);
  const rows = new RowGradients(scratch, attributes, values.length);
  const tasks = scene.items.map(
    (item, b): Task => [
      [
        'softInterpolateBackward',
        on.face,
        on.faces + 12 * item.faceStart,
        on.vertices[b],
        on.listedFaces,
        on.listedPixels,
        fragments.itemStarts[b],
        fragments.itemStarts[b + 1],
        b * picture.width * picture.height,
        values.byteOffset + 4 * channels * rowStarts[b],
        corners + 12 * item.faceStart,
        channels,
        upstream.byteOffset,
        on.planar[b].byteOffset,
        on.deep[b].byteOffset,
        rows.addresses[b],
      ],
    ],
  );
  threads.run(loopTime(scene, picture), rows.tasks(tasks));
  addVertexSums(scene, picture, on, positionGradient);
  rows.addTo(attributeGradient);
}

/** Where the kernels find a list of fragments and what it was made of, and where they put the gradients of each item's vertices. */
interface PlacedList {
  face: Own;
  faces: number;
  listedFaces: number;
  listedPixels: number;
  vertices: readonly number[];
  planar: readonly Float64Array[];
  deep: readonly Float64Array[];
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
  return {
    face: startSoftFaces(compiled, picture, options, channels),
    faces: scratch.copy(scene.faces),
    listedFaces: scratch.copy(faces),
    listedPixels: scratch.copy(pixels!),
    vertices: placeVertices(scratch, scene, picture),
    planar: takeVertexSums(scratch, scene),
    deep: takeVertexSums(scratch, scene),
  };
}
