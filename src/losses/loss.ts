// What a loss is to the rest of the toolkit: a description, its settings, and a function of what training has at hand.

import type * as tf from '@tensorflow/tfjs';
import type { z } from 'zod';
import type { Topology } from '../../renderer/mesh/topology.ts';
import type { NamedVariable } from '../tensor/adam.ts';
import { type NearestPairs, nearestPairs } from './nearest.ts';
import type { PointClouds } from './pointClouds.ts';

/** What 3D losses look at: the outcome of one deformation block beside the true surface. */
export interface ShapeContext {
  /** [B, V, 3] vertices after the block. */
  predicted: tf.Tensor3D;
  /** [B, V, 3], or [1, V, 3], the same vertices before it. */
  before: tf.Tensor3D;
  topology: Topology;
  /** Points of the true surfaces, of each item as many as there are, with normals where they are known. */
  target: PointClouds;
  /** Nearest neighbours of `predicted` and `target`, found when first asked for. */
  pairs(): NearestPairs;
  /** Number of the block, from 0. */
  block: number;
}

/** What 2D losses look at: renderings of N views beside the true pictures. */
export interface PictureContext {
  /** [N, H, W] rendered coverage in 0 … 1. */
  silhouette: tf.Tensor3D;
  /** [N, H, W, 3] rendered colours over their background; there if a loss with `comparesColors` is evaluated. */
  image?: tf.Tensor4D;
  /** [N, H, W] true mask in 0 … 1. */
  targetSilhouette: tf.Tensor3D;
  /** [N, H, W, 3] true colours. */
  targetImage: tf.Tensor4D;
}

/** What losses on the network itself look at. */
export interface WeightsContext {
  /** All trainable parameters. */
  parameters: readonly NamedVariable[];
}

/** Weight and settings of a loss, as a configuration has them. */
export type LossSettings = { weight: number } & Record<string, unknown>;

interface LossDefinition<Context, Shape extends z.ZodRawShape> {
  name: string;
  /** One line for the configuration reference. */
  description: string;
  /** What a configuration may set beside the weight, each with a default. */
  settings: z.ZodObject<Shape>;
  /** The loss, not weighted. */
  evaluate(context: Context, settings: z.infer<z.ZodObject<Shape>>): tf.Scalar;
}

export interface ShapeLoss extends LossDefinition<ShapeContext, z.ZodRawShape> {
  kind: '3d';
  /** Whether it looks at the true surface; if not, it also serves where there are only pictures. */
  comparesSurface: boolean;
}

export interface PictureLoss extends LossDefinition<PictureContext, z.ZodRawShape> {
  kind: '2d';
  /** Whether it looks at colours, not at coverage alone. */
  comparesColors: boolean;
}

export interface WeightsLoss extends LossDefinition<WeightsContext, z.ZodRawShape> {
  kind: 'weights';
}

export type Loss = ShapeLoss | PictureLoss | WeightsLoss;

/** Whether a loss needs the true surface. */
export const comparesSurface = (loss: Loss): boolean => loss.kind === '3d' && loss.comparesSurface;

/** Checks a 3D loss against its own settings, then forgets their type. */
export const shapeLoss = <Shape extends z.ZodRawShape>(
  definition: LossDefinition<ShapeContext, Shape> & { comparesSurface: boolean },
) => ({ ...definition, kind: '3d' }) as unknown as ShapeLoss;

/** Checks a 2D loss against its own settings, then forgets their type. */
export const pictureLoss = <Shape extends z.ZodRawShape>(
  definition: LossDefinition<PictureContext, Shape> & { comparesColors: boolean },
) => ({ ...definition, kind: '2d' }) as unknown as PictureLoss;

/** Checks a loss on the network's parameters against its own settings, then forgets their type. */
export const weightsLoss = <Shape extends z.ZodRawShape>(definition: LossDefinition<WeightsContext, Shape>) =>
  ({ ...definition, kind: 'weights' }) as unknown as WeightsLoss;

/** A `ShapeContext` that finds its neighbours at most once. */
export function shapeContext(parts: Omit<ShapeContext, 'pairs'>): ShapeContext {
  let pairs: NearestPairs | undefined;
  return {
    ...parts,
    pairs() {
      pairs ??= nearestPairs(parts.predicted, parts.target);
      return pairs;
    },
  };
}
