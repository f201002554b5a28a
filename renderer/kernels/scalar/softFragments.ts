// SoftRas with a list of fragments, for shaders, and for PyTorch3D's variant, which needs the K nearest of a pixel. 20 bytes a
// fragment are kept: face, pixel, three weights. Distance and depth are found again from the positions where they are needed.

import type { AttributeRows, Fragments, Picture, RealArray, Scene } from '../scene.ts';
import { scratch } from '../scratch.ts';
import type { FragmentColors, SoftOptions } from '../softAggregate.ts';
import { decay } from './decay.ts';
import { hiddenFrom, SoftFace } from './softFace.ts';

/** A list of fragments with room for more. */
export interface OpenList {
  length: number;
  readonly faces: Int32Array;
  readonly pixels: Int32Array;
  readonly weights: Float32Array;
}

/** The list while it grows. */
class FragmentList implements OpenList {
  length = 0;
  faces: Int32Array;
  pixels: Int32Array;
  weights: Float32Array;

  constructor(capacity: number) {
    this.faces = new Int32Array(capacity);
    this.pixels = new Int32Array(capacity);
    this.weights = new Float32Array(3 * capacity);
  }

  grow(): void {
    const { faces, pixels, weights } = this;
    this.faces = new Int32Array(2 * faces.length);
    this.pixels = new Int32Array(2 * faces.length);
    this.weights = new Float32Array(6 * faces.length);
    this.faces.set(faces);
    this.pixels.set(pixels);
    this.weights.set(weights);
  }
}

/** Pictures of one run resemble each other, so what was enough for the last one saves growing step by step. */
let usualFragments = 1024;

const depthsOfList = scratch(Float32Array);

export function softFragments(scene: Scene, picture: Picture, options: SoftOptions): Fragments {
  const { width, height } = picture;
  const pixels = width * height;
  const limited = options.variant === 'pytorch3d';
  const list = new FragmentList(usualFragments);
  const itemStarts = new Int32Array(scene.items.length + 1);
  const face = new SoftFace(scene, picture, options);
  scene.items.forEach((item, b) => {
    const start = list.length;
    let depths = depthsOfList(list.faces.length);
    face.startItem(item);
    for (let f = 0; f < item.faceCount; f++) {
      if (!face.toFace(f)) continue;
      for (let row = face.firstRow; row <= face.lastRow; row++) {
        face.coverRow(row);
        face.weighRow();
        for (let column = face.firstColumn; column <= face.lastColumn; column++) {
          if (face.coverage[column] < 0) continue;
          const i = list.length++;
          if (i === list.faces.length) {
            list.grow();
            const longer = depthsOfList(list.faces.length);
            longer.set(depths.subarray(0, i));
            depths = longer;
          }
          const pixel = row * width + column;
          list.faces[i] = f;
          list.pixels[i] = b * pixels + pixel;
          list.weights[3 * i] = face.b0[column];
          list.weights[3 * i + 1] = face.b1[column];
          list.weights[3 * i + 2] = face.b2[column];
          if (limited) depths[i] = face.depth[column];
        }
      }
    }
    if (limited) keepNearest(list, start, depths, pixels, b * pixels, options.facesPerPixel);
    itemStarts[b + 1] = list.length;
  });
  usualFragments = Math.max(1024, Math.ceil(1.25 * list.length));
  return {
    faces: list.faces.slice(0, list.length),
    weights: list.weights.slice(0, 3 * list.length),
    pixels: list.pixels.slice(0, list.length),
    itemStarts,
  };
}

const fragmentCounts = scratch(Int32Array);
const crowdEnds = scratch(Int32Array);
const crowdedFragments = scratch(Int32Array);

/** Up to so many fragments are put in order one by one. */
const shortCrowd = 64;

/**
 * Takes from the fragments of one item, `start` up to the end of the list, all but the K nearest of each pixel. `pixels`: how many the
 * item has, of which `base` is the first.
 */
export function keepNearest(
  list: OpenList,
  start: number,
  depths: Float32Array,
  pixels: number,
  base: number,
  most: number,
): void {
  const counts = fragmentCounts(pixels).fill(0, 0, pixels);
  for (let i = start; i < list.length; i++) counts[list.pixels[i] - base]++;
  // The fragments of crowded pixels, pixel by pixel.
  const ends = crowdEnds(pixels);
  let crowd = 0;
  for (let p = 0; p < pixels; p++) {
    ends[p] = crowd;
    if (counts[p] > most) crowd += counts[p];
  }
  if (crowd === 0) return;
  const crowded = crowdedFragments(crowd);
  for (let i = start; i < list.length; i++) {
    const p = list.pixels[i] - base;
    if (counts[p] > most) crowded[ends[p]++] = i;
  }
  for (let p = 0; p < pixels; p++) {
    if (counts[p] <= most) continue;
    const from = ends[p] - counts[p];
    sortByDepth(crowded, from, ends[p], depths);
    for (let k = from + most; k < ends[p]; k++) list.faces[crowded[k]] = -1;
  }
  let kept = start;
  for (let i = start; i < list.length; i++) {
    if (list.faces[i] < 0) continue;
    list.faces[kept] = list.faces[i];
    list.pixels[kept] = list.pixels[i];
    list.weights.copyWithin(3 * kept, 3 * i, 3 * i + 3);
    kept++;
  }
  list.length = kept;
}

/** Puts a part of a list of fragments in order of depth; as it was in order of faces, ties are too. */
function sortByDepth(fragments: Int32Array, from: number, end: number, depths: Float32Array): void {
  if (end - from > shortCrowd) {
    fragments.subarray(from, end).sort((i, j) => depths[i] - depths[j] || i - j);
    return;
  }
  for (let k = from + 1; k < end; k++) {
    const fragment = fragments[k];
    const depth = depths[fragment];
    let to = k;
    for (; to > from && depths[fragments[to - 1]] > depth; to--) fragments[to] = fragments[to - 1];
    fragments[to] = fragment;
  }
}

/**
 * Goes through the fragments of item b, row by row of one face: `visit` gets number, pixel and column of each, while `face` has its
 * row at hand, and `leave` whatever there is to do at the end of a row.
 */
function forEachFragment(
  face: SoftFace,
  { width, height }: Picture,
  { faces, pixels, itemStarts }: Fragments,
  b: number,
  visit: (i: number, pixel: number, column: number) => void,
  leave: () => void = () => {},
): void {
  const base = b * width * height;
  let current = -1;
  let currentRow = -1;
  for (let i = itemStarts[b]; i < itemStarts[b + 1]; i++) {
    const f = faces[i];
    if (f < 0) continue;
    const pixel = pixels![i];
    const row = Math.floor((pixel - base) / width);
    if (f !== current || row !== currentRow) {
      if (current >= 0) leave();
      if (f !== current) {
        if (current >= 0) face.finishFace();
        face.toFace(f);
        current = f;
      }
      face.coverRow(row);
      face.weighRow();
      currentRow = row;
    }
    visit(i, pixel, pixel - base - row * width);
  }
  if (current < 0) return;
  leave();
  face.finishFace();
}

const rowSums = scratch(Float64Array);

export function softInterpolateBackward(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  fragments: Fragments,
  { values, channels, indices, rowStarts }: AttributeRows,
  upstream: RealArray,
  attributeGradient: RealArray,
  positionGradient: RealArray,
): void {
  const face = new SoftFace(scene, picture, options);
  const rowGradient = rowSums(attributeGradient.length).fill(0, 0, attributeGradient.length);
  scene.items.forEach((item, b) => {
    face.startItem(item);
    forEachFragment(
      face,
      picture,
      fragments,
      b,
      (i, _, column) => {
        if (!face.colored) return;
        const b0 = face.b0[column];
        const b1 = face.b1[column];
        const b2 = face.b2[column];
        const corner = 3 * (item.faceStart + fragments.faces[i]);
        const u = channels * (rowStarts[b] + indices[corner]);
        const v = channels * (rowStarts[b] + indices[corner + 1]);
        const t = channels * (rowStarts[b] + indices[corner + 2]);
        let g0 = 0;
        let g1 = 0;
        let g2 = 0;
        for (let c = 0; c < channels; c++) {
          const g = upstream[channels * i + c];
          g0 += g * values[u + c];
          g1 += g * values[v + c];
          g2 += g * values[t + c];
          rowGradient[u + c] += g * b0;
          rowGradient[v + c] += g * b1;
          rowGradient[t + c] += g * b2;
        }
        face.heard[column] = 1;
        face.g0[column] = g0;
        face.g1[column] = g1;
        face.g2[column] = g2;
        face.depthGradient[column] = 0;
      },
      () => face.addRow(true),
    );
    face.finishItem(positionGradient);
  });
  for (let i = 0; i < attributeGradient.length; i++) attributeGradient[i] += rowGradient[i];
}

/** What a pixel keeps between the passes. */
export interface SoftLayers {
  /** m. */
  highest: Float64Array;
  /** Sum that the weights are divided by, background included; 1 for hard colours. */
  sums: Float64Array;
  /** Weight of the background, divided already. */
  rest: Float64Array;
  /** Π(1 − D), Σ D, or 1 where no D exceeds ½: by `alpha`. */
  survival: Float32Array;
  /** Fragment nearest to the camera, −1 for none. */
  front: Int32Array;
}

export function softAggregate(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  fragments: Fragments,
  { values, channels, background }: FragmentColors,
  output: RealArray,
): SoftLayers {
  const { variant, alpha, gamma, epsilon, near, far } = options;
  const pixels = picture.width * picture.height;
  const all = pixels * scene.items.length;
  const hard = options.color === 'hard';
  const hidden = hiddenFrom(options);
  const state: SoftLayers = {
    highest: new Float64Array(all).fill(epsilon),
    sums: new Float64Array(all),
    rest: new Float64Array(all).fill(1),
    survival: new Float32Array(all).fill(alpha === 'sum' ? 0 : 1),
    front: new Int32Array(all).fill(-1),
  };
  const { highest, sums, rest, survival, front } = state;
  const face = new SoftFace(scene, picture, options);
  const depthOf = depthReader(face, options);
  const nearest = depthsOfList(all).fill(Number.POSITIVE_INFINITY, 0, all);
  scene.items.forEach((item, b) => {
    face.startItem(item);
    forEachFragment(face, picture, fragments, b, (i, pixel, column) => {
      const coverage = face.coverage[column];
      if (alpha === 'product') survival[pixel] *= face.miss[column];
      else if (alpha === 'sum') survival[pixel] += coverage;
      else if (coverage > 0.5) survival[pixel] = 0;
      const depth = depthOf(column);
      if (!(depth < Number.POSITIVE_INFINITY)) return;
      highest[pixel] = Math.max(highest[pixel], (far - depth) / (far - near));
      if (Math.fround(depth) < nearest[pixel]) {
        nearest[pixel] = depth;
        front[pixel] = i;
      }
    });
  });
  if (hard) {
    for (let p = 0; p < all; p++) {
      const i = front[p];
      if (i >= 0) rest[p] = 0;
      for (let c = 0; c < channels; c++) {
        output[p * (channels + 1) + c] = i < 0 ? background[c] : values[i * channels + c];
      }
    }
  } else {
    const floor = variant === 'pytorch3d' ? epsilon : 0;
    for (let p = 0; p < all; p++) {
      const weight = Math.max(floor, Math.exp((epsilon - highest[p]) / gamma));
      rest[p] = weight;
      sums[p] = weight;
      for (let c = 0; c < channels; c++) output[p * (channels + 1) + c] = weight * background[c];
    }
    scene.items.forEach((item, b) => {
      face.startItem(item);
      forEachFragment(face, picture, fragments, b, (i, pixel, column) => {
        const depth = depthOf(column);
        const gap = (highest[pixel] - (far - depth) / (far - near)) / gamma;
        if (!(gap <= hidden)) return;
        const weight = face.coverage[column] * decay(Math.max(0, gap));
        sums[pixel] += weight;
        const to = pixel * (channels + 1);
        for (let c = 0; c < channels; c++) output[to + c] += weight * values[i * channels + c];
      });
    });
    for (let p = 0; p < all; p++) {
      rest[p] /= sums[p];
      for (let c = 0; c < channels; c++) output[p * (channels + 1) + c] /= sums[p];
    }
  }
  scene.items.forEach((item, b) => {
    for (let p = b * pixels; p < (b + 1) * pixels; p++) {
      output[p * (channels + 1) + channels] =
        alpha === 'sum' ? survival[p] / Math.max(1, item.faceCount) : 1 - survival[p];
    }
  });
  return state;
}

/** Depth of the fragment in a column of the row at hand, or Infinity where it takes no part in colours. */
function depthReader(face: SoftFace, { variant, color, near, far }: SoftOptions): (column: number) => number {
  const softras = variant === 'softras';
  const insideOnly = softras && color === 'hard';
  return (column) => {
    if (!face.colored || (insideOnly && face.inside[column] === 0)) return Number.POSITIVE_INFINITY;
    const depth = face.depth[column];
    return !softras || (depth >= near && depth <= far) ? depth : Number.POSITIVE_INFINITY;
  };
}

const blendedGradients = scratch(Float64Array);

export function softAggregateBackward(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  fragments: Fragments,
  { values, channels, background }: FragmentColors,
  { highest, sums, rest, survival, front }: SoftLayers,
  upstream: RealArray,
  colorGradient: RealArray,
  positionGradient: RealArray,
): void {
  const { variant, alpha, sigma, gamma, epsilon, near, far } = options;
  const pixels = picture.width * picture.height;
  const all = pixels * scene.items.length;
  const size = channels + 1;
  if (options.color === 'hard') {
    for (let p = 0; p < all; p++) {
      const i = front[p];
      for (let c = 0; c < channels && i >= 0; c++) colorGradient[i * channels + c] += upstream[p * size + c];
    }
  }
  const soft = options.color === 'softmax' && channels > 0;
  const hidden = hiddenFrom(options);
  const face = new SoftFace(scene, picture, options);
  const depthOf = depthReader(face, options);
  const shareOf = (pixel: number, depth: number): number => {
    const gap = (highest[pixel] - (far - depth) / (far - near)) / gamma;
    return gap <= hidden ? decay(Math.max(0, gap)) / sums[pixel] : 0;
  };
  const heard = (colors: RealArray, row: number, pixel: number): number => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += upstream[pixel * size + c] * colors[row * channels + c];
    return sum;
  };
  // g·I of every pixel, from the fragments themselves: a picture in float32 would be too coarse for a division by γ.
  const blended = blendedGradients(soft ? all : 0);
  if (soft) {
    for (let p = 0; p < all; p++) blended[p] = rest[p] * heard(background, 0, p);
    scene.items.forEach((item, b) => {
      face.startItem(item);
      forEachFragment(face, picture, fragments, b, (i, pixel, column) => {
        blended[pixel] += face.coverage[column] * shareOf(pixel, depthOf(column)) * heard(values, i, pixel);
      });
    });
  }
  scene.items.forEach((item, b) => {
    face.startItem(item);
    forEachFragment(
      face,
      picture,
      fragments,
      b,
      (i, pixel, column) => {
        const alphaGradient = upstream[pixel * size + channels];
        const coverage = face.coverage[column];
        const miss = face.miss[column];
        let distanceGradient = 0;
        if (alpha === 'product') distanceGradient = alphaGradient * survival[pixel] * coverage;
        else if (alpha === 'sum') {
          distanceGradient = (alphaGradient * coverage * miss) / Math.max(1, item.faceCount);
        }
        const depth = soft ? depthOf(column) : Number.POSITIVE_INFINITY;
        const share = soft ? shareOf(pixel, depth) : 0;
        if (share > 0) {
          const weight = share * coverage;
          for (let c = 0; c < channels; c++) {
            colorGradient[i * channels + c] += weight * upstream[pixel * size + c];
          }
          const excess = heard(values, i, pixel) - blended[pixel];
          distanceGradient += share * excess * coverage * miss;
          let levelGradient = weight * excess;
          // Where the background's weight is ε times the largest exponential, it rises and falls with the nearest fragment.
          if (
            variant === 'pytorch3d' &&
            front[pixel] === i &&
            (epsilon - highest[pixel]) / gamma < Math.log(epsilon)
          ) {
            levelGradient += rest[pixel] * (heard(background, 0, pixel) - blended[pixel]);
          }
          face.heard[column] = 1;
          face.g0[column] = 0;
          face.g1[column] = 0;
          face.g2[column] = 0;
          face.depthGradient[column] = -levelGradient / gamma / (far - near);
        }
        face.distanceGradient[column] = distanceGradient / sigma;
      },
      () => face.addRow(soft),
    );
    face.finishItem(positionGradient);
  });
}
