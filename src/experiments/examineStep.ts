// Looks once more at a step that diverged, from its saved state: the same picture, points and weights, and so the same losses.

import { existsSync } from 'node:fs';
import { FileError } from '../../renderer/errors.ts';
import type { MeshPredictor } from '../models/index.ts';
import { openRun } from '../runs/runFolder.ts';
import { readCheckpoint } from '../training/checkpoint.ts';
import { divergenceOf, type StepFindings } from '../training/divergence.ts';
import type { Trainer } from '../training/trainer.ts';
import { lossLimit } from '../training/trainingState.ts';
import { divergedState } from './divergedStep.ts';
import { useExperimentBackend } from './experimentBackend.ts';
import { openConfiguredDataset } from './objects.ts';
import { makeModel } from './train.ts';
import { makeTrainer } from './trainingRun.ts';

/**
 * Losses and gradients of step `step` of a run, at which it diverged; nothing is moved or written.
 *
 * @returns what `diverged/step-NNNNNN/step.json` has; `reason` is undefined where the losses do not diverge now
 * @throws FileError where the folder is no run of a training, or has nothing saved of that step
 */
export async function examineStep(
  run: string,
  step: number,
): Promise<StepFindings & { reason: string | undefined }> {
  const folder = openRun(run);
  const config = await folder.readConfig();
  if (config.task !== 'train') throw new FileError(run, `a run of task "${config.task}" has no training`);
  const file = divergedState(folder, step);
  if (!existsSync(file)) throw new FileError(file, 'no such file: the run did not diverge at that step');
  await useExperimentBackend(config.backend, { math: config.math, threads: config.threads });
  const dataset = await openConfiguredDataset(config);
  let model: MeshPredictor | undefined;
  let trainer: Trainer | undefined;
  try {
    model = makeModel(config, dataset);
    trainer = makeTrainer({ config, dataset, model });
    const { optimizer, poses } = trainer;
    const state = await readCheckpoint(file, { model, optimizer, poses });
    const findings = trainer.examine(step);
    return {
      ...findings,
      reason: divergenceOf(findings.losses, lossLimit(state, config.training.divergenceFactor)),
    };
  } finally {
    trainer?.dispose();
    model?.dispose();
    await dataset.close();
  }
}
