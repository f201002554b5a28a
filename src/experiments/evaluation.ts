// How good a model is on objects that it was not trained on, beside what costs nothing: baselines.

import type * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import type { Topology } from '../../renderer/index.ts';
import { type Dataset, type DatasetObject, type Sample, toSample } from '../datasets/sample.ts';
import type { MeshPredictor } from '../models/index.ts';
import { networkInput } from '../training/batch.ts';
import {
  type Candidate,
  meanScores,
  meshCandidate,
  type Scores,
  type ScoringOptions,
  scoreCandidate,
} from './scoring.ts';
import { spread } from './spread.ts';

export interface EvaluationOptions extends ScoringOptions {
  /** Input pictures of an object, one at a time, spread evenly over its views. */
  views: number;
}

export interface Evaluation {
  /** Means over all samples. */
  overall: Scores;
  /** Means over the samples of each category, in alphabetical order. */
  byCategory: Map<string, Scores>;
}

/** The samples that an evaluation looks at: every object from `views` of its pictures, all others unseen. */
export function evaluationSamples(objects: readonly DatasetObject[], views: number): Sample[] {
  return objects.flatMap((object) => {
    const indices = [...object.views.keys()];
    return spread(indices, views).map((input) => toSample(object, input, inputFirst(input, indices.length)));
  });
}

/** All views, the input view first and the others in order from there. */
export const inputFirst = (input: number, count: number) =>
  Array.from({ length: count }, (_, k) => (input + k) % count);

/** Scores whatever `candidateOf` offers for each sample. */
export function evaluate(
  samples: readonly Sample[],
  candidateOf: (sample: Sample) => Candidate,
  options: ScoringOptions,
): Evaluation {
  const scored = samples.map((sample) => ({
    category: sample.category,
    scores: scoreCandidate(candidateOf(sample), sample, options),
  }));
  const categories = [...new Set(scored.map(({ category }) => category))].sort();
  return {
    overall: meanScores(scored.map(({ scores }) => scores)),
    byCategory: new Map(
      categories.map((name) => [
        name,
        meanScores(scored.filter(({ category }) => category === name).map(({ scores }) => scores)),
      ]),
    ),
  };
}

export function evaluateModel(
  model: MeshPredictor,
  objects: readonly DatasetObject[],
  dataset: Dataset,
  options: EvaluationOptions,
): Evaluation {
  return evaluate(
    evaluationSamples(objects, options.views),
    (sample) => scoped(() => predictedCandidate(model, sample, dataset, options)),
    options,
  );
}

/** One shape for every sample, whatever its picture shows. */
export function evaluateConstant(
  vertices: tf.Tensor2D,
  topology: Topology,
  samples: readonly Sample[],
  dataset: Dataset,
  options: ScoringOptions,
): Evaluation {
  const candidateOf = (sample: Sample) =>
    meshCandidate(vertices.expandDims(0), topology, undefined, sample, dataset.camera, options);
  return evaluate(samples, (sample) => scoped(() => candidateOf(sample)), options);
}

function predictedCandidate(
  model: MeshPredictor,
  sample: Sample,
  dataset: Dataset,
  options: ScoringOptions,
): Candidate {
  const { levels, colors } = model.predict(networkInput([sample.input.image]));
  const { vertices, topology } = levels.at(-1)!;
  return meshCandidate(vertices, topology, colors, sample, dataset.camera, options);
}
