// Checkpoints: one safetensors file, written whole or not at all, with everything that a training needs to go on as if it had never
// stopped: weights, their average, the optimiser's moments and the training's state. The rest follows from the config and the number
// of the step: the learning rate, the order of the data, every random number.

import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import { syncFolder } from '../../renderer/io/atomicWrite.ts';
import type { MeshPredictor } from '../models/index.ts';
import type { Adam, NamedVariable } from '../tensor/adam.ts';
import {
  readSafetensors,
  type SafeTensor,
  type SafeTensors,
  writeSafetensors,
} from '../tensor/safetensors.ts';
import type { PoseRefinement } from './poseRefinement.ts';
import { formatState, type TrainingState } from './trainingState.ts';
import type { WeightAverage } from './weightAverage.ts';

const format = 'rastergrad checkpoint 1';
const fileName = /^step-(\d+)\.safetensors$/;

/** What a checkpoint is written from and read into. */
export interface CheckpointParts {
  model: MeshPredictor;
  optimizer: Adam;
  /** Where the training keeps one. */
  average?: WeightAverage;
  /** Cameras that are learnt with the model. */
  poses?: PoseRefinement;
}

/** The checkpoint of a step, in the folder of a run's checkpoints. */
export const checkpointFile = (folder: string, step: number): string =>
  path.join(folder, `step-${String(step).padStart(6, '0')}.safetensors`);

/** The checkpoint after the best validation. */
export const bestCheckpoint = (folder: string): string => path.join(folder, 'best.safetensors');

/**
 * Writes tensors `model.*`, `average.*` where there is one, `supervision.poses` where cameras are learnt, `adam.m` and `adam.v`; the state
 * is JSON among the file's texts. It is on the disk when this returns.
 */
export async function writeCheckpoint(
  file: string,
  { model, optimizer, average, poses, state }: CheckpointParts & { state: TrainingState },
): Promise<void> {
  const tensors: Record<string, SafeTensor> = {};
  for (const { name, variable } of model.parameters.list()) {
    tensors[`model.${name}`] = {
      dtype: 'F32',
      shape: variable.shape,
      data: variable.dataSync() as Float32Array,
    };
  }
  for (const { name, shape, data } of average?.list() ?? []) {
    tensors[`average.${name}`] = { dtype: 'F32', shape, data };
  }
  for (const { name, variable } of poses?.variables ?? []) {
    tensors[`supervision.${name}`] = {
      dtype: 'F32',
      shape: variable.shape,
      data: variable.dataSync() as Float32Array,
    };
  }
  const { m, v, step: updates } = optimizer.state();
  tensors['adam.m'] = { dtype: 'F32', shape: [m.length], data: m };
  tensors['adam.v'] = { dtype: 'F32', shape: [v.length], data: v };
  await writeSafetensors(file, tensors, {
    format,
    step: String(state.step),
    updates: String(updates),
    state: formatState(state),
  });
  await syncFolder(path.dirname(file));
}

/**
 * Reads everything that a training goes on from.
 *
 * @throws FileError, before anything has changed, where the file is none, is cut off, is of another model, or lacks what a training needs
 */
export async function readCheckpoint(
  file: string,
  { model, optimizer, average, poses }: CheckpointParts,
): Promise<TrainingState> {
  const { tensors, metadata } = await readTensors(file);
  const parameters = model.parameters.list();
  const weights = arraysOf(tensors, 'model', parameters, file);
  const [m, v] = ['adam.m', 'adam.v'].map((name) => tensors[name]?.data as Float32Array | undefined);
  if (!m || !v || !metadata.state)
    throw new FileError(file, 'has weights, but no training state to go on from');
  if (average && !hasAverage(tensors))
    throw new FileError(file, 'has no average of weights to go on from (training.ema)');
  const cameras = poses && arraysOf(tensors, 'supervision', poses.variables, file);
  const { length } = optimizer.state().m;
  for (const [name, moments] of Object.entries({ 'adam.m': m, 'adam.v': v })) {
    if (moments.length === length) continue;
    throw new FileError(
      file,
      `of another training: "${name}" has ${moments.length} elements, expected ${length}`,
    );
  }
  const state = JSON.parse(metadata.state) as TrainingState;
  average?.restore(arraysOf(tensors, 'average', parameters, file));
  if (cameras) poses.assign(cameras[0]);
  assign(model, weights);
  optimizer.restore({ step: Number(metadata.updates), m, v });
  return state;
}

/**
 * Gives a model the weights of a checkpoint that are meant for use: the averaged ones where it has some.
 *
 * @returns the step after which the checkpoint was written
 * @throws FileError where the file is none, is cut off, or is of another model
 */
export async function readWeights(file: string, model: MeshPredictor): Promise<number> {
  const { tensors, metadata } = await readTensors(file);
  const group = hasAverage(tensors) ? 'average' : 'model';
  assign(model, arraysOf(tensors, group, model.parameters.list(), file));
  return Number(metadata.step);
}

async function readTensors(file: string): Promise<SafeTensors> {
  const read = await readSafetensors(file);
  if (read.metadata.format !== format) {
    throw new FileError(file, `not a checkpoint: expected format "${format}"`);
  }
  return read;
}

const hasAverage = (tensors: SafeTensors['tensors']): boolean =>
  Object.keys(tensors).some((name) => name.startsWith('average.'));

/** The tensors `group.*`, which must be those of the parameters, in their order. */
function arraysOf(
  tensors: SafeTensors['tensors'],
  group: 'model' | 'average' | 'supervision',
  parameters: readonly NamedVariable[],
  file: string,
): Float32Array[] {
  const expected = new Map(parameters.map(({ name, variable }) => [`${group}.${name}`, variable]));
  for (const [name, variable] of expected) {
    const found = tensors[name]?.shape;
    if (!found) throw new FileError(file, `of another model: it has no tensor "${name}"`);
    if (found.join() !== variable.shape.join()) {
      throw new FileError(
        file,
        `of another model: "${name}" has shape [${found}], expected [${variable.shape}]`,
      );
    }
  }
  const stranger = Object.keys(tensors).find((name) => name.startsWith(`${group}.`) && !expected.has(name));
  if (stranger) throw new FileError(file, `of another model: it has a tensor "${stranger}" too many`);
  return Array.from(expected.keys(), (name) => tensors[name].data as Float32Array);
}

function assign({ parameters }: MeshPredictor, weights: readonly Float32Array[]): void {
  for (const [i, { variable }] of parameters.list().entries()) parameters.assign(variable, weights[i]);
}

/** The checkpoint with the highest step; undefined where there is none. */
export async function latestCheckpoint(folder: string): Promise<string | undefined> {
  const steps = await checkpointSteps(folder);
  return steps.length > 0 ? checkpointFile(folder, steps.at(-1)!) : undefined;
}

/**
 * Removes all but the last one and the last `keep` of those that are there to last (the best stays, too).
 *
 * @param lasts tells steps at which the config asks for a checkpoint from those at which a run was interrupted
 */
export async function pruneCheckpoints(
  folder: string,
  keep: number,
  lasts: (step: number) => boolean,
): Promise<void> {
  const steps = await checkpointSteps(folder);
  const kept = [...steps.filter(lasts).slice(-keep), steps.at(-1)];
  await remove(
    folder,
    steps.filter((step) => !kept.includes(step)),
  );
}

/** Removes the checkpoints after `step`. */
export async function removeCheckpointsAfter(folder: string, step: number): Promise<void> {
  const later = (await checkpointSteps(folder)).filter((other) => other > step);
  await remove(folder, later);
  await syncFolder(folder);
}

async function remove(folder: string, steps: readonly number[]): Promise<void> {
  for (const step of steps) await rm(checkpointFile(folder, step), { force: true });
}

/** Steps of the checkpoints in a folder, ascending. */
export async function checkpointSteps(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .flatMap((name) => (fileName.test(name) ? [Number(fileName.exec(name)![1])] : []))
    .sort((a, b) => a - b);
}
