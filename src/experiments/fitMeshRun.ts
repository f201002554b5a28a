// The fit-mesh task: one object after another, each written as soon as it is done, with a table and pictures at the end.

import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { readMesh, writeMesh } from '../../renderer/io/index.ts';
import type { Dataset, DatasetObject } from '../datasets/sample.ts';
import { FittedMesh, splitViews } from './fitMesh.ts';
import { objectsToFit } from './objects.ts';
import type { RunObserver } from './observer.ts';
import { meshFile, type PictureRow, picture, truthPicture, writePictures } from './pictures.ts';
import type { ResultColumn, ResultRow, Results } from './results.ts';
import type { RunFolder } from './runFolder.ts';
import type { FitMeshConfig } from './schema.ts';
import type { Scores } from './scoring.ts';
import { spread } from './spread.ts';

const columns: ResultColumn[] = [
  { key: 'iouHeldOut', label: 'IoU held-out %', digits: 1, better: 'higher' },
  { key: 'iouFitted', label: 'IoU fitted %', digits: 1, better: 'higher' },
  { key: 'colorHeldOut', label: 'colour L1', digits: 3, better: 'lower' },
];

export interface FitMeshContext {
  config: FitMeshConfig;
  dataset: Dataset;
  folder: RunFolder;
  observer: RunObserver;
  /** Ends the run after the step at work; the object at work is begun anew when the run is resumed. */
  signal?: AbortSignal;
}

/** Fits all objects but those that the folder has already; undefined where the signal ended it. */
export async function fitMeshes(context: FitMeshContext): Promise<Results | undefined> {
  const { config, dataset, folder } = context;
  const objects = objectsToFit(config, dataset);
  const done = new Map<string, Scores>();
  for (const entry of folder.metrics.read()) {
    if (entry.kind === 'validation') done.set(entry.object!, entry.values);
  }
  const isDone = ({ object }: { object?: string }) => done.has(object!);
  await folder.metrics.filter(isDone);
  await folder.timings.filter(isDone);

  for (const object of objects) {
    if (done.has(object.id)) continue;
    const scores = await fitObject(object, context);
    if (!scores) return undefined;
    done.set(object.id, scores);
  }
  await writeFitPictures(objects, context);
  return fitResults(config, dataset, objects, done);
}

/** Scores of one object, its mesh written; undefined where the signal ended it. */
async function fitObject(object: DatasetObject, context: FitMeshContext): Promise<Scores | undefined> {
  const { config, dataset, folder, observer, signal } = context;
  const { steps } = config.fitting;
  const fitted = new FittedMesh(object, config, dataset.camera);
  try {
    const began = performance.now();
    let stepsPerSecond = 0;
    for (let step = 1; step <= steps; step++) {
      const losses = fitted.step(step);
      folder.metrics.append({ step, kind: 'train', object: object.id, losses });
      stepsPerSecond = (1000 * step) / (performance.now() - began);
      const secondsLeft = (steps - step) / stepsPerSecond;
      observer.onStep?.({ step, steps, losses, stepsPerSecond, secondsLeft, object: object.name });
      if (signal?.aborted) return undefined;
      await setImmediate();
    }
    const seconds = (performance.now() - began) / 1000;
    const memoryMegabytes = Math.round(process.memoryUsage.rss() / 2 ** 20);
    folder.timings.append({ step: steps, object: object.id, seconds, stepsPerSecond, memoryMegabytes });
    const mesh = fitted.mesh();
    await writeMesh(meshFile(folder, object.id), mesh);
    tf.dispose([mesh.vertices, mesh.colors!]);
    const scores = fitted.scores();
    folder.metrics.append({ step: steps, kind: 'validation', object: object.id, values: scores });
    return scores;
  } finally {
    fitted.dispose();
  }
}

/** @throws ArgumentError where the config asks for what the data set does not have */
export function checkFitMeshConfig(config: FitMeshConfig, dataset: Dataset): void {
  objectsToFit(config, dataset);
}

async function writeFitPictures(
  objects: DatasetObject[],
  { config, dataset, folder }: FitMeshContext,
): Promise<void> {
  const rows: PictureRow[] = [];
  for (const object of spread(objects, config.report.objects)) {
    const mesh = await readMesh(meshFile(folder, object.id));
    const { fitted, heldOut } = splitViews(object, config.views.fit);
    const shown = spread(heldOut.length > 0 ? heldOut : fitted, 3);
    rows.push({
      id: object.id,
      label: object.name,
      note: object.category,
      pictures: shown.flatMap((view) => [
        truthPicture(view),
        picture(mesh, view, dataset.camera, 'color'),
        picture(mesh, view, dataset.camera, 'clay'),
      ]),
    });
    tf.dispose([mesh.vertices, mesh.colors!]);
  }
  const columns = Array.from(
    { length: rows[0]?.pictures.length ?? 0 },
    (_, i) => ['truth', 'fit', 'its shape'][i % 3],
  );
  await writePictures(folder, 'Fitted meshes from held-out views', columns, rows);
}

function fitResults(
  config: FitMeshConfig,
  dataset: Dataset,
  objects: DatasetObject[],
  done: Map<string, Scores>,
): Results {
  const rows: ResultRow[] = objects.map(({ id, name }) => ({
    label: name,
    kind: 'model',
    values: done.get(id)!,
  }));
  const median: ResultRow = {
    label: 'median',
    kind: 'model',
    values: Object.fromEntries(
      columns.map(({ key }) => [key, medianOf(rows.map(({ values }) => values[key]))]),
    ),
  };
  const note =
    `Each object of ${dataset.name} fitted to ${config.views.fit} of its pictures; silhouettes and colours compared in the ` +
    'pictures held out.';
  return {
    title: config.name,
    tables: [{ title: 'Fitted meshes', note, columns, rows: [...rows, median], ranked: false }],
  };
}

function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)];
}
