// The folder that a run fills. Everything in it is the same, byte for byte, for the same config, seed and back end, but for
// environment.json, timings.jsonl, and what shows those too: the event file, whose events have wall times, and the report.
//
//   config.resolved.yaml   the config with all its defaults: `rastergrad run` on it repeats the run
//   config.parent.yaml     the config that it is a variant of, where there is one
//   environment.json       versions, machine, back end
//   input.json             what pictures the network takes
//   metrics.jsonl          losses and validations, a line each;  timings.jsonl  speed and memory
//   results.json           final tables                          pictures/      PNG files and index.json
//   meshes/                meshes, and what a fit found beside   checkpoints/   weights and state, to resume from
//   diverged/              steps that must not be done, with the state before them
//   bad-samples.jsonl      files that could not be read, and why, where the config lets them be skipped
//   report.html            all of it on one page                predictions/   what `rastergrad predict` makes
//   evaluations/           what `rastergrad evaluate` keeps: results like results.json; beside them, where they were launched, what
//                          was said and when (.log, .exit, .jobs)
//   events.out.tfevents.rastergrad    the same for TensorBoard, made of metrics.jsonl and timings.jsonl as the run goes on

import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import { atomicWrite } from '../../renderer/io/atomicWrite.ts';
import { makeFolder, readFileText, toFileError } from '../../renderer/io/files.ts';
import { formatConfig, loadConfig } from '../config/config.ts';
import type { ExperimentConfig } from '../config/schema/index.ts';
import type { BadFile } from '../datasets/badSamples.ts';
import { describeEnvironment, type Engine, type Environment } from './environment.ts';
import { JsonLines } from './jsonLines.ts';
import type { NetworkInput } from './networkInput.ts';
import type { MetricsRecord, PictureIndex, Results, TimingsRecord } from './results.ts';

const CONFIG = 'config.resolved.yaml';
const PARENT = 'config.parent.yaml';
const FOLDERS = ['pictures', 'meshes', 'checkpoints'] as const;

/**
 * Makes a fresh folder `root/name` for a run, or `name-2`, `name-3`, … where that exists: never one that is there already, even
 * when several runs start at once.
 *
 * @throws FileError where nothing can be written.
 */
export async function createRun({ root, name }: { root: string; name: string }): Promise<RunFolder> {
  await makeFolder(root);
  for (let number = 1; ; number++) {
    const folder = path.join(root, number === 1 ? name : `${name}-${number}`);
    try {
      await mkdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw toFileError(folder, error);
    }
    return fillRun(folder);
  }
}

/**
 * Makes the folder of a run that has yet to begin at exactly this path: `rastergrad run --resume` on it begins the run.
 *
 * @throws FileError where nothing can be written.
 */
export async function prepareRun(
  folder: string,
  config: ExperimentConfig,
  parent?: ExperimentConfig,
): Promise<RunFolder> {
  await makeFolder(folder);
  const run = await fillRun(folder);
  await run.writeConfig(config, parent);
  return run;
}

async function fillRun(folder: string): Promise<RunFolder> {
  for (const inner of FOLDERS) await makeFolder(path.join(folder, inner));
  return new RunFolder(folder);
}

/**
 * Opens the folder of an earlier run.
 *
 * @throws FileError where it is none.
 */
export function openRun(folder: string): RunFolder {
  if (!existsSync(folder)) throw new FileError(folder, 'no such folder');
  if (!existsSync(path.join(folder, CONFIG)))
    throw new FileError(folder, `not a run folder: it has no ${CONFIG}`);
  return new RunFolder(folder);
}

/** Paths and files of one run. Made by `createRun` and `openRun`. */
export class RunFolder {
  readonly path: string;
  readonly metrics: JsonLines<MetricsRecord>;
  readonly timings: JsonLines<TimingsRecord>;
  readonly badSamples: JsonLines<BadFile & { step?: undefined }>;

  constructor(folder: string) {
    this.path = folder;
    this.metrics = new JsonLines(this.file('metrics.jsonl'));
    this.timings = new JsonLines(this.file('timings.jsonl'));
    this.badSamples = new JsonLines(this.file('bad-samples.jsonl'));
  }

  /** The path of a file in the folder: `file('meshes', 'chair.obj')`. */
  file(...parts: string[]): string {
    return path.join(this.path, ...parts);
  }

  /** @param parent what it is a variant of */
  async writeConfig(config: ExperimentConfig, parent?: ExperimentConfig): Promise<void> {
    if (parent) await atomicWrite(this.file(PARENT), formatConfig(parent));
    await atomicWrite(this.file(CONFIG), formatConfig(config));
  }

  async readConfig(): Promise<ExperimentConfig> {
    return loadConfig(this.file(CONFIG));
  }

  /** Undefined where the config is a variant of none. */
  async readParent(): Promise<ExperimentConfig | undefined> {
    return existsSync(this.file(PARENT)) ? loadConfig(this.file(PARENT)) : undefined;
  }

  /** Writes environment.json; `backend` is the name of the tensor back end in use. */
  async writeEnvironment(backend: string, engine?: Engine): Promise<void> {
    await this.#writeJson('environment.json', await describeEnvironment(backend, engine));
  }

  /** Undefined where the run has none yet. */
  async readEnvironment(): Promise<Environment | undefined> {
    return this.#readJson<Environment>('environment.json');
  }

  async writeInput(input: NetworkInput): Promise<void> {
    await this.#writeJson('input.json', input);
  }

  /** Undefined where the run has no network, or is of an old version. */
  async readInput(): Promise<NetworkInput | undefined> {
    return this.#readJson<NetworkInput>('input.json');
  }

  async writeResults(results: Results): Promise<void> {
    await this.#writeJson('results.json', results);
  }

  /** Undefined where the run has not come to its end. */
  async readResults(): Promise<Results | undefined> {
    return this.#readJson<Results>('results.json');
  }

  /** Writes meshes/ID.json: numbers that a fit found beside the mesh, such as its light. */
  async writeFound(id: string, numbers: Record<string, number[]>): Promise<void> {
    await this.#writeJson(path.join('meshes', path.basename(`${id}.json`)), numbers);
  }

  /** Undefined where there are none. */
  async readFound(id: string): Promise<Record<string, number[]> | undefined> {
    return this.#readJson(path.join('meshes', path.basename(`${id}.json`)));
  }

  async writePictureIndex(index: PictureIndex): Promise<void> {
    await this.#writeJson(path.join('pictures', 'index.json'), index);
  }

  /** Without groups where the run has no pictures yet. */
  async readPictureIndex(): Promise<PictureIndex> {
    const name = path.join('pictures', 'index.json');
    const index = (await this.#readJson<PictureIndex>(name)) ?? { groups: [] };
    if (!Array.isArray(index?.groups)) throw new FileError(this.file(name), 'expected groups, a list');
    return index;
  }

  /** Removes what a killed process left half written of the run, not of what is made of it later. */
  async removeUnfinished(): Promise<void> {
    const names = await readdir(this.path, { recursive: true });
    const unfinished = names.filter((name) => /^(?!predictions|evaluations).*\.tmp$/.test(name));
    for (const name of unfinished) await rm(this.file(name), { force: true });
  }

  async #writeJson(name: string, value: unknown): Promise<void> {
    await atomicWrite(this.file(name), `${JSON.stringify(value, null, 2)}\n`);
  }

  async #readJson<Value>(name: string): Promise<Value | undefined> {
    const file = this.file(name);
    if (!existsSync(file)) return undefined;
    try {
      return JSON.parse(await readFileText(file)) as Value;
    } catch (error) {
      throw error instanceof SyntaxError ? new FileError(file, `not valid JSON: ${error.message}`) : error;
    }
  }
}
