// No network: the vertices and colours of one mesh an object are fitted to the object's pictures through the rasterizer.

import * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import { icosphere, type Mesh, type Topology } from '../../renderer/index.ts';
import type { Dataset, DatasetObject, Sample, SampleView } from '../datasets/sample.ts';
import { Adam } from '../tensor/adam.ts';
import { Random } from '../tensor/random.ts';
import { makeBatch } from '../training/batch.ts';
import { expectFiniteLosses } from '../training/divergence.ts';
import { Objective } from '../training/objective.ts';
import { learningRateAt } from '../training/schedule.ts';
import type { FitMeshConfig } from './schema.ts';
import { meshCandidate, type Scores, scoreViews } from './scoring.ts';
import { spread } from './spread.ts';

/** The views that a mesh is fitted to, spread evenly, and the others. */
export interface SplitViews {
  fitted: SampleView[];
  heldOut: SampleView[];
}

export function splitViews(object: DatasetObject, fit: number): SplitViews {
  const views = object.views.map(({ image, worldToCamera }, i): SampleView => {
    if (!worldToCamera) throw new ArgumentError(`view ${i} of ${object.id} has no camera to fit a mesh by`);
    return { image, objectToCamera: worldToCamera };
  });
  const fitted = spread(views, fit);
  return { fitted, heldOut: views.filter((view) => !fitted.includes(view)) };
}

/** A mesh of one object in the world frame. */
export class FittedMesh {
  readonly topology: Topology;
  /** [1, V, 3]; the colours linear. */
  readonly vertices: tf.Variable<tf.Rank.R3>;
  readonly colors: tf.Variable<tf.Rank.R3>;
  private readonly template: tf.Tensor3D;
  private readonly views: SplitViews;
  private readonly object: DatasetObject;
  private readonly config: FitMeshConfig;
  private readonly camera: Dataset['camera'];
  private readonly objective: Objective;
  private readonly shape: Adam;
  private readonly paint: Adam;
  private readonly random: Random;

  constructor(object: DatasetObject, config: FitMeshConfig, camera: Dataset['camera']) {
    const { vertices, topology } = icosphere(config.template.level, { radii: config.template.radii });
    this.topology = topology;
    this.template = vertices.expandDims(0);
    vertices.dispose();
    this.vertices = tf.variable(this.template);
    this.colors = tf.tidy(() => tf.variable(tf.fill(this.template.shape, 0.5) as tf.Tensor3D));
    this.shape = new Adam([{ name: 'vertices', variable: this.vertices }]);
    this.paint = new Adam([{ name: 'colors', variable: this.colors }]);
    this.object = object;
    this.config = config;
    this.camera = camera;
    this.views = splitViews(object, config.views.fit);
    this.objective = new Objective({
      losses: config.losses,
      renderedLevels: 1,
      renderer: config.renderer,
      fovDegrees: camera.fovDegrees,
    });
    this.random = new Random(config.seed).split(object.id);
  }

  /** Does step `step`, counted from 1, on some of the fitted views; returns the loss terms and their sum. */
  step(step: number): Record<string, number> {
    const { viewsPerStep, learningRate, colorLearningRate, schedule, steps } = this.config.fitting;
    const random = this.random.split(step);
    const order = Array.from(this.views.fitted);
    random.shuffle(order);
    return scoped(() => {
      const batch = makeBatch([this.sample(order.slice(0, viewsPerStep))], 1, random);
      let losses: Record<string, number> = {};
      const { grads } = tf.variableGrads(() => {
        const level = { topology: this.topology, vertices: this.vertices, before: this.template };
        const { total, terms } = this.objective.evaluate({ levels: [level], colors: this.colors }, batch);
        const numbers = Object.entries({ ...terms, total });
        losses = Object.fromEntries(numbers.map(([name, term]) => [name, term.dataSync()[0]]));
        return total;
      }, [this.vertices, this.colors]);
      const remedy = 'a lower fitting.learningRate may help';
      expectFiniteLosses(losses, `step ${step} of ${this.object.id}`, remedy);
      const rate = learningRateAt(step, { learningRate: 1, schedule, warmupSteps: 0, steps });
      this.shape.step({ vertices: grads[this.vertices.name] }, rate * learningRate);
      this.paint.step({ colors: grads[this.colors.name] }, rate * colorLearningRate);
      return losses;
    });
  }

  /** How well the mesh matches the views that it was fitted to, and those that it was not. */
  scores(): Scores {
    const of = (views: SampleView[]) => {
      const sample = this.sample(views);
      const candidate = meshCandidate(this.vertices, this.topology, this.colors, sample, this.camera, {
        points: 1,
      });
      return scoreViews(candidate, sample);
    };
    return scoped(() => {
      const fitted = of(this.views.fitted);
      const heldOut = this.views.heldOut.length > 0 ? of(this.views.heldOut) : undefined;
      return {
        iouFitted: fitted.iou,
        ...(heldOut && { iouHeldOut: heldOut.iou, colorHeldOut: heldOut.color }),
      };
    });
  }

  /** The object as a sample whose frame is the world and whose supervising views are `views`. */
  sample(views: SampleView[]): Sample {
    const { id, category, points, normals } = this.object;
    return { id, category, input: views[0], supervision: views, points, normals };
  }

  /** What is fitted so far; its tensors are the caller's. */
  mesh(): Mesh {
    const vertices = this.vertices.squeeze<tf.Tensor2D>([0]);
    const colors = tf.tidy(() => tf.clipByValue(this.colors.squeeze<tf.Tensor2D>([0]), 0, 1));
    return { vertices, colors, topology: this.topology };
  }

  dispose(): void {
    for (const tensor of [this.vertices, this.colors, this.template]) tensor.dispose();
  }
}
