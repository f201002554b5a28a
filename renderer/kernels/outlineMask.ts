// The unbiased silhouette: DIB-R's falloff exp(−s·r²) as a filter over the area that a mesh covers, instead of a function of the
// distance to it.
//
// Let U be the union of all projected faces, and G(r) = (s/π) exp(−s·|r|²), which has integral 1. At the pixel centre p
//
//     α(p) = ∫_U G(x − p) dx.
//
// Across a straight outline α = ½ erfc(−√s·h), with h the distance to it, positive inside: ½ on the outline, symmetric about it,
// so that a loss against a hard mask is least where the outlines coincide. Inside a mesh nothing shows, as U knows no inner edges.
//
// As an integral over the outline. F = (1 − exp(−s r²)) r / (2π r²) has div F = G, so by the divergence theorem α is the flux of F
// through the outline. On a straight piece at distance h, r = h / cos θ and the flux of r/r² is dθ:
//
//     α(p) = [p in U] − Σ_pieces 1/2π ∫ exp(−s h²/cos²θ) dθ,
//
// θ the direction in which p sees the piece, growing counter-clockwise; the first term of F is the winding number. The integral
// from the foot of the perpendicular to an end at distance τ along the piece is Owen's T function (Owen, Tables for computing
// bivariate normal probabilities, 1956): W(√s h, √s τ), W(v, u) = 1/2π ∫_0^{atan(u/v)} exp(−v²/cos²θ) dθ.
//
// Derivative (Reynolds' transport theorem). Where the outline moves outwards at speed v·n, α grows by ∮ G v·n dl. On an edge from a
// to b, point t moves by (1 − t) ȧ + t ḃ, so with τ_a and τ_b the ends along the edge, from the foot, and L = τ_b − τ_a
//
//     ∂α/∂a = n/L ∫ (τ_b − τ) G dτ,     ∂α/∂b = n/L ∫ (τ − τ_a) G dτ     over the pieces of the edge that belong to the outline,
//
// which are Gaussians and error functions. Where the outline passes from one edge to another that crosses it, the crossing moves
// too, but as the outline is continuous there, that adds nothing.

import type { Fragments, Picture, RealArray, Scene } from './scene.ts';

export interface OutlineMaskOptions {
  /** s in G. */
  sharpness: number;
}

/** What the forward pass keeps for its backward pass; each implementation has its own. */
export type OutlineMaskState = object;

export interface OutlineMaskKernels {
  /** α at every pixel centre. `visible`: found without culling, as back faces cover too. */
  outlineMask(
    scene: Scene,
    picture: Picture,
    visible: Fragments,
    options: OutlineMaskOptions,
    output: RealArray,
  ): OutlineMaskState;

  /** Given dL/dα, adds dL/d(position) into `positionGradient`. */
  outlineMaskBackward(
    scene: Scene,
    picture: Picture,
    state: OutlineMaskState,
    upstream: RealArray,
    positionGradient: RealArray,
  ): void;
}

/**
 * Two points of the picture nearer than this are one: an edge is asked at this distance whether another face goes on beyond it.
 * Grows with the coordinates, as their rounding does.
 */
export const sameness = (ax: number, ay: number, bx: number, by: number): number =>
  1e-9 * (1 + Math.abs(ax) + Math.abs(ay) + Math.abs(bx) + Math.abs(by));
