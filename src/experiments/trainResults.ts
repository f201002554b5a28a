// What a trained model is worth: the final tables, and pictures and meshes of some objects.

import ndarray from 'ndarray';
import { scoped } from '../../renderer/backend/index.ts';
import { clay, lookAt, type Mesh, PerspectiveCamera } from '../../renderer/index.ts';
import { writeMesh } from '../../renderer/io/index.ts';
import { type Dataset, type SampleView, toSample } from '../datasets/sample.ts';
import { spread } from '../datasets/spread.ts';
import { disposeMesh, type MeshPredictor, meshOf, modelOf } from '../models/index.ts';
import { Random } from '../tensor/random.ts';
import { networkInput } from '../training/batch.ts';
import { bestConstantShape, NearestSilhouette } from './baselines.ts';
import {
  comparableViews,
  constantCandidates,
  type Evaluation,
  type EvaluationSample,
  evaluate,
  evaluationSamples,
  modelCandidates,
  usualScorer,
} from './evaluation.ts';
import { chooseObjects } from './objects.ts';
import { meshFile, type PictureRow, picture, truthPicture, writePictures } from './pictures.ts';
import { protocolScorer, protocolsNamed, protocolTables } from './protocolTables.ts';
import type { ResultColumn, ResultRow, Results, ResultTable } from './results.ts';
import type { RunFolder } from './runFolder.ts';
import type { TrainConfig } from './schema/index.ts';
import type { Candidate } from './scoring.ts';

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
  const scored = scoped(() => {
    const start = modelOf(config.model).startShape(config.model);
    const random = new Random(config.seed).split('best constant shape');
    const constant = bestConstantShape(start.vertices, start.topology, training, dataset.badSamples, random);
    const line = (label: string, candidateOf: (sample: EvaluationSample) => Candidate) => ({
      label,
      evaluations: evaluate(samples, candidateOf, scorers),
    });
    return [
      line(config.name, modelCandidates(model, dataset, evaluation)),
      line('start shape', constantCandidates(start.vertices, start.topology, dataset, evaluation)),
      line('best constant shape', constantCandidates(constant, start.topology, dataset, evaluation)),
      line('nearest training silhouette', (sample) => neighbours.candidateOf(sample)),
    ];
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
  return {
    title: config.name,
    tables: [overall, categoryTable(scored[0].evaluations[0]), ...byProtocol],
  };
}

function categoryTable({ byCategory }: Evaluation): ResultTable {
  const rows = Array.from(byCategory, ([category, scores]) => row(category, 'model', scores));
  const note = 'The same objects and measures, category by category.';
  return { title: 'By category', note, columns, rows, ranked: false };
}

function row(label: string, kind: ResultRow['kind'], scores: Record<string, number>): ResultRow {
  const values = { ...scores };
  if ('chamfer' in values) values.chamfer *= 1e3;
  return { label, kind, values };
}

/** Writes meshes and pictures of `report.objects` objects, each predicted from its first picture. */
export async function writeTrainPictures(
  config: TrainConfig,
  dataset: Dataset,
  model: MeshPredictor,
  folder: RunFolder,
): Promise<void> {
  const { badSamples } = dataset;
  const objects = spread(chooseObjects(dataset, config, config.evaluation.split), config.report.objects);
  const rows: PictureRow[] = [];
  for (const [i, object] of objects.entries()) {
    const count = object.views.length;
    const input = (3 * i) % count;
    const sample = badSamples.attempt(() =>
      toSample(object, input, comparableViews(object, input, badSamples)),
    );
    if (!sample) continue;
    const mesh = predictedMesh(model, sample);
    await writeMesh(meshFile(folder, object.id), mesh);
    const { camera } = dataset;
    const seen = ({ objectToCamera }: SampleView) =>
      new PerspectiveCamera({ fovDegrees: camera.fovDegrees, view: objectToCamera });
    const { supervision } = sample;
    const [front, side, back] = [0, 1, 2].map((turn) =>
      supervision.length > 1
        ? supervision[Math.floor((turn * supervision.length) / 4)]
        : nothingFrom(supervision[0], turn, camera.distance),
    );
    rows.push({
      id: object.id,
      label: object.name,
      note: object.category,
      pictures: [
        truthPicture(front),
        picture(mesh, seen(front)),
        picture(mesh, seen(front), clay),
        picture(mesh, seen(side)),
        picture(mesh, seen(side), clay),
        truthPicture(side),
        picture(mesh, seen(back), clay),
        truthPicture(back),
      ],
    });
    disposeMesh(mesh);
  }
  await writePictures(
    folder,
    'Held-out objects, each predicted from the one picture in the first column',
    [
      'input',
      'prediction',
      'its shape',
      'unseen, +90°',
      'its shape',
      'truth, +90°',
      'shape, 180°',
      'truth, 180°',
    ],
    rows,
  );
}

/** Where the data set has no picture: its input view for `turns` = 0, else from so many quarters of a turn further, with nothing to be seen. */
function nothingFrom(input: SampleView, turns: number, distance: number): SampleView {
  if (turns === 0) return input;
  const [x, z] = [Math.sin((turns * Math.PI) / 2), Math.cos((turns * Math.PI) / 2)];
  const objectToCamera = Array.from(lookAt({ eye: [distance * x, 0, distance * z] }));
  const { size, shape } = input.image;
  return { image: ndarray(new Float32Array(size), shape), objectToCamera };
}

/** The finest level of a prediction as a mesh with colours, or a texture, in [0, 1]. */
export const predictedMesh = (model: MeshPredictor, { input }: { input: Pick<SampleView, 'image'> }): Mesh =>
  meshOf(() => model.predict(networkInput([input.image])));
