// DIB-R's silhouette by its formula: at every uncovered pixel, α = 1 − Π_j (1 − exp(−s·d_j²)) over the first or nearest K faces
// whose grown bounding box holds the pixel's centre (the first, by rules of Kaolin's dibr_soft_mask). The backward pass walks the
// same pixels again.

import type { Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import type { SoftMaskOptions } from '../softMask.ts';
import { type Pixel, pixelsOf } from './pixels.ts';
import { type NearestPoint, nearestPoint, type Triangle, triangleOf } from './triangle.ts';

export interface ReferenceMask {
  visible: Fragments;
  options: SoftMaskOptions;
}

interface Neighbour {
  triangle: Triangle;
  nearest: NearestPoint;
  /** exp(−s·d²). */
  p: number;
}

export function softMask(
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  options: SoftMaskOptions,
  output: RealArray,
): ReferenceMask {
  output.fill(1);
  forEachOpenPixel(scene, picture, visible, (item, pixel, at) => {
    const neighbours = neighboursOf(scene, item, picture, pixel, options);
    output[at] = 1 - neighbours.reduce((product, { p }) => product * (1 - p), 1);
  });
  return { visible: { ...visible, faces: visible.faces.slice() }, options };
}

export function softMaskBackward(
  scene: Scene,
  picture: Picture,
  { visible, options }: ReferenceMask,
  upstream: RealArray,
  positionGradient: RealArray,
): void {
  const { stride } = scene;
  forEachOpenPixel(scene, picture, visible, (item, pixel, at) => {
    const neighbours = neighboursOf(scene, item, picture, pixel, options);
    neighbours.forEach(({ triangle, nearest, p }, j) => {
      const others = neighbours.reduce(
        (product, other, i) => (i === j ? product : product * (1 - other.p)),
        1,
      );
      const squaredGradient = -upstream[at] * others * options.sharpness * p;
      for (const [corner, share] of [
        [nearest.from, 1 - nearest.t],
        [nearest.to, nearest.t],
      ]) {
        const dx = squaredGradient * 2 * share * nearest.dx;
        const dy = squaredGradient * 2 * share * nearest.dy;
        const { x, y, w, rows } = triangle;
        positionGradient[stride * rows[corner]] += dx / w[corner];
        positionGradient[stride * rows[corner] + 1] += dy / w[corner];
        if (stride === 4) {
          positionGradient[4 * rows[corner] + 3] -= (dx * x[corner] + dy * y[corner]) / w[corner];
        }
      }
    });
  });
}

function neighboursOf(
  scene: Scene,
  item: MeshRange,
  { near }: Picture,
  { x, y }: Pixel,
  { sharpness, boxSize, maxFaces, order }: SoftMaskOptions,
): Neighbour[] {
  const neighbours: Neighbour[] = [];
  for (let f = 0; f < item.faceCount; f++) {
    const triangle = triangleOf(scene, item, f, near);
    if (!triangle || !holds(triangle.x, x, boxSize) || !holds(triangle.y, y, boxSize)) continue;
    const nearest = nearestPoint(triangle, x, y);
    neighbours.push({ triangle, nearest, p: Math.exp(-sharpness * nearest.squared) });
  }
  if (order === 'nearest') neighbours.sort((a, b) => a.nearest.squared - b.nearest.squared);
  return neighbours.slice(0, maxFaces);
}

/** Whether `at` lies in the grown range of `values`: the lower bound belongs to it, the upper one does not. */
const holds = (values: number[], at: number, margin: number): boolean =>
  at >= Math.min(...values) - margin && at < Math.max(...values) + margin;

function forEachOpenPixel(
  scene: Scene,
  picture: Picture,
  { faces }: Fragments,
  visit: (item: MeshRange, pixel: Pixel, at: number) => void,
): void {
  const pixels = picture.width * picture.height;
  scene.items.forEach((item, b) => {
    for (const pixel of pixelsOf(picture)) {
      const at = b * pixels + pixel.index;
      if (faces[at] < 0) visit(item, pixel, at);
    }
  });
}
