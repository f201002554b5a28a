// The fit task: one object after another, each written as soon as it is done, with a table and pictures at the end.

import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import {
  clay,
  icosphere,
  type Mesh,
  readMesh,
  type Shading,
  sphericalHarmonics,
  uvSphere,
  writeMesh,
} from '../../renderer/index.ts';
import type { FitConfig } from '../config/schema/index.ts';
import { openDataset } from '../datasets/index.ts';
import { spread } from '../datasets/spread.ts';
import {
  captureTarget,
  checkTarget,
  datasetTarget,
  Fit,
  type FitTarget,
  type LampLight,
  lampShading,
  meshTarget,
  readPlacedMesh,
  scoreViews,
  tensorsOf,
} from '../fitting/index.ts';
import { writeAnimation } from '../pictures/index.ts';
import type { ResultColumn, ResultRow, Results } from '../runs/results.ts';
import type { RunFolder } from '../runs/runFolder.ts';
import { objectsToFit } from './objects.ts';
import type { RunObserver } from './observer.ts';
import { meshFile, type Picture, type PictureRow, picture, truthPicture, writePictures } from './pictures.ts';
import type { Scores } from './scoring.ts';

const columns: ResultColumn[] = [
  { key: 'iouHeldOut', label: 'IoU held-out %', digits: 1, better: 'higher' },
  { key: 'iouFitted', label: 'IoU fitted %', digits: 1, better: 'higher' },
  { key: 'psnrHeldOut', label: 'PSNR held-out dB', digits: 1, better: 'higher' },
  { key: 'colorHeldOut', label: 'colour L1', digits: 3, better: 'lower' },
  { key: 'rotationDegrees', label: 'turn off by °', digits: 2, better: 'lower' },
  { key: 'translation', label: 'shift off by', digits: 4, better: 'lower' },
  { key: 'lampDegrees', label: 'lamp off by °', digits: 2, better: 'lower' },
];

export interface FitContext {
  config: FitConfig;
  targets: readonly FitTarget[];
  folder: RunFolder;
  observer: RunObserver;
  /** Ends the run after the step at work; the object at work is begun anew when the run is resumed. */
  signal?: AbortSignal;
}

/** What a config asks to be fitted. @throws ArgumentError, FileError where it cannot be had. */
export async function openTargets(config: FitConfig): Promise<FitTarget[]> {
  const targets = await targetsOf(config);
  for (const target of targets) checkTarget(target);
  return targets;
}

async function targetsOf(config: FitConfig): Promise<FitTarget[]> {
  const { target, renderer } = config;
  const { imageSize } = renderer;
  if (target.type === 'mesh') return [await meshTarget({ ...target, imageSize })];
  if (target.type === 'capture') return [await captureTarget({ ...target, imageSize })];
  const dataset = await openDataset(target.name, { imageSize });
  try {
    return objectsToFit(target.objects, dataset).map((object) => datasetTarget(object, dataset, target.fit));
  } finally {
    await dataset.close();
  }
}

/** Fits all targets but those that the folder has already; undefined where the signal ended it. */
export async function fitTargets(context: FitContext): Promise<Results | undefined> {
  const { config, targets, folder } = context;
  const done = new Map<string, Scores>();
  for (const entry of folder.metrics.read()) {
    if (entry.kind === 'validation') done.set(entry.object!, entry.values);
  }
  const isDone = ({ object }: { object?: string }) => done.has(object!);
  await folder.metrics.filter(isDone);
  await folder.timings.filter(isDone);

  const shown = spread(targets, config.report.objects);
  for (const target of targets) {
    if (done.has(target.id)) continue;
    const scores = await fitTarget(target, context, shown.includes(target));
    if (!scores) return undefined;
    done.set(target.id, scores);
  }
  const rows: PictureRow[] = [];
  for (const target of shown) rows.push(await pictureRow(target, folder));
  const count = rows[0]?.pictures.length ?? 0;
  const columns = Array.from({ length: count }, (_, i) => headings[i % headings.length]);
  await writePictures(folder, [{ title: 'Fitted meshes from held-out views', columns, rows }]);
  return fitResults(config, targets, done);
}

/** @throws FileError, ArgumentError where there is no mesh to start from. */
export async function checkStart(config: FitConfig): Promise<void> {
  tf.dispose(tensorsOf(await startMesh(config)));
}

/** The mesh that a fit starts from. @throws FileError, ArgumentError where it is a file that cannot be had. */
async function startMesh({ start }: FitConfig): Promise<Mesh> {
  if (start.type === 'icosphere') return icosphere(start.level, { radii: start.radii });
  if (start.type === 'uvSphere') {
    return uvSphere({
      segments: start.segments,
      rings: Math.max(2, start.segments >> 1),
      radius: start.radius,
    });
  }
  return (await readPlacedMesh(start.file)).mesh;
}

/** Scores of one target, its mesh written; undefined where the signal ended it. */
async function fitTarget(
  target: FitTarget,
  context: FitContext,
  isShown: boolean,
): Promise<Scores | undefined> {
  const { config, folder, observer, signal } = context;
  const { steps } = config.fitting;
  const start = await startMesh(config);
  const fit = new Fit(target, start, { ...config, ...config.fitting });
  const frames: Picture[] = [];
  try {
    const began = performance.now();
    let stepsPerSecond = 0;
    for (let step = 1; step <= steps; step++) {
      if (isShown && isFrame(step, steps)) frames.push(frame(fit, target, start));
      const losses = fit.step(step);
      folder.metrics.append({ step, kind: 'train', object: target.id, losses });
      stepsPerSecond = (1000 * step) / (performance.now() - began);
      const secondsLeft = (steps - step) / stepsPerSecond;
      observer.onStep?.({ step, steps, losses, stepsPerSecond, secondsLeft, object: target.name });
      if (signal?.aborted) return undefined;
      await setImmediate();
    }
    const seconds = (performance.now() - began) / 1000;
    const memoryMegabytes = Math.round(process.memoryUsage.rss() / 2 ** 20);
    folder.timings.append({
      step: steps,
      object: target.id,
      time: Date.now() / 1000,
      seconds,
      stepsPerSecond,
      memoryMegabytes,
    });
    if (isShown) {
      frames.push(frame(fit, target, start));
      await writeAnimation(folder.file('pictures', courseFile(target.id)), frames, {
        delayMilliseconds: 150,
      });
    }
    const mesh = fit.mesh();
    await writeInFileFrame(meshFile(folder, target.id), mesh, target);
    await folder.writeFound(target.id, fit.scene.numbers());
    const startsAtTruth =
      config.start.type === 'mesh' &&
      config.target.type === 'mesh' &&
      config.start.file === config.target.file;
    const scores = scoresOf(fit, mesh, target, startsAtTruth);
    disposeUnlessOf(start, mesh);
    folder.metrics.append({ step: steps, kind: 'validation', object: target.id, values: scores });
    return scores;
  } finally {
    fit.dispose();
    tf.dispose(tensorsOf(start));
  }
}

const courseFile = (id: string) => `${path.basename(id)}-course.png`;

/** Pictures of the course of a fit: close to one another at first, then ever farther apart. */
const courseFrames = 30;

function isFrame(step: number, steps: number): boolean {
  const frameOf = (done: number) => Math.floor((courseFrames * Math.log1p(done)) / Math.log1p(steps));
  return step === 1 || frameOf(step - 1) > frameOf(step - 2);
}

/** The mesh as it is now, from the first view that is held out. */
function frame(fit: Fit, { fitted, heldOut }: FitTarget, start: Mesh): Picture {
  const mesh = fit.mesh();
  const [{ camera }] = heldOut.length > 0 ? heldOut : fitted;
  const drawn = picture(mesh, camera, isPainted(mesh) ? fit.scene.shading : clay);
  disposeUnlessOf(start, mesh);
  return drawn;
}

function disposeUnlessOf(start: Mesh, mesh: Mesh): void {
  const kept = tensorsOf(start);
  tf.dispose(tensorsOf(mesh).filter((tensor) => !kept.includes(tensor)));
}

/** Writes a mesh where the target's own file has it. */
async function writeInFileFrame(path: string, mesh: Mesh, { toFile }: FitTarget): Promise<void> {
  const vertices = tf.tidy(() => mesh.vertices.mul(toFile.scale).add(tf.tensor1d([...toFile.offset])));
  await writeMesh(path, { ...mesh, vertices: vertices as tf.Tensor2D });
  vertices.dispose();
}

/** @param startsAtTruth whether the true pose of the start mesh is the one of its file */
function scoresOf(
  fit: Fit,
  mesh: Mesh,
  { fitted, heldOut, light }: FitTarget,
  startsAtTruth: boolean,
): Scores {
  const shading = isPainted(mesh) ? fit.scene.shading : undefined;
  const of = (views: FitTarget['fitted']) => scoreViews(mesh, shading, views);
  const own = of(fitted);
  const other = heldOut.length > 0 ? of(heldOut) : undefined;
  const numbers = fit.scene.numbers();
  return {
    iouFitted: own.iou,
    ...(other && {
      iouHeldOut: other.iou,
      ...(other.psnr !== undefined && { psnrHeldOut: other.psnr, colorHeldOut: other.color! }),
    }),
    ...(fit.scene.fitsPose &&
      startsAtTruth && {
        rotationDegrees: Math.hypot(...numbers.rotationDegrees),
        translation: Math.hypot(...numbers.translation),
      }),
    ...(light &&
      numbers.direction && {
        lampDegrees: angleDegrees(numbers.direction, light.direction),
      }),
  };
}

function angleDegrees(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, value, i) => sum + value * b[i], 0);
  return (Math.acos(Math.min(1, dot / (Math.hypot(...a) * Math.hypot(...b)))) * 180) / Math.PI;
}

const isPainted = ({ colors, materials }: Mesh) => colors !== undefined || (materials?.length ?? 0) > 0;

const headings = ['truth', 'fit', 'its shape'];

/** Three held-out views, or fitted ones where none is held out, of the mesh as the folder has it. */
async function pictureRow(
  { id, name, note, fitted, heldOut, toFile }: FitTarget,
  folder: RunFolder,
): Promise<PictureRow> {
  const read = await readMesh(meshFile(folder, id));
  const vertices = tf.tidy(
    () => read.vertices.sub(tf.tensor1d([...toFile.offset])).div(toFile.scale) as tf.Tensor2D,
  );
  const mesh = { ...read, vertices };
  const shading = await foundShading(folder, id);
  const pictures = spread(heldOut.length > 0 ? heldOut : fitted, 3).flatMap((view) => [
    truthPicture(view),
    picture(mesh, view.camera, isPainted(mesh) ? shading : clay),
    picture(mesh, view.camera, clay),
  ]);
  tf.dispose([...tensorsOf(read), vertices]);
  return { id, label: name, note, pictures, course: courseFile(id) };
}

/** The light that a fit found, to be used in a tidy; undefined where it looked for none. */
async function foundShading(folder: RunFolder, id: string): Promise<Shading | undefined> {
  const { ambient, color, direction, coefficients } = (await folder.readFound(id)) ?? {};
  if (coefficients) {
    return (scene) => sphericalHarmonics({ coefficients: tf.tensor2d(coefficients, [9, 3]) })(scene);
  }
  return direction && lampShading({ ambient, color, direction } as unknown as LampLight);
}

function fitResults(config: FitConfig, targets: readonly FitTarget[], done: Map<string, Scores>): Results {
  const rows: ResultRow[] = targets.map(({ id, name }) => ({
    label: name,
    kind: 'model',
    values: done.get(id)!,
  }));
  const known = columns.filter(({ key }) => rows.some(({ values }) => values[key] !== undefined));
  const median: ResultRow = {
    label: 'median',
    kind: 'model',
    values: Object.fromEntries(
      known.map(({ key }) => [key, medianOf(rows.map(({ values }) => values[key]))]),
    ),
  };
  const [{ fitted, heldOut }] = targets;
  const note =
    `Fitted to ${fitted.length} pictures each; silhouettes and colours compared in ` +
    (heldOut.length > 0 ? `${heldOut.length} others.` : 'the same.');
  return {
    title: config.name,
    tables: [
      {
        title: 'Fitted meshes',
        note,
        columns: known,
        rows: rows.length > 1 ? [...rows, median] : rows,
        ranked: false,
      },
    ],
  };
}

function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)];
}
