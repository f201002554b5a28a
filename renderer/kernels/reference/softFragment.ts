// One face at one pixel as SoftRas (soft_rasterize_cuda_kernel.cu) and PyTorch3D (rasterize_meshes_cpu.cpp, geometry_utils.h) see
// it: signed distance, coverage D, clipped weights and depth; and the way back from them to the corners.

import type { MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { type SoftOptions, smallestFace } from '../softAggregate.ts';
import type { Pixel } from './pixels.ts';
import {
  doubledArea,
  edgeFunctions,
  isDegenerate,
  type NearestPoint,
  nearestPoint,
  type Triangle,
  triangleOf,
} from './triangle.ts';

export interface SoftFragment {
  face: number;
  triangle: Triangle;
  /** Image-plane weights β, negative outside; nothing for a face without area. */
  planar: number[] | undefined;
  /** The pixel's centre lies in the face or on its outline. */
  inside: boolean;
  /** +1 strictly inside the face, −1 elsewhere: δ. */
  sign: number;
  nearest: NearestPoint;
  /** D. */
  coverage: number;
  /** c: β clipped. */
  clipped: number[];
  /** b: clipped weights with sum 1, perspective-correct where the picture is. */
  weights: number[];
  /** ζ: distance from the camera's plane, positive in front. */
  depth: number;
  /** Whether it takes part in colours. */
  colored: boolean;
}

const sumOf = (a: number[]): number => a[0] + a[1] + a[2];
const dot = (a: number[], b: number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** What a weight is divided by on its way from the picture into space. */
const divisorsOf = (triangle: Triangle, { perspectiveCorrect }: Picture): number[] =>
  perspectiveCorrect ? triangle.w : [1, 1, 1];

/** Face f at a pixel, or nothing where it is out of reach or cannot be drawn. */
export function softFragmentAt(
  scene: Scene,
  item: MeshRange,
  face: number,
  picture: Picture,
  { x, y }: Pixel,
  options: SoftOptions,
): SoftFragment | undefined {
  const { variant, distance, sigma, reach, near, far } = options;
  const triangle = triangleOf(scene, item, face, picture.near);
  if (!triangle) return undefined;
  const area = doubledArea(triangle);
  const flat = isDegenerate(triangle);
  const depths = triangle.z.map((z) => -z);
  if (variant === 'pytorch3d' && (Math.abs(area) <= smallestFace || depths.some((d) => d < smallestFace))) {
    return undefined;
  }
  if (flat && distance !== 'euclidean') return undefined;

  const planar = flat ? undefined : edgeFunctions(triangle, x, y).map((e) => e / area);
  const sign = planar?.every((weight) => weight > 0) ? 1 : -1;
  const inside = planar?.every((weight) => weight >= 0) ?? false;
  const nearest = nearestPoint(triangle, x, y);
  let coverage = 1;
  if (distance === 'hard') {
    if (!inside) return undefined;
  } else if (distance === 'barycentric') {
    const least = Math.min(...planar!);
    const squared = least * Math.abs(least);
    const margin = Math.sqrt(reach);
    if (-squared >= reach || !holds(triangle.x, x, margin) || !holds(triangle.y, y, margin)) return undefined;
    coverage = 1 / (1 + Math.exp(-squared / sigma));
  } else {
    if (sign < 0 && nearest.squared >= reach) return undefined;
    coverage = 1 / (1 + Math.exp((-sign * nearest.squared) / sigma));
  }

  const clipped = (planar ?? [1 / 3, 1 / 3, 1 / 3]).map((weight) =>
    variant === 'softras' ? Math.min(1, Math.max(0, weight)) : Math.max(0, weight),
  );
  const divisors = divisorsOf(triangle, picture);
  const parts = clipped.map((weight, k) => weight / divisors[k]);
  const weights = parts.map((part) => part / sumOf(parts));
  const depth =
    variant === 'softras'
      ? sumOf(clipped) / sumOf(clipped.map((weight, k) => weight / depths[k]))
      : dot(weights, depths);
  const inRange = variant === 'pytorch3d' || (depth >= near && depth <= far);
  const colored = !flat && inRange && !depths.includes(0) && !(picture.cull && area < 0);
  return { face, triangle, planar, inside, sign, nearest, coverage, clipped, weights, depth, colored };
}

const holds = (values: number[], at: number, margin: number): boolean =>
  at >= Math.min(...values) - margin && at <= Math.max(...values) + margin;

/** Given dL/db, dL/d(δd²) (or of the barycentric distance in its place) and dL/dζ of a fragment, adds dL/d(position). */
export function addPositionGradient(
  scene: Scene,
  picture: Picture,
  { variant, distance }: SoftOptions,
  { triangle, planar, sign, nearest, clipped, weights, depth }: SoftFragment,
  weightGradient: number[],
  distanceGradient: number,
  depthGradient: number,
  positionGradient: RealArray,
): void {
  const { x, y, z, w, rows } = triangle;
  const { stride } = scene;
  const gx = [0, 0, 0];
  const gy = [0, 0, 0];
  const gDepths = [0, 0, 0];
  const gw = [0, 0, 0];
  if (planar) {
    const divisors = divisorsOf(triangle, picture);
    const total = sumOf(clipped.map((weight, k) => weight / divisors[k]));
    const gWeights = [...weightGradient];
    const gClipped = [0, 0, 0];
    for (let k = 0; k < 3 && depthGradient !== 0; k++) {
      if (variant === 'softras') {
        // 1/ζ = Σ c_k/ζ_k / Σc.
        const scale = (depthGradient * depth * depth) / sumOf(clipped);
        gClipped[k] -= scale * (-1 / z[k] - 1 / depth);
        gDepths[k] += (scale * clipped[k]) / (z[k] * z[k]);
      } else {
        gWeights[k] -= depthGradient * z[k];
        gDepths[k] += depthGradient * weights[k];
      }
    }
    const mean = dot(weights, gWeights);
    const gPlanar = [0, 0, 0];
    for (let k = 0; k < 3; k++) {
      const gPart = (gWeights[k] - mean) / total;
      gClipped[k] += gPart / divisors[k];
      if (picture.perspectiveCorrect) gw[k] -= (gPart * clipped[k]) / (w[k] * w[k]);
      const free = planar[k] >= 0 && (variant === 'pytorch3d' || planar[k] <= 1);
      if (free) gPlanar[k] += gClipped[k];
    }
    if (distance === 'barycentric') {
      const least = planar.indexOf(Math.min(...planar));
      gPlanar[least] += distanceGradient * 2 * Math.abs(planar[least]);
    }
    // β is an affine function of p with rows A; moving corner k moves the picture by −β_k.
    const area = doubledArea(triangle);
    const ofPixelX = dot(gPlanar, [y[1] - y[2], y[2] - y[0], y[0] - y[1]]) / area;
    const ofPixelY = dot(gPlanar, [x[2] - x[1], x[0] - x[2], x[1] - x[0]]) / area;
    for (let k = 0; k < 3; k++) {
      gx[k] -= ofPixelX * planar[k];
      gy[k] -= ofPixelY * planar[k];
    }
  }
  if (distance === 'euclidean') {
    for (const [corner, share] of [
      [nearest.from, 1 - nearest.t],
      [nearest.to, nearest.t],
    ]) {
      gx[corner] += distanceGradient * sign * 2 * share * nearest.dx;
      gy[corner] += distanceGradient * sign * 2 * share * nearest.dy;
    }
  }
  for (let k = 0; k < 3; k++) {
    const at = stride * rows[k];
    positionGradient[at] += gx[k] / w[k];
    positionGradient[at + 1] += gy[k] / w[k];
    positionGradient[at + 2] -= gDepths[k];
    if (stride === 4) positionGradient[at + 3] += gw[k] - (gx[k] * x[k] + gy[k] * y[k]) / w[k];
  }
}
