// Evaluations that are kept in the run's folder: evaluations/SPLIT-CHECKPOINT-HASH.json, a file for each set of weights and everything
// that was asked of them. results.json stays as the run left it.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import { atomicWrite } from '../../renderer/io/atomicWrite.ts';
import { makeFolder, readFileText, toFileError } from '../../renderer/io/files.ts';
import { datasetFolder } from '../datasets/index.ts';
import type { Results } from '../runs/results.ts';
import { type EvaluateOptions, evaluateRun, evaluationConfig } from './evaluate.ts';
import { openTrainedRun } from './trainedModel.ts';

/** Contents of the file. */
interface KeptEvaluation {
  /** Checkpoint, and hash of its file. */
  checkpoint: string;
  sha256: string;
  /** Hash of the data set's description. */
  dataset?: string;
  split: 'validation' | 'test';
  /** As in the config, but for what was asked. */
  evaluation: object;
  results: Results;
}

/**
 * Where the evaluation is kept, which need not be there.
 *
 * @throws FileError where the folder is no run with a trained model
 */
export async function evaluationFile(run: string, options: EvaluateOptions = {}): Promise<string> {
  return (await describe(run, options)).file;
}

/** What is kept in the file; undefined where it is not there. @throws FileError where it is something else */
export async function readEvaluation(file: string): Promise<Results | undefined> {
  if (!existsSync(file)) return undefined;
  const text = await readFileText(file);
  try {
    const { results } = JSON.parse(text) as KeptEvaluation;
    if (Array.isArray(results?.tables)) return results;
  } catch {
    // As below.
  }
  throw new FileError(file, 'is no evaluation that was kept; remove it to evaluate again');
}

/** As `evaluateRun`, but reads the results where they are kept, and keeps them where they are not. @throws as `evaluateRun` */
export async function keptEvaluation(run: string, options: EvaluateOptions = {}): Promise<Results> {
  const { file, asked } = await describe(run, options);
  const kept = await readEvaluation(file);
  if (kept) {
    for (const table of kept.tables) options.observer?.onTable?.(table);
    return kept;
  }
  const results = await evaluateRun(run, options);
  await makeFolder(path.dirname(file));
  await atomicWrite(file, `${JSON.stringify({ ...asked, results } satisfies KeptEvaluation, null, 2)}\n`);
  return results;
}

async function hashOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error) => {
    throw toFileError(file, error);
  });
  return createHash('sha256').update(bytes).digest('hex');
}

async function describe(
  run: string,
  options: EvaluateOptions,
): Promise<{ file: string; asked: Omit<KeptEvaluation, 'results'> }> {
  const { folder, config, checkpoint } = await openTrainedRun(run, options.checkpoint);
  const { checkpoint: _, split, ...evaluation } = evaluationConfig(config, options);
  const dataset = path.join(await datasetFolder(config.dataset.name), 'dataset.json');
  const asked = {
    checkpoint: path.basename(checkpoint, '.safetensors'),
    sha256: await hashOf(checkpoint),
    // Layouts of others have no such file.
    dataset: existsSync(dataset) ? await hashOf(dataset) : undefined,
    split,
    evaluation,
  };
  const hash = createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 8);
  return { file: folder.file('evaluations', `${split}-${asked.checkpoint}-${hash}.json`), asked };
}
