// The bias test: where does gradient descent stop? A straight edge is fitted to its own hard mask. A method whose silhouette is
// biased stops beside the true edge: DIB-R inside of it by √(ln 2 / s), where its coverage 1 − (1 − exp(−s·d²)) falls to one half.

import type { MethodOptions } from '../../renderer/methods/index.ts';
import { Random } from '../tensor/random.ts';
import { methodGradient, methodPicture } from './gradients.ts';
import { meanOf } from './measures.ts';
import type { ComparedMethod } from './methods.ts';
import type { Bias } from './results.ts';
import { type View, viewOf, withPlanePositions } from './view.ts';

export interface BiasOptions {
  methods: readonly ComparedMethod[];
  resolutions: readonly number[];
  /** Random edges. */
  cases: number;
  seed: number;
  onProgress?: (done: number, total: number) => void;
}

/** Descent starts this many pixels, or this many image-plane units if that is more, to either side of the true edge. */
const REACH_PIXELS = 3;
const REACH_PLANE = 0.02;
/** Halvings of that range: to a few thousandths of a pixel. */
const HALVINGS = 10;

/** One entry for each method and resolution, in this order. */
export function measureBias({ methods, resolutions, cases, seed, onProgress }: BiasOptions): Bias[] {
  const random = new Random(seed).split('bias');
  const edges = Array.from({ length: cases }, (_, i) => randomEdge(random.split(i)));
  const total = methods.length * resolutions.length;
  return methods.flatMap(({ label, options }, m) =>
    resolutions.map((resolution, r) => {
      onProgress?.(m * resolutions.length + r, total);
      const offsets = edges.flatMap((edge) => restingOffset(edge, options, resolution) ?? []);
      const plane = meanOf(offsets);
      const pixels = meanOf(offsets.map((offset) => (offset * resolution) / 2));
      return { method: label, resolution, cases, offsetPixels: pixels, offsetPlane: plane };
    }),
  );
}

/** A half plane: the points p with p · normal ≤ distance. */
interface Edge {
  normal: [number, number];
  distance: number;
}

function randomEdge(random: Random): Edge {
  const angle = 2 * Math.PI * random.uniform();
  return { normal: [Math.cos(angle), Math.sin(angle)], distance: 0.4 * (2 * random.uniform() - 1) };
}

/**
 * Where descent comes to rest, in image-plane units outside (+) or inside (−) of the true edge: the middle between where it stops
 * coming from outside and from inside, which differ where the gradient is zero in between. Undefined where there is no gradient at
 * the starting points.
 */
function restingOffset(edge: Edge, method: MethodOptions, resolution: number): number | undefined {
  const target = Float64Array.from(
    methodPicture(halfPlane(edge, 0), { type: 'hard' }, resolution, 'silhouette'),
  );
  // dL/d(offset): every vertex moves along the normal.
  const slope = (offset: number): number => {
    const { gradient } = methodGradient(halfPlane(edge, offset), method, resolution, 'silhouette-l2', target);
    let sum = 0;
    for (let i = 0; i < gradient.length; i++) sum += gradient[i] * edge.normal[i & 1];
    return sum;
  };
  const reach = Math.max((2 * REACH_PIXELS) / resolution, REACH_PLANE);
  if (slope(reach) === 0 && slope(-reach) === 0) return undefined;
  const rest = (goesInwards: (slope: number) => boolean) => {
    let [inside, outside] = [-reach, reach];
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (inside + outside) / 2;
      if (goesInwards(slope(middle))) outside = middle;
      else inside = middle;
    }
    return (inside + outside) / 2;
  };
  return (rest((value) => value > 0) + rest((value) => value >= 0)) / 2;
}

/** A triangle so large that only one of its edges, moved outwards by `offset`, is near the picture. */
function halfPlane({ normal: [nx, ny], distance }: Edge, offset: number): View {
  const far = 8;
  const d = distance + offset;
  const plane = [d * nx + far * ny, d * ny - far * nx, d * nx - far * ny, d * ny + far * nx].concat([
    (d - far) * nx,
    (d - far) * ny,
  ]);
  return withPlanePositions(unitTriangle, plane);
}

const unitTriangle = viewOf({
  vertices: Float64Array.of(0, 0, -1, 1, 0, -1, 0, 1, -1),
  faces: Int32Array.of(0, 1, 2),
  colors: new Float64Array(9).fill(1),
});
