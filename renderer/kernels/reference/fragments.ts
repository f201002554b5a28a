// Visibility by trying every face at every pixel, interpolation, and both derivatives fragment by fragment.

import {
  type AttributeRows,
  type Fragments,
  handedOver,
  itemStartsOf,
  type MeshRange,
  type Picture,
  type RealArray,
  type Scene,
} from '../scene.ts';
import { type Pixel, pixelAt, pixelsOf } from './pixels.ts';
import {
  doubledArea,
  edgeFunctions,
  isDegenerate,
  type Triangle,
  triangleOf,
  weightsAt,
} from './triangle.ts';

export function findVisible(scene: Scene, picture: Picture, into?: Fragments): Fragments {
  const pixels = picture.width * picture.height;
  const batch = scene.items.length;
  const faces = new Int32Array(batch * pixels).fill(-1);
  const weights = new Float64Array(3 * batch * pixels);
  scene.items.forEach((item, b) => {
    const candidates = drawnFaces(scene, item, picture);
    for (const pixel of pixelsOf(picture)) {
      let nearest = -Infinity;
      for (const { face, triangle } of candidates) {
        const inside = weightsAt(triangle, pixel.x, pixel.y, picture);
        if (!inside || (!picture.perspectiveCorrect && isOnUpperBound(triangle, pixel))) continue;
        // Compared in float32, so that faces at one depth tie whatever the rounding of their weights.
        const depth = Math.fround(dot(inside, triangle.z));
        if (depth > nearest) {
          nearest = depth;
          faces[b * pixels + pixel.index] = face;
          weights.set(inside, 3 * (b * pixels + pixel.index));
        }
      }
    }
  });
  return handedOver({ faces, weights, itemStarts: itemStartsOf(batch, pixels) }, into);
}

/** On the right or upper bound of a face. Kaolin's boxes are open there, and so are faces whose weights are linear in the picture. */
const isOnUpperBound = ({ x, y }: Triangle, pixel: Pixel): boolean =>
  pixel.x >= Math.max(...x) || pixel.y >= Math.max(...y);

function drawnFaces(
  scene: Scene,
  item: MeshRange,
  { near, cull }: Picture,
): { face: number; triangle: Triangle }[] {
  return Array.from({ length: item.faceCount }, (_, face) => ({
    face,
    triangle: triangleOf(scene, item, face, near),
  })).filter(
    (candidate): candidate is { face: number; triangle: Triangle } =>
      candidate.triangle !== undefined &&
      !isDegenerate(candidate.triangle) &&
      !(cull && doubledArea(candidate.triangle) < 0),
  );
}

export function interpolate(
  scene: Scene,
  fragments: Fragments,
  { values, channels, indices, rowStarts }: AttributeRows,
  output: RealArray,
): void {
  forEachFragment(scene, fragments, (i, face, b, item) => {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) {
        const row = rowStarts[b] + indices[3 * (item.faceStart + face) + k];
        sum += fragments.weights[3 * i + k] * values[channels * row + c];
      }
      output[channels * i + c] = sum;
    }
  });
}

export function interpolateBackward(
  scene: Scene,
  picture: Picture,
  fragments: Fragments,
  { values, channels, indices, rowStarts }: AttributeRows,
  upstream: RealArray,
  attributeGradient: RealArray,
  positionGradient: RealArray,
): void {
  const weightGradient = new Float64Array(fragments.weights.length);
  forEachFragment(scene, fragments, (i, face, b, item) => {
    for (let k = 0; k < 3; k++) {
      const row = rowStarts[b] + indices[3 * (item.faceStart + face) + k];
      let sum = 0;
      for (let c = 0; c < channels; c++) {
        attributeGradient[channels * row + c] += upstream[channels * i + c] * fragments.weights[3 * i + k];
        sum += upstream[channels * i + c] * values[channels * row + c];
      }
      weightGradient[3 * i + k] = sum;
    }
  });
  weightsBackward(scene, picture, fragments, weightGradient, positionGradient);
}

/**
 * Chain rule by hand, in the order in which the weights are made: b_k = s_k / Σs, s_k = E_k / w_k (or E_k), E_k a difference of
 * products of image-plane coordinates, x = X / w.
 */
export function weightsBackward(
  scene: Scene,
  picture: Picture,
  fragments: Fragments,
  weightGradient: RealArray,
  positionGradient: RealArray,
): void {
  const { stride } = scene;
  forEachFragment(scene, fragments, (i, face, _, item) => {
    const triangle = triangleOf(scene, item, face, picture.near)!;
    const { x, y, w, rows } = triangle;
    const pixel = pixelAt(picture, fragments.pixels ? fragments.pixels[i] : i);
    const areas = edgeFunctions(triangle, pixel.x, pixel.y);
    const divisors = picture.perspectiveCorrect ? w : [1, 1, 1];
    const sum = areas.reduce((total, area, k) => total + area / divisors[k], 0);
    const weights = areas.map((area, k) => area / divisors[k] / sum);
    const upstream = [0, 1, 2].map((k) => weightGradient[3 * i + k]);
    const mean = dot(weights, upstream);
    const dx = [0, 0, 0];
    const dy = [0, 0, 0];
    const dw = [0, 0, 0];
    for (let k = 0; k < 3; k++) {
      const shareGradient = (upstream[k] - mean) / sum;
      const areaGradient = shareGradient / divisors[k];
      if (picture.perspectiveCorrect) dw[k] -= (shareGradient * areas[k]) / w[k] ** 2;
      const next = (k + 1) % 3;
      const last = (k + 2) % 3;
      dx[next] += areaGradient * (y[last] - pixel.y);
      dy[last] += areaGradient * (x[next] - pixel.x);
      dx[last] -= areaGradient * (y[next] - pixel.y);
      dy[next] -= areaGradient * (x[last] - pixel.x);
    }
    for (let k = 0; k < 3; k++) {
      const at = stride * rows[k];
      positionGradient[at] += dx[k] / w[k];
      positionGradient[at + 1] += dy[k] / w[k];
      if (stride === 4) positionGradient[at + 3] += dw[k] - (dx[k] * x[k] + dy[k] * y[k]) / w[k];
    }
  });
}

function forEachFragment(
  scene: Scene,
  { faces, itemStarts }: Fragments,
  visit: (fragment: number, face: number, b: number, item: MeshRange) => void,
): void {
  scene.items.forEach((item, b) => {
    for (let i = itemStarts[b]; i < itemStarts[b + 1]; i++) if (faces[i] >= 0) visit(i, faces[i], b, item);
  });
}

const dot = (a: number[], b: number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
