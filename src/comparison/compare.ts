// A whole comparison, from its config to its numbers.

import { mathInUse, threadsInUse } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import type { CompareConfig } from '../config/schema/index.ts';
import { useExperimentBackend } from '../experiments/experimentBackend.ts';
import { describeEnvironment } from '../runs/environment.ts';
import { measureBias } from './bias.ts';
import { runDescents } from './descent.ts';
import { comparedLosses } from './losses.ts';
import { measureScene } from './measure.ts';
import { comparedMethod, summarizeMethods } from './methods.ts';
import { scenePictures } from './pictures.ts';
import type { Comparison, Timings } from './results.ts';
import { roundNumbers } from './round.ts';
import { buildScenes } from './scenes/index.ts';
import { timeScene } from './timing.ts';

export interface CompareOptions {
  /** The command line that makes the comparison again, for the page. */
  command?: string;
  /** What is being done, and how much of it is done. */
  onProgress?: (what: string, done: number, total: number) => void;
  /** Awaited once everything in the config is known to be good, before the work begins. */
  onReady?: () => Promise<void>;
}

export interface CompareResult {
  /** The same for the same config. */
  comparison: Comparison;
  /** May differ from run to run. */
  timings: Timings;
}

/**
 * Compares gradients as `config` says. Numbers are rounded to six digits.
 *
 * @throws ArgumentError for an unknown scene, a method that is there twice, or nothing to compare; FileError for a mesh that cannot be
 * read.
 */
export async function compareGradients(
  config: CompareConfig,
  { command = '', onProgress, onReady }: CompareOptions = {},
): Promise<CompareResult> {
  const { seed, target, cases } = config;
  const losses = [...new Set(config.losses)];
  const resolutions = [...new Set(config.resolutions)].sort((a, b) => a - b);
  const summaries = summarizeMethods(config.methods);
  const methods = summaries.map(comparedMethod);
  const backend = await useExperimentBackend(config.backend, {
    math: config.math,
    threads: config.threads,
  });
  const scenes = await buildScenes(config.scenes, config.meshes, { seed, cases });
  const [shape, ...others] = await buildScenes([config.descent.shape], [], { seed, cases: 1 });
  if (others.length > 0) {
    throw new ArgumentError(`descent.shape is "${config.descent.shape}": expected a single scene`);
  }
  if (scenes.length === 0 && config.bias.cases === 0 && config.descent.scenes.length === 0) {
    throw new ArgumentError('nothing to compare: no scenes, no descents, and bias.cases is 0');
  }
  await onReady?.();

  const comparison: Comparison = {
    title: config.name,
    description: config.description,
    command,
    seed,
    scenes: scenes.map(({ name, title, description, cases }) => ({
      name,
      title,
      description,
      vertexCount: cases[0].start.topology.vertexCount,
      faceCount: cases[0].start.topology.faceCount,
      cases: cases.length,
    })),
    methods: summaries,
    resolutions,
    losses,
    measurements: [],
    bias: [],
    descents: [],
    pictures: [],
  };
  const timings: Timings = {
    environment: await describeEnvironment(
      backend,
      backend === 'wasm' ? { math: mathInUse(), threads: threadsInUse() } : undefined,
    ),
    measurements: [],
    descents: [],
  };
  const layer = losses.some((loss) => comparedLosses[loss].layer === 'image') ? 'image' : 'silhouette';
  for (const scene of scenes) {
    const progress = (done: number, total: number) => onProgress?.(scene.title, done, total);
    comparison.measurements.push(
      ...measureScene(scene, { methods, resolutions, losses, target, onProgress: progress }),
    );
    timings.measurements.push(...(await timeScene(scene, { methods, resolutions, layer })));
    const { resolution } = config.pictures;
    if (resolution > 0) {
      const drawn = (done: number, total: number) => onProgress?.(`${scene.title}: pictures`, done, total);
      comparison.pictures.push(
        await scenePictures(scene, { methods, resolution, loss: losses[0], target, onProgress: drawn }),
      );
    }
  }
  if (config.bias.cases > 0) {
    comparison.bias = measureBias({
      methods,
      resolutions,
      cases: config.bias.cases,
      seed,
      onProgress: (done, total) => onProgress?.('Bias', done, total),
    });
  }
  const descents = runDescents({
    ...config.descent,
    shape: shape.cases[0].start,
    methods,
    onProgress: (done, total) => onProgress?.('Descents', done, total),
  });
  comparison.descents = descents.descents;
  timings.descents = descents.timings;
  return { comparison: roundNumbers(comparison), timings: roundNumbers(timings) };
}
