// The vertices of one mesh, divided by w and in double precision: what all scalar kernels work on.

import type { MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { scratch } from '../scratch.ts';

export interface ProjectedVertices {
  /** Image-plane coordinates. */
  x: Float64Array;
  y: Float64Array;
  /** Camera-space depth. */
  z: Float64Array;
  /** Homogeneous w; 1 for divided positions, 0 where the vertex cannot be drawn: at w ≤ near, or not finite. */
  w: Float64Array;
}

const xs = scratch(Float64Array);
const ys = scratch(Float64Array);
const zs = scratch(Float64Array);
const ws = scratch(Float64Array);

/** Reads the vertices of one mesh. The result is overwritten by the next call. */
export function projectVertices(scene: Scene, item: MeshRange, picture: Picture): ProjectedVertices {
  const { positions } = scene;
  const stride = scene.stride | 0;
  const count = item.vertexCount | 0;
  const near = Math.max(0, picture.near);
  const x = xs(count);
  const y = ys(count);
  const z = zs(count);
  const w = ws(count);
  let at = (item.vertexStart * stride) | 0;
  for (let v = 0; v < count; v++, at += stride) {
    const divisor = stride === 4 ? positions[at + 3] : 1;
    x[v] = positions[at] / divisor;
    y[v] = positions[at + 1] / divisor;
    z[v] = positions[at + 2];
    const drawable = (stride === 3 || divisor > near) && Number.isFinite(x[v] + y[v] + z[v] + divisor);
    w[v] = drawable ? divisor : 0;
  }
  return { x, y, z, w };
}

/**
 * Adds gradients with respect to image-plane x and y, two a vertex, to those of a mesh's positions. In homogeneous coordinates
 * x = X/w, so ∂x/∂X = 1/w and ∂x/∂w = −x/w; likewise y.
 */
export function addPlanarGradient(
  scene: Scene,
  item: MeshRange,
  { x, y, w }: ProjectedVertices,
  planar: Float64Array,
  positionGradient: RealArray,
): void {
  const stride = scene.stride | 0;
  let at = (item.vertexStart * stride) | 0;
  for (let v = 0; v < item.vertexCount; v++, at += stride) {
    const gx = planar[2 * v];
    const gy = planar[2 * v + 1];
    if (w[v] === 0 || (gx === 0 && gy === 0)) continue;
    positionGradient[at] += gx / w[v];
    positionGradient[at + 1] += gy / w[v];
    if (stride === 4) positionGradient[at + 3] -= (gx * x[v] + gy * y[v]) / w[v];
  }
}
