// Builds a large data set from a collection of models: any number of threads, and of processes at the same time, each object on its own;
// what is done is done, however the build ends. The last call joins the objects to a data set. The same collection and options give the
// same folder, byte for byte.

import { createHash } from 'node:crypto';
import { access, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ArgumentError, FileError } from '../../../renderer/errors.ts';
import { makeFolder, readFileText, toFileError } from '../../../renderer/io/files.ts';
import { atomicWrite } from '../../../renderer/io/index.ts';
import { readDatasetFile } from '../folder.ts';
import { type DatasetFile2, depthPath, meshPath, pointsPath, viewsPath } from '../format.ts';
import type { BuildListener, BuildOptions, BuildParts, BuildResult, Shard } from '../source.ts';
import { WorkerPool } from '../workerPool.ts';
import type { BuildAnswer, BuildTask } from './buildWorker.ts';
import type { ModelCollection, ModelEntry } from './collection.ts';
import { collections } from './collections.ts';
import { joinObjects } from './joinObjects.ts';
import { type ObjectManifest, readManifest } from './objectManifest.ts';
import { obtainPackage } from './obtain.ts';
import { requireInteger } from './requireInteger.ts';
import { rigNames } from './rigs.ts';

/** Counts up whenever the same options give other files. */
const recipe = 1;

/** What one collection's data set has of its own. */
export interface CollectionSet {
  /** Also the name of its collection. */
  name: string;
  /** One sentence for dataset.json. */
  description: string;
  /** Where the models come from: opens ATTRIBUTION.md. */
  credits: string;
  /** Debian package of the source; without one, the source is to be given. */
  debianPackage?: string;
  /** What the source is, for people. */
  sourceHelp: string;
  /** Whether models come in liveries. */
  hasLiveries: boolean;
}

const defaults = { size: 128, points: 16_384, rig: 'ring', liveries: 4 } as const;

/** As `DatasetSource.build`. */
export async function buildCollection(
  set: CollectionSet,
  asked: BuildOptions,
  { onProgress = () => {}, onNote }: BuildListener = {},
): Promise<BuildResult> {
  const { output, shard } = asked;
  const workers = asked.workers ?? availableParallelism();
  requireInteger('workers', workers, 1, 1024);
  const opened = await openBuild(set, asked, onNote);
  if ('present' in opened) return opened.present;

  const { collection, task } = opened;
  await buildMissing(shard ? entriesOf(collection, shard) : collection.entries, task, workers, onProgress);

  const manifests = await manifestsOf(output, collection.entries, task.build);
  if (shard && shard.count > 1) {
    const objects = manifests.filter((manifest) => manifest && 'object' in manifest).length;
    return { state: 'part', objects, leftOut: manifests.filter((m) => m && 'leftOut' in m).length };
  }
  const missing = collection.entries.find((_, i) => !manifests[i]);
  if (missing) throw new FileError(output, `the object ${missing.id} went missing; build again`);
  return joinObjects(output, manifests as ObjectManifest[], collection, { ...set, build: opened.build });
}

/** As `DatasetSource.parts`. */
export async function collectionParts(
  set: CollectionSet,
  asked: BuildOptions,
  count: number,
  { onNote }: BuildListener = {},
): Promise<BuildParts | undefined> {
  const opened = await openBuild(set, { ...asked, shard: { index: 1, count } }, onNote);
  if ('present' in opened) return undefined;
  const { collection, task } = opened;
  const parts = Array.from({ length: count }, (_, i) => entriesOf(collection, { index: i + 1, count }));
  return {
    source: task.source,
    total: collection.entries.length,
    async missing() {
      // What is done stays so, and need not be looked at again.
      for (const [i, entries] of parts.entries()) {
        const manifests = await manifestsOf(task.folder, entries, task.build);
        parts[i] = entries.filter((_, k) => !manifests[k]);
      }
      return parts.map(({ length }) => length);
    },
  };
}

interface OpenBuild {
  /** The options as dataset.json keeps them. */
  build: ReturnType<typeof buildFields>;
  collection: ModelCollection;
  task: BuildTask;
}

/** Checks the options, gets the source and claims the folder; or says that the data set is there already. */
async function openBuild(
  set: CollectionSet,
  asked: BuildOptions,
  onNote: BuildListener['onNote'],
): Promise<OpenBuild | { present: BuildResult }> {
  const { output } = asked;
  const build = buildFields(set, asked);
  const present = await presentResult(output, build);
  if (present) return { present };
  const source = await sourceOf(set, asked.source, onNote);
  const whole = await collections[set.name](source, { liveries: build.liveries });
  const collection = ofCategories(whole, asked.categories);
  const hash = await claimFolder(output, build, collection.sources);
  return { build, collection, task: { ...build, collection: set.name, source, folder: output, build: hash } };
}

/** The models of a part: every n-th. */
const entriesOf = ({ entries }: ModelCollection, { index, count }: Shard): readonly ModelEntry[] =>
  entries.filter((_, i) => i % count === index - 1);

async function sourceOf(
  { name, debianPackage, sourceHelp }: CollectionSet,
  source: string | undefined,
  onNote: BuildListener['onNote'],
): Promise<string> {
  if (debianPackage) return obtainPackage(debianPackage, { source, onNote });
  if (source !== undefined) return source;
  throw new ArgumentError(`${name} needs a source: ${sourceHelp}`);
}

/** The models of some categories; all where none are named. */
function ofCategories(collection: ModelCollection, categories: readonly string[] = []): ModelCollection {
  if (categories.length === 0) return collection;
  const known = [...new Set(collection.entries.map(({ category }) => category))].sort();
  const strange = categories.find((category) => !known.includes(category));
  if (strange) {
    throw new ArgumentError(`categories has "${strange}", expected some of ${known.join(', ')}`);
  }
  const entries = collection.entries.filter(({ category }) => categories.includes(category));
  return { ...collection, entries, leftOut: [] };
}

/** The options as dataset.json keeps them, checked. */
function buildFields(
  set: CollectionSet,
  { size, points, rig, liveries, shard, categories = [] }: BuildOptions,
) {
  const fields = {
    recipe,
    size: size ?? defaults.size,
    points: points ?? defaults.points,
    rig: rig ?? defaults.rig,
    liveries: set.hasLiveries ? (liveries ?? defaults.liveries) : 1,
    categories: [...new Set(categories)].sort().join(','),
  };
  requireInteger('size', fields.size, 8, 1024);
  requireInteger('points', fields.points, 1, 1_000_000);
  if (!set.hasLiveries && liveries !== undefined) {
    throw new ArgumentError(`liveries is ${liveries}, but the models of ${set.name} have none`);
  }
  requireInteger('liveries', fields.liveries, 1, 1000);
  if (!rigNames.includes(fields.rig)) {
    throw new ArgumentError(`rig is "${fields.rig}", expected one of ${rigNames.join(', ')}`);
  }
  if (shard) {
    requireInteger('the number of shards', shard.count, 1, 100_000);
    requireInteger('the shard', shard.index, 1, shard.count);
  }
  return fields;
}

/** The result where the data set is there already. */
async function presentResult(output: string, build: DatasetFile2['build']): Promise<BuildResult | undefined> {
  if (!(await exists(join(output, 'dataset.json')))) return undefined;
  const file = await readDatasetFile(output);
  const known = file.version === 2 ? file.build : {};
  expectSame(output, known, build);
  const { models } = JSON.parse(await readFileText(join(output, 'left-out.json')));
  return { state: 'present', objects: file.objects.length, leftOut: models.length };
}

/**
 * Makes the folder and notes in it what is built there; of several processes, the first does, and all must agree.
 *
 * @returns hash of what decides an object's files, which the choice of categories does not
 */
async function claimFolder(
  output: string,
  { categories, ...note }: DatasetFile2['build'] & { categories: string },
  sources: ModelCollection['sources'],
): Promise<string> {
  const path = join(output, 'build.json');
  const ofObjects = { ...note, sources };
  const whole = { categories, ...ofObjects };
  const text = `${JSON.stringify(whole, null, 2)}\n`;
  try {
    await makeFolder(join(output, 'objects'));
    const strange = (await readdir(output)).find((file) => !/^(objects$|build\.json)/.test(file));
    if (strange && !(await exists(path))) {
      throw new FileError(output, `holds ${strange}, which is no part of a data set; choose another folder`);
    }
  } catch (error) {
    throw toFileError(output, error);
  }
  if (!(await exists(path))) await atomicWrite(path, text);
  const known = await readFileText(path);
  if (known !== text) expectSame(output, JSON.parse(known), whole);
  return createHash('sha256').update(JSON.stringify(ofObjects)).digest('hex');
}

function expectSame(output: string, known: object, wanted: object): void {
  const was: Record<string, unknown> = { ...known };
  for (const [option, value] of Object.entries(wanted)) {
    if (JSON.stringify(was[option]) === JSON.stringify(value)) continue;
    const values = typeof value === 'object' ? '' : ` (${was[option]} there, ${value} asked for)`;
    throw new FileError(
      output,
      `holds a data set that was built from other ${option}${values}; remove it or choose another folder`,
    );
  }
}

/** Builds those of `entries` that are not done. */
async function buildMissing(
  entries: readonly ModelEntry[],
  task: BuildTask,
  workers: number,
  onProgress: NonNullable<BuildListener['onProgress']>,
): Promise<void> {
  const manifests = await manifestsOf(task.folder, entries, task.build);
  const missing = entries.filter((_, i) => !manifests[i]);
  const total = entries.length;
  let done = total - missing.length;
  const pool = new WorkerPool<string, BuildAnswer>(Math.min(workers, missing.length), () =>
    startBuilder(task),
  );
  try {
    await Promise.all(
      missing.map(async ({ id }) => {
        const answer = await pool.run(id);
        if ('failed' in answer) throw new FileError(answer.failed.path, answer.failed.reason);
        done++;
        onProgress({ done, total, id });
      }),
    );
  } finally {
    await pool.close();
  }
}

/** Undefined for what is not done. */
function manifestsOf(
  folder: string,
  entries: readonly ModelEntry[],
  build: string,
): Promise<(ObjectManifest | undefined)[]> {
  return Promise.all(
    entries.map(async ({ id }) => {
      const manifest = await readManifest(folder, id, build);
      const paths = manifest && 'object' in manifest ? [viewsPath, depthPath, pointsPath, meshPath] : [];
      const there = await Promise.all(paths.map((path) => exists(join(folder, path(id)))));
      return there.every(Boolean) ? manifest : undefined;
    }),
  );
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

function startBuilder(task: BuildTask): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const program = isSource ? './buildWorkerFromSource.mjs' : './buildWorker.js';
  return new Worker(new URL(program, import.meta.url), { execArgv: [], workerData: task });
}
