// A step that diverged, kept to be looked at: diverged/step-NNNNNN/ in the run's folder has the training as it was before the step
// (state.safetensors, a checkpoint) and what the step worked on and came to (step.json).

import path from 'node:path';
import { ArgumentError } from '../../renderer/errors.ts';
import { atomicWrite } from '../../renderer/io/atomicWrite.ts';
import { makeFolder } from '../../renderer/io/files.ts';
import type { RunFolder } from '../runs/runFolder.ts';
import type { DivergenceError } from '../training/divergence.ts';

const stepFolder = (folder: RunFolder, step: number): string =>
  folder.file('diverged', `step-${String(step).padStart(6, '0')}`);

/** The checkpoint before a step that diverged. */
export const divergedState = (folder: RunFolder, step: number): string =>
  path.join(stepFolder(folder, step), 'state.safetensors');

/**
 * @param write writes a checkpoint of the training as it is
 * @returns the folder with the files
 */
export async function writeDivergedStep(
  folder: RunFolder,
  { reason, findings }: DivergenceError,
  write: (file: string) => Promise<void>,
): Promise<string> {
  const { step, ...found } = findings;
  const inside = stepFolder(folder, step);
  await makeFolder(inside);
  await write(divergedState(folder, step));
  const text = JSON.stringify({ step, reason, ...found }, notFiniteAsText, 2);
  await atomicWrite(path.join(inside, 'step.json'), `${text}\n`);
  return inside;
}

/** The error that ends a run at a step that diverged. */
export function stopAt({ message }: DivergenceError, saved: string, note?: string): ArgumentError {
  return new ArgumentError(`${message}; ${note ? `${note}; ` : ''}${saved} has the state before it`);
}

/** JSON has no NaN. */
const notFiniteAsText = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
