// What a trained model is worth: the final tables, and the numbers of each object.

import { scoped } from '../../renderer/backend/index.ts';
import type { Mesh } from '../../renderer/index.ts';
import type { TrainConfig } from '../config/schema/index.ts';
import type { Dataset, SampleView } from '../datasets/sample.ts';
import { type MeshPredictor, meshOf, modelOf } from '../models/index.ts';
import {
  columnFactors,
  type ResultColumn,
  type ResultRow,
  type Results,
  type ResultTable,
} from '../runs/results.ts';
import { Random } from '../tensor/random.ts';
import { networkInput } from '../training/batch.ts';
import { bestConstantShape, NearestSilhouette } from './baselines.ts';
import {
  type CandidateOf,
  constantCandidates,
  type Evaluation,
  evaluate,
  evaluationSamples,
  modelCandidates,
  usualScorer,
} from './evaluation.ts';
import { chooseObjects } from './objects.ts';
import { protocolScorer, protocolsNamed, protocolTables } from './protocolTables.ts';

/** Pictures of an object that a validation during the training predicts from. */
export const validationViews = 1;

const columns: ResultColumn[] = [
  { key: 'chamfer', label: 'chamfer ×10⁻³', digits: 2, better: 'lower' },
  { key: 'fScore', label: 'F %', digits: 1, better: 'higher' },
  { key: 'iouInput', label: 'IoU input %', digits: 1, better: 'higher' },
  { key: 'iouUnseen', label: 'IoU unseen %', digits: 1, better: 'higher' },
  { key: 'colorUnseen', label: 'colour L1', digits: 3, better: 'lower' },
];

/** The model beside the baselines on the evaluation split, then category by category; then the same by every protocol asked for. */
export function trainResults(
  config: TrainConfig,
  dataset: Dataset,
  model: MeshPredictor,
  split: 'validation' | 'test' = config.evaluation.split,
): Results {
  const { evaluation } = config;
  const { views, points, fThreshold, emdPoints } = evaluation;
  const { pixel2meshScale } = dataset;
  const objects = chooseObjects(dataset, config, split);
  const training = chooseObjects(dataset, config, 'train');
  const samples = evaluationSamples(objects, views, dataset.badSamples);
  const neighbours = new NearestSilhouette(training, dataset);
  const chosen = protocolsNamed(evaluation.protocols);
  const scorers = [
    usualScorer(evaluation),
    ...chosen.map((protocol) => protocolScorer(protocol, { pixel2meshScale, emdPoints })),
  ];
  const { scored, validationBaselines } = scoped(() => {
    const start = modelOf(config.model).startShape(config.model);
    const random = new Random(config.seed).split('best constant shape');
    const constant = bestConstantShape(start.vertices, start.topology, training, dataset.badSamples, random);
    const baselines: [label: string, candidateOf: CandidateOf][] = [
      ['start shape', constantCandidates(start.vertices, start.topology, dataset, evaluation)],
      ['best constant shape', constantCandidates(constant, start.topology, dataset, evaluation)],
      ['nearest training silhouette', (sample) => neighbours.candidateOf(sample)],
    ];
    const lines = [[config.name, modelCandidates(model, dataset, evaluation)] as const, ...baselines];
    const validated = evaluationSamples(
      chooseObjects(dataset, config, 'validation'),
      validationViews,
      dataset.badSamples,
    );
    const evaluated = evaluate(
      samples,
      lines.map(([, candidateOf]) => candidateOf),
      scorers,
    );
    const validations = evaluate(
      validated,
      baselines.map(([, candidateOf]) => candidateOf),
      [usualScorer(evaluation)],
    );
    return {
      scored: lines.map(([label], i) => ({ label, evaluations: evaluated[i] })),
      validationBaselines: baselines.map(([label], i) => ({ label, values: validations[i][0].overall })),
    };
  });
  const sampleCount = scored[0].evaluations[0].samples;
  const note =
    `${objects.length} objects of the ${split} part of ${dataset.name}, ${sampleCount} pictures in all. ` +
    `Chamfer: squared distances in the data set's unit, both directions summed, ${points} surface points. ` +
    `F at ${fThreshold}. IoU of silhouettes at the input view and at the views not shown. Colour over the unseen views.`;
  const overall: ResultTable = {
    title: `Held-out objects (${split})`,
    note,
    columns,
    rows: scored.map(({ label, evaluations }, i) =>
      row(label, i === 0 ? 'model' : 'baseline', evaluations[0].overall),
    ),
  };
  const evaluated = { split, datasetName: dataset.name, pixel2meshScale, sampleCount };
  const byProtocol = chosen.flatMap((protocol, k) =>
    protocolTables(
      protocol,
      scored.map(({ label, evaluations }) => ({ label, evaluation: evaluations[k + 1] })),
      evaluated,
    ),
  );
  const usual = scored.map(({ evaluations: [evaluation] }) => evaluation);
  return {
    title: config.name,
    tables: [overall, categoryTable(usual[0]), ...byProtocol],
    objects: Array.from(usual[0].byObject, ([id, { category }]) => ({
      id,
      category,
      rows: usual.map(({ byObject }) => byObject.get(id)!.scores),
    })),
    validationBaselines,
  };
}

function categoryTable({ byCategory }: Evaluation): ResultTable {
  const rows = Array.from(byCategory, ([category, scores]) => row(category, 'model', scores));
  const note = 'The same objects and measures, category by category.';
  return { title: 'By category', note, columns, rows, ranked: false };
}

function row(label: string, kind: ResultRow['kind'], scores: Record<string, number>): ResultRow {
  const scaled = Object.entries(scores).map(([key, value]) => [key, value * (columnFactors[key] ?? 1)]);
  return { label, kind, values: Object.fromEntries(scaled) };
}

/** The finest level of a prediction as a mesh with colours, or a texture, in [0, 1]. */
export const predictedMesh = (model: MeshPredictor, { input }: { input: Pick<SampleView, 'image'> }): Mesh =>
  meshOf(() => model.predict(networkInput([input.image])));
