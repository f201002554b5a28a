// What training minimises: 3D losses on every level of the prediction, 2D losses on renderings of the finest levels, and losses on
// the network's parameters, each with its weight. The losses come from the registry; a new one needs no line here.

import * as tf from '@tensorflow/tfjs';
import { PerspectiveCamera } from '../../renderer/camera/index.ts';
import { type MethodOptions, rasterize } from '../../renderer/index.ts';
import {
  type LossSettings,
  losses,
  type PictureLoss,
  type ShapeLoss,
  shapeContext,
  type WeightsLoss,
} from '../losses/index.ts';
import { type Appearance, type MeshPrediction, type PredictedLevel, paintOf } from '../models/index.ts';
import type { NamedVariable } from '../tensor/adam.ts';
import type { Batch } from './batch.ts';
import type { PoseRefinement } from './poseRefinement.ts';

export interface ObjectiveOptions {
  /** Weight and settings of each loss, by its name in the registry. */
  losses: Record<string, LossSettings>;
  /** How many of the finest levels are rendered for the 2D losses, which are summed over them. */
  renderedLevels: number;
  renderer: { method: MethodOptions; perspectiveCorrect: boolean; imageSize: number };
  /** Vertical field of view of the supervising cameras. */
  fovDegrees: number;
  /** What is learnt of the supervising cameras; nothing by default. */
  poses?: PoseRefinement;
}

export interface ObjectiveValue {
  total: tf.Scalar;
  /** Weighted sums over levels, by loss. */
  terms: Record<string, tf.Scalar>;
  /** [N, H, W] rendering of the finest level; undefined where no 2D loss is on. */
  silhouette?: tf.Tensor3D;
}

export class Objective {
  private readonly options: ObjectiveOptions;
  private readonly shapeLosses: ShapeLoss[];
  private readonly pictureLosses: PictureLoss[];
  private readonly weightsLosses: WeightsLoss[];

  constructor(options: ObjectiveOptions) {
    this.options = options;
    const active = losses.filter(({ name }) => (options.losses[name]?.weight ?? 0) > 0);
    this.shapeLosses = active.filter((loss) => loss.kind === '3d');
    this.pictureLosses = active.filter((loss) => loss.kind === '2d');
    this.weightsLosses = active.filter((loss) => loss.kind === 'weights');
  }

  /** Whether any loss looks at what is predicted. */
  get comparesMeshes(): boolean {
    return this.shapeLosses.length + this.pictureLosses.length > 0;
  }

  /** @param parameters of the network that predicted; none where there is no network */
  evaluate(
    prediction: MeshPrediction,
    batch: Batch,
    parameters: readonly NamedVariable[] = [],
  ): ObjectiveValue {
    const sums = new Map<string, tf.Scalar[]>();
    const collect = (name: string, value: tf.Scalar) => sums.set(name, [...(sums.get(name) ?? []), value]);
    for (const [block, level] of prediction.levels.entries()) {
      this.compareShapes(level, block, batch, collect);
    }
    const rendered =
      this.pictureLosses.length > 0 ? prediction.levels.slice(-this.options.renderedLevels) : [];
    let silhouette: tf.Tensor3D | undefined;
    for (const level of rendered) {
      silhouette = this.comparePictures(level, prediction, batch, collect);
    }
    for (const loss of this.weightsLosses) {
      collect(loss.name, loss.evaluate({ parameters }, this.options.losses[loss.name]));
    }
    const terms = Object.fromEntries(
      Array.from(sums, ([name, values]) => {
        const sum = values.length > 1 ? tf.addN(values) : values[0];
        return [name, sum.mul<tf.Scalar>(this.options.losses[name].weight)];
      }),
    );
    return { total: tf.addN(Object.values(terms)) as tf.Scalar, terms, silhouette };
  }

  private compareShapes(
    { vertices, before, topology }: PredictedLevel,
    block: number,
    { target, labelled, surfaceWeight = 1 }: Batch,
    collect: (name: string, value: tf.Scalar) => void,
  ): void {
    const context = shapeContext({ predicted: vertices, before, topology, target, block });
    const known = labelled
      ? shapeContext({ ...context, ...itemsOf({ vertices, before }, labelled) })
      : context;
    for (const loss of this.shapeLosses) {
      // A batch in which no surface is known has a loss of 0, and a gradient of 0.
      const isBlind = loss.comparesSurface && labelled?.length === 0;
      const settings = this.options.losses[loss.name];
      const value = isBlind
        ? vertices.sum().mul<tf.Scalar>(0)
        : loss.evaluate(loss.comparesSurface ? known : context, settings);
      collect(
        loss.name,
        loss.comparesSurface && surfaceWeight !== 1 ? value.mul<tf.Scalar>(surfaceWeight) : value,
      );
    }
  }

  /** Compares renderings of one level. The appearance is that of the finest one, whose first vertices are this one's. */
  private comparePictures(
    { vertices, topology }: PredictedLevel,
    appearance: Appearance,
    batch: Batch,
    collect: (name: string, value: tf.Scalar) => void,
  ): tf.Tensor3D {
    const { renderer, fovDegrees, poses } = this.options;
    const view = poses && batch.poses ? poses.views(batch.cameras, batch.poses) : batch.cameras;
    const camera = new PerspectiveCamera({ fovDegrees, view });
    const colored = this.pictureLosses.some((loss) => loss.comparesColors);
    const { silhouette, image } = rasterize(camera.project(vertices), topology, {
      width: renderer.imageSize,
      height: renderer.imageSize,
      ...(colored && paintOf(appearance, topology, batch.cameras.length / vertices.shape[0])),
      method: renderer.method,
      perspectiveCorrect: renderer.perspectiveCorrect,
      outputs: colored ? ['silhouette', 'image'] : ['silhouette'],
    });
    const context = {
      silhouette: silhouette!,
      image,
      targetSilhouette: batch.silhouettes,
      targetImage: batch.colors,
    };
    for (const loss of this.pictureLosses) {
      collect(loss.name, loss.evaluate(context, this.options.losses[loss.name]));
    }
    return silhouette!;
  }
}

/** Of what a block found and made, some items of the batch. */
function itemsOf(
  { vertices, before }: Pick<PredictedLevel, 'vertices' | 'before'>,
  items: readonly number[],
) {
  const rows = tf.tensor1d([...items], 'int32');
  return {
    predicted: tf.gather(vertices, rows),
    before: before.shape[0] > 1 ? tf.gather(before, rows) : before,
  };
}
