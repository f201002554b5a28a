// How good a model is on objects that it was not trained on, beside what costs nothing: baselines.

import type * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import type { Topology } from '../../renderer/index.ts';
import type { BadSamples } from '../datasets/badSamples.ts';
import { type Dataset, type DatasetObject, type Sample, toSample } from '../datasets/sample.ts';
import { spread } from '../datasets/spread.ts';
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

export interface EvaluationOptions extends ScoringOptions {
  /** Input pictures of an object, one at a time, spread evenly over its views. */
  views: number;
}

export interface Evaluation {
  /** Number of samples. */
  samples: number;
  /** Means over all samples. */
  overall: Scores;
  /** Means over the samples of each category, in alphabetical order. */
  byCategory: Map<string, Scores>;
  /** Means over the samples of each object, in their order. */
  byObject: Map<string, { category: string; scores: Scores }>;
}

/** An evaluated sample: nothing is mirrored. */
export interface EvaluationSample extends Sample {
  /** 16 numbers, row-major: its rotation takes the axes of the data set to those of the sample; none where cameras are not known. */
  worldToCamera: readonly number[];
}

/**
 * The samples that an evaluation looks at: every object from `views` of its pictures, all others unseen where their cameras are known. They
 * are made one at a time whenever they are gone through, since those of a large data set together would fill the memory. Bad ones are left
 * out where the data set says so.
 */
export function evaluationSamples(
  objects: readonly DatasetObject[],
  views: number,
  badSamples: BadSamples,
): Iterable<EvaluationSample> {
  return {
    *[Symbol.iterator]() {
      for (const object of objects) {
        for (const input of spread([...object.views.keys()], views)) {
          const sample = badSamples.attempt(() => evaluationSample(object, input, badSamples));
          if (sample) yield sample;
        }
      }
    },
  };
}

function evaluationSample(object: DatasetObject, input: number, badSamples: BadSamples): EvaluationSample {
  const { worldToCamera = unturned } = object.views[input];
  return { ...toSample(object, input, comparableViews(object, input, badSamples)), worldToCamera };
}

const unturned: readonly number[] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/**
 * The views that a prediction from one of them can be held against: all, the input view first, or itself where it has no camera. Others
 * whose pictures are bad are left out where the data set says so.
 */
export function comparableViews({ views }: DatasetObject, input: number, badSamples: BadSamples): number[] {
  return placedViews({ views }, input).filter(
    (view) => view === input || badSamples.attempt(() => views[view].image),
  );
}

/** All views, the input view first and the others in order from there; or the input view alone where it has no camera. */
export function placedViews({ views }: Pick<DatasetObject, 'views'>, input: number): number[] {
  if (!views[input].worldToCamera) return [input];
  return Array.from(views, (_, k) => (input + k) % views.length);
}

/** Numbers for what is offered for a sample. */
export type Scorer = (candidate: Candidate, sample: EvaluationSample) => Scores;

/** `scoreCandidate`: the numbers of the usual tables. */
export const usualScorer =
  (options: ScoringOptions): Scorer =>
  (candidate, sample) =>
    scoreCandidate(candidate, sample, options);

/** What is offered for a sample. */
export type CandidateOf = (sample: EvaluationSample) => Candidate;

/**
 * Has what each of `offered` offers for each sample scored: an evaluation for each of them and each scorer. Goes through the samples once,
 * since making one means reading all its pictures.
 *
 * @throws ArgumentError where there are no samples
 */
export function evaluate(
  samples: Iterable<EvaluationSample>,
  offered: readonly CandidateOf[],
  scorers: readonly Scorer[],
): Evaluation[][] {
  const scored = offered.map(() => scorers.map((): ScoredSample[] => []));
  for (const sample of samples) {
    const { id, category } = sample;
    offered.forEach((candidateOf, i) => {
      const candidate = candidateOf(sample);
      scorers.forEach((score, k) => {
        scored[i][k].push({ id, category, scores: score(candidate, sample) });
      });
    });
  }
  return scored.map((ofScorers) => ofScorers.map(summarized));
}

interface ScoredSample {
  id: string;
  category: string;
  scores: Scores;
}

function summarized(scored: readonly ScoredSample[]): Evaluation {
  if (scored.length === 0)
    throw new ArgumentError('there is nothing to evaluate on: every sample has a bad file');
  const meanOf = (some: readonly ScoredSample[]) => meanScores(some.map(({ scores }) => scores));
  const categories = [...new Set(scored.map(({ category }) => category))].sort();
  const byId = new Map<string, ScoredSample[]>();
  for (const sample of scored) byId.set(sample.id, [...(byId.get(sample.id) ?? []), sample]);
  return {
    samples: scored.length,
    overall: meanOf(scored),
    byCategory: new Map(
      categories.map((name) => [name, meanOf(scored.filter(({ category }) => category === name))]),
    ),
    byObject: new Map(
      Array.from(byId, ([id, ofObject]) => [
        id,
        { category: ofObject[0].category, scores: meanOf(ofObject) },
      ]),
    ),
  };
}

/** The usual numbers of a model. */
export function evaluateModel(
  model: MeshPredictor,
  objects: readonly DatasetObject[],
  dataset: Dataset,
  options: EvaluationOptions,
): Evaluation {
  const samples = evaluationSamples(objects, options.views, dataset.badSamples);
  const [[evaluation]] = evaluate(
    samples,
    [modelCandidates(model, dataset, options)],
    [usualScorer(options)],
  );
  return evaluation;
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
  const prediction = model.predict(networkInput([sample.input.image]));
  const { vertices, topology } = prediction.levels.at(-1)!;
  return meshCandidate(vertices, topology, prediction, sample, dataset.camera, options);
}
