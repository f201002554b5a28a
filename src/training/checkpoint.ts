// Checkpoints: weights and optimiser state in one safetensors file, written whole or not at all. Everything else that a run needs
// to go on follows from its config and the number of the step.

import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import type { MeshPredictor } from '../models/index.ts';
import type { Adam } from '../tensor/adam.ts';
import { readSafetensors, type SafeTensor, writeSafetensors } from '../tensor/safetensors.ts';
import type { PoseRefinement } from './poseRefinement.ts';

const format = 'rastergrad checkpoint 1';
const fileName = /^step-(\d+)\.safetensors$/;

export interface CheckpointParts {
  model: MeshPredictor;
  /** Left out where only the weights matter. */
  optimizer?: Adam;
  /** Cameras that are learnt with the model. */
  poses?: PoseRefinement;
}

/** Writes `folder/step-NNNNNN.safetensors`: tensors `model.*`, `supervision.poses` where cameras are learnt, `adam.m`, `adam.v`. */
export async function writeCheckpoint(
  folder: string,
  { step, model, optimizer, poses }: CheckpointParts & { step: number; optimizer: Adam },
): Promise<void> {
  const tensors: Record<string, SafeTensor> = {};
  for (const { name, variable } of model.parameters.list()) {
    tensors[`model.${name}`] = {
      dtype: 'F32',
      shape: variable.shape,
      data: variable.dataSync() as Float32Array,
    };
  }
  for (const { name, variable } of poses?.variables ?? []) {
    tensors[`supervision.${name}`] = {
      dtype: 'F32',
      shape: variable.shape,
      data: variable.dataSync() as Float32Array,
    };
  }
  const { m, v } = optimizer.state();
  tensors['adam.m'] = { dtype: 'F32', shape: [m.length], data: m };
  tensors['adam.v'] = { dtype: 'F32', shape: [v.length], data: v };
  const file = path.join(folder, `step-${String(step).padStart(6, '0')}.safetensors`);
  await writeSafetensors(file, tensors, { format, step: String(step) });
}

/**
 * Reads weights, and the optimiser's state where one is given.
 *
 * @returns the step after which the checkpoint was written
 * @throws FileError where the file is none, is cut off, or is of another model
 */
export async function readCheckpoint(
  file: string,
  { model, optimizer, poses }: CheckpointParts,
): Promise<number> {
  const { tensors, metadata } = await readSafetensors(file);
  if (metadata.format !== format) throw new FileError(file, `not a checkpoint: expected format "${format}"`);
  const parameters = model.parameters.list();
  const expected = new Map(parameters.map(({ name, variable }) => [`model.${name}`, variable]));
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
  const stranger = Object.keys(tensors).find((name) => name.startsWith('model.') && !expected.has(name));
  if (stranger) throw new FileError(file, `of another model: it has a tensor "${stranger}" too many`);
  for (const [name, variable] of expected)
    model.parameters.assign(variable, tensors[name].data as Float32Array);

  for (const { name, variable } of poses?.variables ?? []) {
    const found = tensors[`supervision.${name}`];
    if (found?.shape.join() !== variable.shape.join()) {
      throw new FileError(file, 'has other cameras of supervising pictures than this run learns');
    }
    poses!.assign(found.data as Float32Array);
  }

  const step = Number(metadata.step);
  if (optimizer) {
    const [m, v] = ['adam.m', 'adam.v'].map((name) => tensors[name]?.data as Float32Array | undefined);
    if (!m || !v) throw new FileError(file, 'has weights, but no optimiser state to go on from');
    optimizer.restore({ step, m, v });
  }
  return step;
}

/** The checkpoint with the highest step; undefined where there is none. */
export async function latestCheckpoint(folder: string): Promise<string | undefined> {
  const names = await checkpointNames(folder);
  return names.length > 0 ? path.join(folder, names.at(-1)!) : undefined;
}

/** Removes all but the last `keep` checkpoints, and what a killed process left half written. */
export async function pruneCheckpoints(folder: string, keep: number): Promise<void> {
  const outdated = (await checkpointNames(folder)).slice(0, -keep);
  const unfinished = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.tmp'));
  for (const name of [...outdated, ...unfinished]) await rm(path.join(folder, name), { force: true });
}

/** In order of their steps. */
async function checkpointNames(folder: string): Promise<string[]> {
  const stepOf = (name: string) => Number(fileName.exec(name)![1]);
  const names = await readdir(folder).catch(() => [] as string[]);
  return names.filter((name) => fileName.test(name)).sort((a, b) => stepOf(a) - stepOf(b));
}
