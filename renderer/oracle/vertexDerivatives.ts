// Derivatives with respect to vertices in the picture, and from there to positions.
//
// Let φ = Σ s_k β_k A_k / D, D = Σ s_j β_j, at a fixed point of the picture. When corner i moves by δ, the point that was over it
// goes along, and what is seen at the fixed point is what was at −β_i δ beside it:
//
//     ∂φ/∂u_i = −β_i ∂φ/∂u,   ∂φ/∂v_i = −β_i ∂φ/∂v,   ∂φ/∂s_i = β_i (A_i − φ)/D,   ∂φ/∂A_i = s_i β_i/D
//     with q_k = s_k (A_k − φ)/D and ∇φ = Σ q_k ∇β_k as in faces.ts.

import type { Picture, Scene } from '../kernels/scene.ts';
import { type Face, type Projection, planarWeight, slopeAt } from './faces.ts';

/** dL/d(u, v, z, s), one entry a row of `scene.positions` each. */
export interface VertexDerivatives {
  u: Float64Array;
  v: Float64Array;
  z: Float64Array;
  share: Float64Array;
}

export function vertexDerivatives(count: number): VertexDerivatives {
  return {
    u: new Float64Array(count),
    v: new Float64Array(count),
    z: new Float64Array(count),
    share: new Float64Array(count),
  };
}

/** Adds `factor` · ∂φ/∂(u, v, s) of all corners, for the quantity φ with these values at the corners. */
export function addValueDerivative(
  derivatives: VertexDerivatives,
  face: Face,
  values: readonly number[],
  x: number,
  y: number,
  factor: number,
): void {
  const { du, dv, q } = slopeAt(face, values, x, y);
  for (let k = 0; k < 3; k++) {
    const row = face.rows[k];
    const weight = factor * planarWeight(face, k, x, y);
    derivatives.u[row] -= weight * du;
    derivatives.v[row] -= weight * dv;
    derivatives.share[row] += (weight * q[k]) / face.shares[k];
  }
}

/**
 * dL/d(X, Y, Z, w), or dL/d(x, y, z), shaped as `scene.positions`: u = W(x + 1)/2 and v = H(y + 1)/2 with x = X/w, y = Y/w, and
 * s = 1/w where weights are linear in space.
 */
export function toPositions(
  derivatives: VertexDerivatives,
  { positions, stride }: Scene,
  { x, y, w }: Projection,
  { width, height, perspectiveCorrect }: Picture,
): Float64Array {
  const gradient = new Float64Array(positions.length);
  for (let row = 0; row < w.length; row++) {
    if (w[row] === 0) continue;
    const at = stride * row;
    const dx = (derivatives.u[row] * width) / 2;
    const dy = (derivatives.v[row] * height) / 2;
    gradient[at] = dx / w[row];
    gradient[at + 1] = dy / w[row];
    gradient[at + 2] = derivatives.z[row];
    if (stride === 4) {
      const share = perspectiveCorrect ? derivatives.share[row] / w[row] : 0;
      gradient[at + 3] = -(dx * x[row] + dy * y[row] + share) / w[row];
    }
  }
  return gradient;
}
