// What a prediction must beat: shapes that are found without looking at the picture closely.

import * as tf from '@tensorflow/tfjs';
import type { NdArray } from 'ndarray';
import { ArgumentError } from '../../renderer/errors.ts';
import type { Topology } from '../../renderer/index.ts';
import { resizeImage } from '../../renderer/io/index.ts';
import type { BadSamples } from '../datasets/badSamples.ts';
import { drawnPoints } from '../datasets/pointChoice.ts';
import {
  type Dataset,
  type DatasetObject,
  type Sample,
  type Surface,
  sampleCamera,
  sampleSurface,
  toSample,
} from '../datasets/sample.ts';
import { spread } from '../datasets/spread.ts';
import { chamferLoss, edgeLoss, laplacianLoss, pointClouds } from '../losses/index.ts';
import { type Mask, maskIou, maskOf } from '../metrics/index.ts';
import { Adam } from '../tensor/adam.ts';
import type { Random } from '../tensor/random.ts';
import { channel } from '../training/batch.ts';
import { learningRateAt } from '../training/schedule.ts';
import { placedViews } from './evaluation.ts';
import { type Candidate, trueCandidate } from './scoring.ts';

const constantFit = { steps: 300, batchSize: 8, points: 500, learningRate: 0.01 };

/**
 * The one shape that is nearest to all training objects in the frames of their input cameras: the template, fitted by Adam to
 * the chamfer distance from random training samples, with weak regularisers.
 *
 * @returns [V, 3] vertices of `topology`
 */
export function bestConstantShape(
  template: tf.Tensor2D,
  topology: Topology,
  objects: readonly DatasetObject[],
  badSamples: BadSamples,
  random: Random,
): tf.Tensor2D {
  const { steps, batchSize, points, learningRate } = constantFit;
  const vertices = tf.variable(template) as tf.Variable<tf.Rank.R2>;
  const optimizer = new Adam([{ name: 'vertices', variable: vertices }]);
  for (let step = 1; step <= steps; step++) {
    const places = Array.from({ length: batchSize }, () => randomPlace(objects, random));
    const surfaces = places.map((place) => surfaceNear(place, { objects, badSamples, points, random }));
    tf.tidy(() => {
      const target = pointClouds(surfaces);
      const loss = () => {
        const shape = vertices.expandDims<tf.Tensor3D>(0);
        const distance = chamferLoss(tf.tile(shape, [batchSize, 1, 1]), target, { oppositeWeight: 1 });
        const rough = laplacianLoss(template.expandDims(0), shape, topology);
        return tf.addN([distance, edgeLoss(shape, topology).mul(0.1), rough.mul(0.5)]) as tf.Scalar;
      };
      const { grads } = tf.variableGrads(loss, [vertices]);
      const rate = learningRateAt(step, {
        learningRate,
        schedule: { type: 'cosine' },
        warmupSteps: 0,
        steps,
      });
      optimizer.step({ vertices: grads[vertices.name] }, rate);
    });
  }
  const result = vertices.clone();
  vertices.dispose();
  optimizer.dispose();
  return result;
}

/** Where to look at a surface from. */
interface Place {
  object: DatasetObject;
  view: number;
  mirror: boolean;
}

function randomPlace(objects: readonly DatasetObject[], random: Random): Place {
  const object = objects[random.integer(objects.length)];
  return { object, view: random.integer(object.views.length), mirror: random.uniform() < 0.5 };
}

interface SurfaceSource {
  objects: readonly DatasetObject[];
  badSamples: BadSamples;
  points: number;
  random: Random;
}

/** Points of the surface seen from `place`, or from random places until one can be read. */
function surfaceNear(place: Place, { objects, badSamples, points, random }: SurfaceSource): Surface {
  const choosePoints = drawnPoints(points, random);
  for (let tries = 0; tries < 1000; tries++) {
    const { object, view, mirror } = tries === 0 ? place : randomPlace(objects, random);
    const surface = badSamples.attempt(() => sampleSurface(object, view, { mirror, choosePoints }));
    if (surface) return surface;
  }
  throw new ArgumentError('a thousand surfaces in a row cannot be read: every one of them has a bad file');
}

/** At most this many training pictures are compared with, and at no more pixels along a side. */
const comparedPictures = 2000;
const comparedSize = 64;

/**
 * Answers with the training object whose silhouette overlaps most with the input's: its points, and its pictures from where the
 * unseen views are. Compares only pictures from which the other views lie in the same places, which are those that a turn by a whole
 * number of views carries into the input view. Where every object has cameras of its own, that is none, and it answers with the points
 * and the silhouette alone.
 */
export class NearestSilhouette {
  private readonly entries: { object: DatasetObject; view: number; mask: Mask }[];
  private readonly hasOneRig: boolean;
  private readonly badSamples: BadSamples;

  constructor(objects: readonly DatasetObject[], { badSamples }: Pick<Dataset, 'badSamples'>) {
    this.badSamples = badSamples;
    const pictures = objects.flatMap((object) =>
      Array.from({ length: object.views.length }, (_, view) => ({ object, view })),
    );
    this.entries = spread(pictures, comparedPictures).flatMap(({ object, view }) => {
      const mask = badSamples.attempt(() => comparedMask(object.views[view].image));
      return mask ? [{ object, view, mask }] : [];
    });
    const [first, ...others] = spread(objects, 3);
    this.hasOneRig = badSamples.attempt(() => others.every((other) => hasSameRig(first, other))) ?? false;
  }

  candidateOf(sample: Sample): Candidate {
    const best =
      (this.hasOneRig &&
        this.nearest(sample, (object, view) => {
          const all = placedViews(object, view);
          return hasCamerasOf(sample, object, all) ? all : undefined;
        })) ||
      this.nearest(sample, (_, view) => [view]);
    if (!best) throw new ArgumentError('no training picture can be read: every one of them has a bad file');
    return trueCandidate(best);
  }

  /** The training picture of the best overlap of those that can be read, with the views that `viewsOf` gives it, if any. */
  private nearest(
    sample: Sample,
    viewsOf: (object: DatasetObject, view: number) => number[] | undefined,
  ): Sample | undefined {
    const mask = comparedMask(sample.input.image);
    const ranked = this.entries
      .map(({ object, view, mask: other }) => ({ object, view, iou: maskIou(other, mask) }))
      .sort((a, b) => b.iou - a.iou);
    for (const { object, view } of ranked) {
      const candidate = this.badSamples.attempt(() => {
        const views = viewsOf(object, view);
        return views && toSample(object, view, views);
      });
      if (candidate) return candidate;
    }
    return undefined;
  }
}

function comparedMask(image: NdArray<Float32Array>): Mask {
  const small = image.shape[0] > comparedSize ? resizeImage(image, comparedSize, comparedSize) : image;
  return maskOf(channel([small], 3));
}

function hasSameRig(a: DatasetObject, b: DatasetObject): boolean {
  const cameras = ({ views }: DatasetObject) =>
    JSON.stringify(views.map(({ worldToCamera }) => worldToCamera));
  return cameras(a) === cameras(b);
}

/** Whether the views of an object, the first of them its input, were taken from where those of a sample were. */
function hasCamerasOf(sample: Sample, object: DatasetObject, views: readonly number[]): boolean {
  return (
    sample.supervision.length === views.length &&
    sample.supervision.every(({ objectToCamera }, k) => {
      const camera = sampleCamera(object, views[0], views[k]);
      return objectToCamera.every((value, i) => Math.abs(value - camera[i]) < 1e-6);
    })
  );
}
