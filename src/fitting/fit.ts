// One object fitted to its pictures: rendered from some of them at a time, compared, and moved down the gradient.

import * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import { type Mesh, type MethodOptions, render } from '../../renderer/index.ts';
import {
  evenPointClouds,
  type LossSettings,
  losses,
  type PictureLoss,
  type ShapeLoss,
  shapeContext,
} from '../losses/index.ts';
import { Random } from '../tensor/random.ts';
import { channel, linearColors } from '../training/batch.ts';
import { expectFiniteLosses } from '../training/divergence.ts';
import { learningRateAt } from '../training/schedule.ts';
import { FittedScene, type SceneOptions } from './scene.ts';
import { cameraOf, type FitTarget, type FitView, sizeOf } from './target.ts';

export interface FitOptions extends SceneOptions {
  seed: number;
  steps: number;
  viewsPerStep: number;
  schedule: 'cosine' | 'constant';
  renderer: { method: MethodOptions; perspectiveCorrect: boolean };
  /** Weight and settings of each loss, by its name in the registry. */
  losses: Record<string, LossSettings>;
}

export class Fit {
  readonly scene: FittedScene;
  readonly #target: FitTarget;
  readonly #start: Mesh;
  readonly #options: FitOptions;
  readonly #random: Random;
  readonly #pictureLosses: PictureLoss[];
  readonly #shapeLosses: ShapeLoss[];

  /**
   * @param start disposed of by the caller, after the fit.
   * @throws ArgumentError where pictures differ in size, or the start mesh lacks what is to be fitted.
   */
  constructor(target: FitTarget, start: Mesh, options: FitOptions) {
    sizeOf(target);
    this.#target = target;
    this.#start = start;
    this.#options = options;
    this.#random = new Random(options.seed).split(target.id);
    const active = losses.filter(({ name }) => (options.losses[name]?.weight ?? 0) > 0);
    this.#pictureLosses = active.filter((loss) => loss.kind === '2d');
    // What looks at the surface itself has none to look at here; nor need vertices be kept in order that do not move.
    const moves = options.geometry.learningRate > 0;
    const shapeLosses = active.filter((loss) => loss.kind === '3d');
    this.#shapeLosses = shapeLosses.filter(({ comparesSurface }) => moves && !comparesSurface);
    this.scene = new FittedScene(start, options);
  }

  /** Does step `step`, counted from 1, on some of the fitted views; returns the loss terms and their sum. */
  step(step: number): Record<string, number> {
    const { steps, schedule, viewsPerStep } = this.#options;
    const order = [...this.#target.fitted];
    this.#random.split(step).shuffle(order);
    return scoped(() => {
      let values: Record<string, number> = {};
      const { grads } = tf.variableGrads(() => {
        const terms = this.#losses(order.slice(0, viewsPerStep));
        const total = tf.addN(Object.values(terms)) as tf.Scalar;
        const all = Object.entries({ ...terms, total });
        values = Object.fromEntries(all.map(([name, term]) => [name, term.dataSync()[0]]));
        return total;
      }, this.scene.variables);
      const remedy = 'lower learning rates may help';
      expectFiniteLosses(values, `step ${step} of ${this.#target.id}`, remedy);
      this.scene.step(
        grads,
        learningRateAt(step, { learningRate: 1, schedule: { type: schedule }, warmupSteps: 0, steps }),
      );
      return values;
    });
  }

  /** What is fitted so far, colours cut to 0..1; its tensors are the caller's, but for what it shares with the start mesh. */
  mesh(): Mesh {
    return tf.tidy(() => {
      const { vertices, colors, textures, ...rest } = this.scene.mesh();
      const mesh: Mesh = {
        ...rest,
        vertices,
        ...(colors && { colors: colors === this.#start.colors ? colors : tf.clipByValue(colors, 0, 1) }),
        ...(textures && {
          textures: Object.fromEntries(
            Object.entries(textures).map(([name, texture]) => [
              name,
              {
                ...texture,
                texels:
                  texture === this.#start.textures?.[name]
                    ? texture.texels
                    : tf.clipByValue(texture.texels, 0, 1),
              },
            ]),
          ),
        }),
      };
      return mesh as unknown as tf.TensorContainer;
    }) as unknown as Mesh;
  }

  dispose(): void {
    this.scene.dispose();
  }

  /** Weighted terms by name. */
  #losses(views: readonly FitView[]): Record<string, tf.Scalar> {
    const { renderer, losses: settings } = this.#options;
    const { height, width } = sizeOf(this.#target);
    const mesh = this.scene.mesh();
    const terms: Record<string, tf.Scalar> = {};
    if (this.#pictureLosses.length > 0) {
      const colored = this.#pictureLosses.some(({ comparesColors }) => comparesColors);
      const { silhouette, image } = render(mesh, cameraOf(views), {
        ...renderer,
        width,
        height,
        shading: this.scene.shading,
        outputs: colored ? ['silhouette', 'image'] : ['silhouette'],
      });
      const images = views.map((view) => view.image);
      const context = {
        silhouette: silhouette!,
        image,
        targetSilhouette: tf.tensor3d(channel(images, 3), [views.length, height, width]),
        targetImage: tf.tensor4d(linearColors(images), [views.length, height, width, 3]),
      };
      for (const loss of this.#pictureLosses) {
        terms[loss.name] = loss.evaluate(context, settings[loss.name]).mul(settings[loss.name].weight);
      }
    }
    if (this.#shapeLosses.length > 0) {
      const shape = shapeContext({
        predicted: mesh.vertices.expandDims(0),
        before: this.#start.vertices.expandDims(0),
        topology: mesh.topology,
        target: evenPointClouds(tf.zeros([1, 1, 3])),
        block: 0,
      });
      for (const loss of this.#shapeLosses) {
        terms[loss.name] = loss.evaluate(shape, settings[loss.name]).mul(settings[loss.name].weight);
      }
    }
    return terms;
  }
}
