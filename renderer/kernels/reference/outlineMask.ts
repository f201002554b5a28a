// The unbiased silhouette by its formulas (kernels/outlineMask.ts): every piece of the outline at every pixel.

import type { OutlineMaskOptions } from '../outlineMask.ts';
import type { Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { erf, wedge } from './gaussian.ts';
import { type OutlinePiece, outlineOf } from './outline.ts';
import { type Pixel, pixelsOf } from './pixels.ts';

export function outlineMask(
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  options: OutlineMaskOptions,
  output: RealArray,
): OutlineMaskOptions {
  forEachPixel(scene, picture, (outline, pixel, at) => {
    const covered = visible.faces[at] >= 0 ? 1 : 0;
    const alpha = outline.reduce((sum, piece) => {
      const { v, start, end, inside } = viewOf(piece, pixel, options);
      return sum - (inside ? 1 : -1) * (wedge(v, end) - wedge(v, start));
    }, covered);
    output[at] = Math.min(1, Math.max(0, alpha));
  });
  return options;
}

export function outlineMaskBackward(
  scene: Scene,
  picture: Picture,
  options: OutlineMaskOptions,
  upstream: RealArray,
  positionGradient: RealArray,
): void {
  const { stride } = scene;
  forEachPixel(scene, picture, (outline, pixel, at) => {
    for (const piece of outline) {
      const { x, y, w, rows, length } = piece.edge;
      const { v, a, b, start, end } = viewOf(piece, pixel, options);
      // ∫ s·G dτ and ∫ s·τ·G dτ in units of 1/√s, without the factor exp(−v²)/π.
      const zeroth = (Math.sqrt(Math.PI) / 2) * (erf(end) - erf(start));
      const first = (Math.exp(-start * start) - Math.exp(-end * end)) / 2;
      const scale = (upstream[at] * Math.exp(-v * v)) / (Math.PI * length);
      const shares = [b * zeroth - first, first - a * zeroth];
      const normal = [(y[1] - y[0]) / length, (x[0] - x[1]) / length];
      for (let k = 0; k < 2; k++) {
        const [dx, dy] = normal.map((n) => scale * shares[k] * n);
        positionGradient[stride * rows[k]] += dx / w[k];
        positionGradient[stride * rows[k] + 1] += dy / w[k];
        if (stride === 4) positionGradient[4 * rows[k] + 3] -= (dx * x[k] + dy * y[k]) / w[k];
      }
    }
  });
}

/** Where a piece lies as seen from a pixel, in units of 1/√s. */
interface View {
  /** Distance to the line through the edge. */
  v: number;
  inside: boolean;
  /** Places along the line, counted from the foot: of the ends of the edge, and of the piece. */
  a: number;
  b: number;
  start: number;
  end: number;
}

function viewOf({ edge, start, end }: OutlinePiece, pixel: Pixel, { sharpness }: OutlineMaskOptions): View {
  const { x, y, length } = edge;
  const [ax, ay] = [x[0] - pixel.x, y[0] - pixel.y];
  const [bx, by] = [x[1] - pixel.x, y[1] - pixel.y];
  // The very number that decides whether a face covers the pixel: its sign may not differ.
  const area = ax * by - bx * ay;
  const scale = Math.sqrt(sharpness);
  const a = (scale * (ax * (bx - ax) + ay * (by - ay))) / length;
  return {
    v: (scale * Math.abs(area)) / length,
    inside: area >= 0,
    a,
    b: a + scale * length,
    start: a + start * scale * length,
    end: a + end * scale * length,
  };
}

function forEachPixel(
  scene: Scene,
  picture: Picture,
  visit: (outline: OutlinePiece[], pixel: Pixel, at: number) => void,
): void {
  const pixels = picture.width * picture.height;
  scene.items.forEach((item: MeshRange, b) => {
    const outline = outlineOf(scene, item, picture.near);
    for (const pixel of pixelsOf(picture)) visit(outline, pixel, b * pixels + pixel.index);
  });
}
