// SoftRas and PyTorch3D's variant by their formulas: every face at every pixel, the pixels one at a time. The backward pass walks
// the same fragments again and applies the chain rule in the order in which the forward pass made things.

import type { AttributeRows, Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import type { FragmentColors, SoftOptions } from '../softAggregate.ts';
import { interpolate } from './fragments.ts';
import { type Pixel, pixelAt, pixelsOf } from './pixels.ts';
import { addPositionGradient, type SoftFragment, softFragmentAt } from './softFragment.ts';

export function softFragments(scene: Scene, picture: Picture, options: SoftOptions): Fragments {
  const pixels = picture.width * picture.height;
  const itemStarts = [0];
  const all = scene.items.flatMap((item, b) => {
    const found = [...pixelsOf(picture)].flatMap((pixel) =>
      fragmentsOf(scene, item, picture, pixel, options).map((fragment) => ({
        ...fragment,
        pixel: b * pixels + pixel.index,
      })),
    );
    itemStarts.push(itemStarts[b] + found.length);
    return found.sort((one, other) => one.face - other.face || one.pixel - other.pixel);
  });
  return {
    faces: Int32Array.from(all, ({ face }) => face),
    weights: Float64Array.from(all.flatMap(({ weights }) => weights)),
    pixels: Int32Array.from(all, ({ pixel }) => pixel),
    itemStarts: Int32Array.from(itemStarts),
  };
}

function fragmentsOf(
  scene: Scene,
  item: MeshRange,
  picture: Picture,
  pixel: Pixel,
  options: SoftOptions,
): SoftFragment[] {
  const all = Array.from({ length: item.faceCount }, (_, face) =>
    softFragmentAt(scene, item, face, picture, pixel, options),
  ).filter((fragment) => fragment !== undefined);
  if (options.variant === 'softras') return all;
  // Depths compared in float32, ties to the lower face: as PyTorch3D sorts (depth, face).
  return all
    .sort((one, other) => Math.fround(one.depth) - Math.fround(other.depth) || one.face - other.face)
    .slice(0, options.facesPerPixel);
}

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
  scene.items.forEach((item, b) => {
    for (let i = fragments.itemStarts[b]; i < fragments.itemStarts[b + 1]; i++) {
      const pixel = pixelAt(picture, fragments.pixels![i]);
      const face = fragments.faces[i];
      const fragment = face < 0 ? undefined : softFragmentAt(scene, item, face, picture, pixel, options);
      if (!fragment) continue;
      const weightGradient = [0, 0, 0];
      for (let k = 0; k < 3; k++) {
        const row = rowStarts[b] + indices[3 * (item.faceStart + face) + k];
        for (let c = 0; c < channels; c++) {
          const g = upstream[channels * i + c];
          attributeGradient[channels * row + c] += g * fragment.weights[k];
          weightGradient[k] += g * values[channels * row + c];
        }
      }
      addPositionGradient(scene, picture, options, fragment, weightGradient, 0, 0, positionGradient);
    }
  });
}

/** A fragment, and its share in the colours of its pixel. */
interface Layer extends SoftFragment {
  /** Which of the listed fragments it is. */
  index: number;
  /** e^{(z̄ − m)/γ} over the sum that the weights are divided by; 0 where it takes no part. Times D it is the weight. */
  share: number;
  /** The nearest of the pixel: a background weight that is bounded from below is measured from it. */
  front: boolean;
}

interface Blend {
  layers: Layer[];
  /** Weight of the background, and whether it was raised to ε. */
  rest: number;
  raised: boolean;
}

export function softAggregate(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  fragments: Fragments,
  { values, channels, background }: FragmentColors,
  output: RealArray,
): object {
  forEachBlend(scene, picture, options, fragments, ({ layers, rest }, at, item) => {
    const to = at * (channels + 1);
    for (let c = 0; c < channels; c++) {
      output[to + c] = rest * background[c];
      for (const { index, share, coverage } of layers) {
        output[to + c] += share * coverage * values[channels * index + c];
      }
    }
    output[to + channels] = alphaOf(layers, item, options);
  });
  return {};
}

function alphaOf(layers: Layer[], item: MeshRange, { alpha }: SoftOptions): number {
  switch (alpha) {
    case 'product':
      return 1 - layers.reduce((product, { coverage }) => product * (1 - coverage), 1);
    case 'sum':
      return layers.reduce((sum, { coverage }) => sum + coverage, 0) / Math.max(1, item.faceCount);
    case 'hard':
      return layers.some(({ coverage }) => coverage > 0.5) ? 1 : 0;
  }
}

export function softAggregateBackward(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  fragments: Fragments,
  { values, channels, background }: FragmentColors,
  _state: object,
  upstream: RealArray,
  colorGradient: RealArray,
  positionGradient: RealArray,
): void {
  const { sigma, gamma, near, far } = options;
  forEachBlend(scene, picture, options, fragments, (blend, at, item) => {
    const from = at * (channels + 1);
    const alphaGradient = upstream[from + channels];
    // Σ_c g_c C_c of a row of colours.
    const heard = (colors: RealArray, row: number): number => {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += upstream[from + c] * colors[channels * row + c];
      return sum;
    };
    const { layers, rest, raised } = blend;
    const blended = layers.reduce(
      (sum, { index, share, coverage }) => sum + share * coverage * heard(values, index),
      rest * heard(background, 0),
    );
    layers.forEach((layer, j) => {
      const { index, share, coverage } = layer;
      for (let c = 0; c < channels; c++) {
        colorGradient[channels * index + c] += upstream[from + c] * share * coverage;
      }
      const excess = share === 0 ? 0 : heard(values, index) - blended;
      let coverageGradient = 0;
      if (options.alpha === 'product') {
        coverageGradient +=
          alphaGradient *
          layers.reduce((product, other, i) => (i === j ? product : product * (1 - other.coverage)), 1);
      }
      if (options.alpha === 'sum') coverageGradient += alphaGradient / Math.max(1, item.faceCount);
      let depthGradient = 0;
      if (options.color === 'softmax') {
        coverageGradient += share * excess;
        depthGradient += share * coverage * excess;
        if (layer.front && raised) depthGradient += rest * (heard(background, 0) - blended);
      }
      addPositionGradient(
        scene,
        picture,
        options,
        layer,
        [0, 0, 0],
        (coverageGradient * coverage * (1 - coverage)) / sigma,
        -depthGradient / gamma / (far - near),
        positionGradient,
      );
    });
  });
}

function forEachBlend(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  { faces, pixels, itemStarts }: Fragments,
  visit: (blend: Blend, at: number, item: MeshRange) => void,
): void {
  const size = picture.width * picture.height;
  scene.items.forEach((item, b) => {
    const lists: SoftFragment[][] = Array.from({ length: size }, () => []);
    const indices: number[][] = Array.from({ length: size }, () => []);
    for (let i = itemStarts[b]; i < itemStarts[b + 1]; i++) {
      const pixel = pixelAt(picture, pixels![i]);
      const fragment =
        faces[i] < 0 ? undefined : softFragmentAt(scene, item, faces[i], picture, pixel, options);
      if (!fragment) continue;
      lists[pixels![i] - b * size].push(fragment);
      indices[pixels![i] - b * size].push(i);
    }
    lists.forEach((list, p) => {
      visit(blendOf(list, indices[p], options), b * size + p, item);
    });
  });
}

/** m = max(ε, z̄_j) keeps every exponential below 1. */
function blendOf(fragments: SoftFragment[], indices: number[], options: SoftOptions): Blend {
  const { variant, color, gamma, epsilon, near, far } = options;
  const level = (fragment: SoftFragment) => (far - fragment.depth) / (far - near);
  const layers = fragments.map((fragment, j) => ({
    ...fragment,
    index: indices[j],
    share: 0,
    front: false,
  }));
  const seen = layers.filter(({ colored, inside }) => {
    return colored && (color === 'softmax' || variant === 'pytorch3d' || inside);
  });
  const front = seen.reduce<Layer | undefined>(
    (best, layer) => (best && Math.fround(best.depth) <= Math.fround(layer.depth) ? best : layer),
    undefined,
  );
  if (front) front.front = true;
  if (color === 'hard') {
    if (front) front.share = 1 / front.coverage;
    return { layers, rest: front ? 0 : 1, raised: false };
  }
  const highest = seen.reduce((max, layer) => Math.max(max, level(layer)), epsilon);
  const unbounded = Math.exp((epsilon - highest) / gamma);
  const floor = variant === 'pytorch3d' ? epsilon : 0;
  const rest = Math.max(unbounded, floor);
  const raised = unbounded < floor;
  const sum = seen.reduce(
    (total, layer) => total + layer.coverage * Math.exp((level(layer) - highest) / gamma),
    rest,
  );
  for (const layer of seen) layer.share = Math.exp((level(layer) - highest) / gamma) / sum;
  return { layers, rest: rest / sum, raised };
}

export interface ReferencePicture {
  fragments: Fragments;
  values: Float64Array;
}

export function softPicture(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  attributes: AttributeRows,
  background: RealArray,
  output: RealArray,
): ReferencePicture {
  const { channels } = attributes;
  const fragments = softFragments(scene, picture, options);
  const values = new Float64Array(fragments.faces.length * channels);
  interpolate(scene, fragments, attributes, values);
  softAggregate(scene, picture, options, fragments, { values, channels, background }, output);
  return { fragments, values };
}

export function softPictureBackward(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  attributes: AttributeRows,
  background: RealArray,
  { fragments, values }: ReferencePicture,
  upstream: RealArray,
  attributeGradient: RealArray,
  positionGradient: RealArray,
): void {
  const colors = { values, channels: attributes.channels, background };
  const gradient = new Float64Array(values.length);
  softAggregateBackward(scene, picture, options, fragments, colors, {}, upstream, gradient, positionGradient);
  softInterpolateBackward(
    scene,
    picture,
    options,
    fragments,
    attributes,
    gradient,
    attributeGradient,
    positionGradient,
  );
}
