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

/** An evaluated sample: nothing is mirrored. */
export interface EvaluationSample extends Sample {
  /** 16 numbers, row-major: its rotation takes the axes of the data set to those of the sample. Absent where it is not known. */
  worldToCamera?: number[];
}

/** The samples that an evaluation looks at: every object from `views` of its pictures, all others unseen. */
export function evaluationSamples(objects: readonly DatasetObject[], views: number): EvaluationSample[] {
  return objects.flatMap((object) => {
    return spread([...object.views.keys()], views).map((input) => ({
      ...toSample(object, input, inputFirst(object, input)),
      worldToCamera: object.views[input].worldToCamera,
    }));
  });
}

/** All views, the input view first and the others in order from there; that alone where pictures have no cameras. */
export function inputFirst({ views }: Pick<DatasetObject, 'views'>, input: number): number[] {
  if (!views[input].worldToCamera) return [input];
  return Array.from({ length: views.length }, (_, k) => (input + k) % views.length);
}

/** Numbers for what is offered for a sample. */
export type Scorer = (candidate: Candidate, sample: EvaluationSample) => Scores;

/** `scoreCandidate`: the numbers of the usual tables. */
export const usualScorer =
  (options: ScoringOptions): Scorer =>
  (candidate, sample) =>
    scoreCandidate(candidate, sample, options);

/** Has whatever `candidateOf` offers for each sample scored; one evaluation for each scorer. */
export function evaluate(
  samples: readonly EvaluationSample[],
  candidateOf: (sample: EvaluationSample) => Candidate,
  scorers: readonly Scorer[],
): Evaluation[] {
  const scored = samples.map((sample) => {
    const candidate = candidateOf(sample);
    return { category: sample.category, scores: scorers.map((score) => score(candidate, sample)) };
  });
  const categories = [...new Set(scored.map(({ category }) => category))].sort();
  return scorers.map((_, k) => ({
    overall: meanScores(scored.map(({ scores }) => scores[k])),
    byCategory: new Map(
      categories.map((name) => [
        name,
        meanScores(scored.filter(({ category }) => category === name).map(({ scores }) => scores[k])),
      ]),
    ),
  }));
}

/** The usual numbers of a model. */
export function evaluateModel(
  model: MeshPredictor,
  objects: readonly DatasetObject[],
  dataset: Dataset,
  options: EvaluationOptions,
): Evaluation {
  const samples = evaluationSamples(objects, options.views);
  return evaluate(samples, modelCandidates(model, dataset, options), [usualScorer(options)])[0];
}

/** What a model predicts from a sample's picture. */
export const modelCandidates =
  (model: MeshPredictor, dataset: Dataset, options: ScoringOptions) =>
  (sample: Sample): Candidate =>
    scoped(() => predictedCandidate(model, sample, dataset, options));

/** One shape for every sample, whatever its picture shows. */
export const constantCandidates =
  (vertices: tf.Tensor2D, topology: Topology, dataset: Dataset, options: ScoringOptions) =>
  (sample: Sample): Candidate =>
    scoped(() => meshCandidate(vertices.expandDims(0), topology, undefined, sample, dataset.camera, options));

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
