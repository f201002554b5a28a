// Pictures and meshes of what a trained model predicts for some of the objects that it was not trained on.

import * as tf from '@tensorflow/tfjs';
import ndarray from 'ndarray';
import { clay, lookAt, PerspectiveCamera } from '../../renderer/index.ts';
import { writeMesh } from '../../renderer/io/index.ts';
import type { TrainConfig } from '../config/schema/index.ts';
import { type Dataset, type DatasetObject, type SampleView, toSample } from '../datasets/sample.ts';
import { spread } from '../datasets/spread.ts';
import { disposeMesh, type MeshPredictor } from '../models/index.ts';
import type { ObjectScores } from '../runs/results.ts';
import type { RunFolder } from '../runs/runFolder.ts';
import { comparableViews } from './evaluation.ts';
import { chooseObjects } from './objects.ts';
import { meshFile, type PictureRow, picture, truthPicture, writePictures } from './pictures.ts';
import { errorMesh, errorShading } from './surfaceError.ts';
import { predictedMesh } from './trainResults.ts';

const columns = [
  'input',
  'prediction',
  'its shape',
  'its error',
  'unseen, +90°',
  'its shape',
  'its error',
  'truth, +90°',
  'shape, 180°',
  'truth, 180°',
];

/** Objects shown at each end of the order by chamfer distance. */
const extremes = 3;

interface Shown {
  object: DatasetObject;
  /** The view to predict from. */
  input: number;
}

/**
 * Writes meshes and pictures of `report.objects` objects, each predicted from one picture, and of the worst and the best ones.
 *
 * @param scores of the evaluated objects
 */
export async function writeTrainPictures(
  config: TrainConfig,
  dataset: Dataset,
  model: MeshPredictor,
  folder: RunFolder,
  scores: readonly ObjectScores[] = [],
): Promise<void> {
  const objects = chooseObjects(dataset, config, config.evaluation.split);
  const { report, evaluation } = config;
  const chosen = spread(objects, report.objects).map((object, i) => ({
    object,
    input: (3 * i) % object.views.length,
  }));
  const scoresOf = new Map(scores.map((score) => [score.id, score]));
  const context = { config, dataset, model, folder, scoresOf, written: new Set<string>() };
  const rowsOf = async (list: Shown[]) => {
    const rows: PictureRow[] = [];
    for (const shown of list) rows.push(...(await pictureRow(shown, context)));
    return rows;
  };
  const scale = {
    label: `Error: distance of the predicted surface from the true one, in the data set's unit; F counts as matched what is within ${evaluation.fThreshold}`,
    largest: largestError(config),
  };
  const few = Math.min(extremes, report.objects, objects.length >> 1);
  const ordered = worstFirst(objects, scoresOf).map((object) => ({ object, input: 0 }));
  await writePictures(folder, [
    {
      title: 'Held-out objects, each predicted from the one picture in the first column',
      columns,
      scale,
      rows: await rowsOf(chosen),
    },
    {
      title: 'The worst by chamfer distance',
      columns,
      scale,
      rows: await rowsOf(ordered.slice(0, few)),
    },
    {
      title: 'The best by chamfer distance',
      columns,
      scale,
      rows: await rowsOf(few > 0 ? ordered.slice(-few).reverse() : []),
    },
  ]);
}

/** The distance at the end of the colour scale: what the F-score lets pass ends at its middle. */
const largestError = ({ evaluation }: TrainConfig) => 2 * evaluation.fThreshold;

/** Objects that have scores, from the largest chamfer distance to the smallest. */
function worstFirst(
  objects: readonly DatasetObject[],
  scoresOf: ReadonlyMap<string, ObjectScores>,
): DatasetObject[] {
  const chamfer = ({ id }: DatasetObject) => scoresOf.get(id)!.rows[0].chamfer;
  return objects.filter(({ id }) => scoresOf.has(id)).toSorted((a, b) => chamfer(b) - chamfer(a));
}

interface RowContext {
  config: TrainConfig;
  dataset: Dataset;
  model: MeshPredictor;
  folder: RunFolder;
  scoresOf: ReadonlyMap<string, ObjectScores>;
  /** Files of meshes. */
  written: Set<string>;
}

/** The row of an object, whose mesh is written; none where a file is bad and the data set says to skip it. */
async function pictureRow(
  { object, input }: Shown,
  { config, dataset: { badSamples, camera }, model, folder, scoresOf, written }: RowContext,
): Promise<PictureRow[]> {
  const sample = badSamples.attempt(() =>
    toSample(object, input, comparableViews(object, input, badSamples)),
  );
  if (!sample) return [];
  const mesh = predictedMesh(model, sample);
  // Its mesh is that of the first row it is shown in.
  const file = meshFile(folder, object.id);
  if (!written.has(file)) await writeMesh(file, mesh);
  written.add(file);
  const error = errorMesh(mesh, sample.points, largestError(config));
  const seen = ({ objectToCamera }: SampleView) =>
    new PerspectiveCamera({ fovDegrees: camera.fovDegrees, view: objectToCamera });
  const { supervision } = sample;
  const [front, side, back] = [0, 1, 2].map((turn) =>
    supervision.length > 1
      ? supervision[Math.floor((turn * supervision.length) / 4)]
      : nothingFrom(supervision[0], turn, camera.distance),
  );
  const pictures = [
    truthPicture(front),
    picture(mesh, seen(front)),
    picture(mesh, seen(front), clay),
    picture(error, seen(front), errorShading),
    picture(mesh, seen(side)),
    picture(mesh, seen(side), clay),
    picture(error, seen(side), errorShading),
    truthPicture(side),
    picture(mesh, seen(back), clay),
    truthPicture(back),
  ];
  disposeMesh(mesh);
  tf.dispose(error.colors!);
  const note = [object.category, scoreNote(scoresOf.get(object.id))].filter(Boolean).join('\u00a0· ');
  return [{ id: object.id, label: object.name, note, pictures }];
}

/** "chamfer 8.1 ×10⁻³ · F 61 %": of the model, over all pictures of the object. Lines break behind the dots alone. */
function scoreNote(scores: ObjectScores | undefined): string | undefined {
  if (!scores) return undefined;
  const { chamfer, fScore } = scores.rows[0];
  return `chamfer\u00a0${(1e3 * chamfer).toFixed(1)}\u00a0×10⁻³\u00a0· F\u00a0${fScore.toFixed(0)}\u00a0%`;
}

/** Where the data set has no picture: its input view for `turns` = 0, else from so many quarters of a turn further, with nothing to be seen. */
function nothingFrom(input: SampleView, turns: number, distance: number): SampleView {
  if (turns === 0) return input;
  const [x, z] = [Math.sin((turns * Math.PI) / 2), Math.cos((turns * Math.PI) / 2)];
  const objectToCamera = Array.from(lookAt({ eye: [distance * x, 0, distance * z] }));
  const { size, shape } = input.image;
  return { image: ndarray(new Float32Array(size), shape), objectToCamera };
}
