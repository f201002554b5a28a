// What the loops of SoftRas take and give: every face within reach of a pixel, blended by distance and depth. Two ways lead to
// the same picture: `softPicture` streams over faces and stores no list; with a shader in between, `softFragments` lists them.

import type { AttributeRows, Fragments, Picture, RealArray, Scene } from './scene.ts';

/** Rules of the aggregation, in the terms of the sources: see docs/methods.md for the formulas. */
export interface SoftOptions {
  /**
   * `softras`: weights clipped to 0…1, depth 1/Σ(c/ζ), faces between `near` and `far` only take part in colours. `pytorch3d`:
   * weights clipped from below, depth Σ b ζ, the `facesPerPixel` nearest fragments of a pixel alone count.
   */
  variant: 'softras' | 'pytorch3d';
  distance: 'euclidean' | 'barycentric' | 'hard';
  alpha: 'product' | 'sum' | 'hard';
  color: 'softmax' | 'hard';
  /** D = sigmoid(± d²/σ). */
  sigma: number;
  /** Colours weigh D·exp(z̄/γ), z̄ = (far − ζ)/(far − near), ζ the distance from the camera's plane. */
  gamma: number;
  /** The background weighs exp(ε/γ); for `pytorch3d` at least ε times the largest exponential. */
  epsilon: number;
  near: number;
  far: number;
  /** A face reaches the pixels outside it with d² below this, at most 40 σ. */
  reach: number;
  facesPerPixel: number;
}

/** Colours of fragments, and of the background. */
export interface FragmentColors {
  /** [fragments, channels]. */
  values: RealArray;
  channels: number;
  /** One number a channel. */
  background: RealArray;
}

/** What the forward passes keep for their backward passes; each implementation has its own. */
export type SoftState = object;

export interface SoftAggregateKernels {
  /**
   * The faces within reach of every pixel, with clipped weights; those of an item together, faces in order. A face without area
   * in the picture has equal weights, and no colour.
   */
  softFragments(scene: Scene, picture: Picture, options: SoftOptions): Fragments;

  /** As `interpolateBackward`, for the clipped weights of `softFragments`. */
  softInterpolateBackward(
    scene: Scene,
    picture: Picture,
    options: SoftOptions,
    fragments: Fragments,
    attributes: AttributeRows,
    upstream: RealArray,
    attributeGradient: RealArray,
    positionGradient: RealArray,
  ): void;

  /** Writes the blended colours and α of every pixel, `channels` + 1 numbers, of which α is the last. */
  softAggregate(
    scene: Scene,
    picture: Picture,
    options: SoftOptions,
    fragments: Fragments,
    colors: FragmentColors,
    output: RealArray,
  ): SoftState;

  /** Given dL/d(output), adds dL/d(colour of fragments) and dL/d(position), depth included. */
  softAggregateBackward(
    scene: Scene,
    picture: Picture,
    options: SoftOptions,
    fragments: Fragments,
    colors: FragmentColors,
    state: SoftState,
    upstream: RealArray,
    colorGradient: RealArray,
    positionGradient: RealArray,
  ): void;

  /**
   * Fragments, interpolation and aggregation in one, for attributes that are colours already and the variant `softras`, which does
   * not choose among fragments. Output as `softAggregate`.
   */
  softPicture(
    scene: Scene,
    picture: Picture,
    options: SoftOptions,
    attributes: AttributeRows,
    background: RealArray,
    output: RealArray,
  ): SoftState;

  softPictureBackward(
    scene: Scene,
    picture: Picture,
    options: SoftOptions,
    attributes: AttributeRows,
    background: RealArray,
    state: SoftState,
    upstream: RealArray,
    attributeGradient: RealArray,
    positionGradient: RealArray,
  ): void;
}

/** PyTorch3D leaves out faces whose doubled area is at most this (kEpsilon), and those with a corner nearer than this. */
export const smallestFace = 1e-8;
