// What a prediction must beat: shapes that are found without looking at the picture closely.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../../renderer/errors.ts';
import type { Topology } from '../../renderer/index.ts';
import type { BadSamples } from '../datasets/badSamples.ts';
import {
  type Dataset,
  type DatasetObject,
  type Sample,
  type Surface,
  sampleSurface,
  toSample,
} from '../datasets/sample.ts';
import { chamferLoss, edgeLoss, laplacianLoss } from '../losses/index.ts';
import { silhouetteIou } from '../metrics/index.ts';
import { Adam } from '../tensor/adam.ts';
import type { Random } from '../tensor/random.ts';
import { channel, drawSurfaces } from '../training/batch.ts';
import { learningRateAt } from '../training/schedule.ts';
import { comparableViews } from './evaluation.ts';
import { type Candidate, trueCandidate } from './scoring.ts';
import { spread } from './spread.ts';

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
    const surfaces = Array.from({ length: batchSize }, () => randomSurface(objects, badSamples, random));
    tf.tidy(() => {
      const target = drawSurfaces(surfaces, points, random);
      const loss = () => {
        const shape = vertices.expandDims<tf.Tensor3D>(0);
        const distance = chamferLoss(tf.tile(shape, [batchSize, 1, 1]), target, { oppositeWeight: 1 });
        const rough = laplacianLoss(template.expandDims(0), shape, topology);
        return tf.addN([distance, edgeLoss(shape, topology).mul(0.1), rough.mul(0.5)]) as tf.Scalar;
      };
      const { grads } = tf.variableGrads(loss, [vertices]);
      const rate = learningRateAt(step, { learningRate, schedule: 'cosine', warmupSteps: 0, steps });
      optimizer.step({ vertices: grads[vertices.name] }, rate);
    });
  }
  const result = vertices.clone();
  vertices.dispose();
  return result;
}

/** The surface of a random object in the frame of a random view of it, mirrored or not. */
function randomSurface(objects: readonly DatasetObject[], badSamples: BadSamples, random: Random): Surface {
  for (let tries = 0; tries < 1000; tries++) {
    const object = objects[random.integer(objects.length)];
    const [view, mirror] = [random.integer(object.views.length), random.uniform() < 0.5];
    const surface = badSamples.attempt(() => sampleSurface(object, view, { mirror }));
    if (surface) return surface;
  }
  throw new ArgumentError('a thousand surfaces in a row cannot be read: every one of them has a bad file');
}

/** Training pictures that are compared with; of more, so many spread evenly. */
const mostEntries = 2000;

/** Best matches whose cameras are looked at before the search is given up. */
const mostTried = 100;

/**
 * Answers with the training object whose silhouette overlaps most with the input's: its points, and its pictures from where the
 * unseen views are. Compares only pictures from which the other views lie in the same places, which are those that a turn by a whole
 * number of views carries into the input view. Where no object is seen from the same places, as in data sets whose cameras stand
 * anywhere, it answers for the input view alone.
 */
export class NearestSilhouette {
  private readonly entries: { object: DatasetObject; view: number; coverage: Float32Array }[];
  private readonly badSamples: BadSamples;

  constructor(objects: readonly DatasetObject[], { badSamples }: Dataset) {
    this.badSamples = badSamples;
    const pairs = objects.flatMap((object) => Array.from(object.views.keys(), (view) => ({ object, view })));
    this.entries = spread(pairs, mostEntries).flatMap(({ object, view }) => {
      const coverage = badSamples.attempt(() => channel([object.views[view].image], 3));
      // Whatever else belongs to the picture has to be there, too.
      const surface = coverage && badSamples.attempt(() => sampleSurface(object, view));
      return coverage && surface ? [{ object, view, coverage }] : [];
    });
  }

  candidateOf(sample: Sample): Candidate {
    const coverage = channel([sample.input.image], 3);
    const ranked = this.entries
      .map((entry) => ({ ...entry, iou: silhouetteIou(entry.coverage, coverage) }))
      .sort((a, b) => b.iou - a.iou);
    for (const { object, view } of ranked.slice(0, mostTried)) {
      const read = () => toSample(object, view, comparableViews(object, view, this.badSamples));
      const candidate = this.badSamples.attempt(read);
      if (candidate && sameCameras(candidate, sample)) return trueCandidate(candidate);
    }
    return trueCandidate(toSample(ranked[0].object, ranked[0].view, [ranked[0].view]));
  }
}

function sameCameras(a: Sample, b: Sample): boolean {
  return (
    a.supervision.length === b.supervision.length &&
    a.supervision.every(({ objectToCamera }, view) =>
      objectToCamera.every((value, i) => Math.abs(value - b.supervision[view].objectToCamera[i]) < 1e-6),
    )
  );
}
