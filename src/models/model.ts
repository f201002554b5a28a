// What a kind of model is to the rest of the toolkit: its options, what it starts from, and how one is made.

import { z } from 'zod';
import type { Mesh } from '../../renderer/mesh/index.ts';
import type { PoolingCamera } from '../nn/index.ts';
import type { Random } from '../tensor/random.ts';
import type { MeshPredictor } from './meshPredictor.ts';

/** Options of some model, as a configuration has them. */
export type ModelOptions = { type: string; imageSize: number } & Record<string, unknown>;

interface Definition<Options> {
  /** What a configuration calls it: `model.type`. */
  type: string;
  /**
   * Everything that a configuration may set, `type` and `imageSize` among it. All of it has a default; `type` only that of the
   * model that is meant where a configuration names none, the first in the registry.
   */
  options: z.ZodType<Options>;
  /** How many meshes it predicts, coarse to fine. */
  levelCount(options: Options): number;
  /** What the finest mesh is before anything is learned: the least that a prediction must beat. Its tensors are the caller's. */
  startShape(options: Options): Mesh;
  /** What a reader of a report wants to know first, by label. */
  facts(options: Options): Record<string, string>;
  /** A model with fresh weights, for pictures that `camera` took. */
  create(options: Options, camera: PoolingCamera, random: Random): MeshPredictor;
}

export interface Model extends Definition<ModelOptions> {}

/** Checks a model against its own options, then forgets their type. */
export const modelDefinition = <Options extends { type: string; imageSize: number }>(
  definition: Definition<Options>,
) => definition as unknown as Model;

/** The option that every model has. */
export const inputSize = z
  .int()
  .min(8)
  .max(1024)
  .default(64)
  .describe("Width and height of the network's input picture, in pixels.");
