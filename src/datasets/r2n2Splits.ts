// Which models of a folder of 3D-R2N2's renderings are for training, validation and tests: as its lists say, else as 3D-R2N2 has it.

import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import { readFileText, toFileError } from '../../renderer/io/files.ts';
import { type SplitName, splitNames } from './sample.ts';
import { isName } from './shapenetP2m.ts';
import { withValidation } from './validationShare.ts';

/** A model, and those of its pictures that the split has; absent: all. */
export interface SplitModel {
  synset: string;
  model: string;
  views?: readonly number[];
}

export type ModelSplits = Record<SplitName, SplitModel[]>;

/** The splits by the names that files give them. */
const keys: Readonly<Record<SplitName, string>> = { train: 'train', validation: 'val', test: 'test' };

/** 3D-R2N2 trains on the first four fifths of a category's models in the order of their names, and tests on the others. */
const trainingPortion = 0.8;

/**
 * The splits of the models SYNSET/MODEL in `renderings`, a folder in `folder`: those of
 *
 * - a file *splits*.json in one of the two, as Mesh R-CNN and PyTorch3D have it: see `formatSplits`;
 * - else of the lists SYNSET/train.lst, val.lst and test.lst in `renderings`, a model a line; a category without any is left out;
 * - else of 3D-R2N2's own code; a hash takes one in 20 training models for validation.
 *
 * Listed models of which there are no renderings are left out: few have all categories.
 *
 * @throws FileError where a list is malformed, there is more than one file of splits, or no model.
 */
export async function readSplits(folder: string, renderings: string): Promise<ModelSplits> {
  const present = new Map(
    foldersIn(renderings).map((synset) => [synset, foldersIn(join(renderings, synset))]),
  );
  const splits =
    (await fromFile([folder, renderings])) ??
    (await fromLists(renderings, [...present.keys()])) ??
    published(present);
  const known = new Set(
    [...present].flatMap(([synset, models]) => models.map((model) => `${synset}/${model}`)),
  );
  for (const name of splitNames) {
    splits[name] = splits[name].filter(({ synset, model }) => known.has(`${synset}/${model}`));
  }
  if (splitNames.every((name) => splits[name].length === 0)) {
    throw new FileError(renderings, 'has none of the models that its splits name, as SYNSET/MODEL/rendering');
  }
  return splits;
}

/** `{"train": {SYNSET: {MODEL: [0, 1, …]}}, "val": …, "test": …}`, with the numbers of each model's pictures. */
export function formatSplits(splits: ModelSplits): string {
  const content = splitNames.map((name) => {
    const synsets: Record<string, Record<string, readonly number[]>> = {};
    for (const { synset, model, views = [] } of splits[name]) {
      synsets[synset] ??= {};
      synsets[synset][model] = views;
    }
    return [keys[name], synsets];
  });
  return `${JSON.stringify(Object.fromEntries(content))}\n`;
}

async function fromFile(folders: readonly string[]): Promise<ModelSplits | undefined> {
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /splits.*\.json$/.test(name))
      .map((name) => join(folder, name)),
  );
  if (files.length === 0) return undefined;
  const [path, other] = files;
  if (other) throw new FileError(path, `is not the only file of splits; ${other} is another`);
  try {
    return parseSplits(JSON.parse(await readFileText(path)), path);
  } catch (error) {
    throw error instanceof SyntaxError ? new FileError(path, `not JSON (${error.message})`) : error;
  }
}

function parseSplits(content: unknown, path: string): ModelSplits {
  const entriesOf = (value: unknown, place: string): [string, unknown][] => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
    throw new FileError(path, `${place} is ${shown(value)}, expected an object`);
  };
  const byKey = new Map(entriesOf(content, 'the content'));
  if (!Object.values(keys).some((key) => byKey.has(key))) {
    throw new FileError(path, `has none of ${Object.values(keys).join(', ')}`);
  }
  const modelsOf = (key: string): SplitModel[] =>
    entriesOf(byKey.get(key) ?? {}, key).flatMap(([synset, models]) =>
      entriesOf(models, `${key}.${synset}`).map(([model, views]) => {
        if (isName(synset) && isName(model) && isViews(views)) return { synset, model, views };
        const place = `${key}.${synset}.${model}`;
        throw new FileError(path, `${place} is ${shown(views)}, expected the numbers of a model's pictures`);
      }),
    );
  return { train: modelsOf(keys.train), validation: modelsOf(keys.validation), test: modelsOf(keys.test) };
}

const isViews = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((view) => Number.isInteger(view) && view >= 0);

const shown = (value: unknown) => (JSON.stringify(value) ?? 'missing').slice(0, 60);

async function fromLists(renderings: string, synsets: readonly string[]): Promise<ModelSplits | undefined> {
  const splits: ModelSplits = { train: [], validation: [], test: [] };
  let found = false;
  for (const synset of synsets) {
    for (const name of splitNames) {
      const path = join(renderings, synset, `${keys[name]}.lst`);
      if (!existsSync(path)) continue;
      found = true;
      const lines = (await readFileText(path)).split(/\r?\n/).filter(Boolean);
      for (const model of lines) {
        if (!isName(model)) throw new FileError(path, `has the row ${shown(model)}, expected a model's name`);
        splits[name].push({ synset, model });
      }
    }
  }
  return found ? splits : undefined;
}

/** Choy et al.'s lib/data_io.py and lib/config.py, which test on what they do not train on, and have no validation models. */
function published(present: ReadonlyMap<string, readonly string[]>): ModelSplits {
  const training: SplitModel[] = [];
  const test: SplitModel[] = [];
  for (const [synset, names] of present) {
    const models = names.map((model) => ({ synset, model }));
    const count = Math.floor(models.length * trainingPortion);
    training.push(...models.slice(0, count));
    test.push(...models.slice(count));
  }
  return { ...withValidation(training), test };
}

/** Names of the folders in `folder`, and of links to such, in order. */
function foldersIn(folder: string): string[] {
  const isFolder = (entry: Dirent) =>
    entry.isDirectory() ||
    (entry.isSymbolicLink() && statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory());
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => isName(entry.name) && isFolder(entry))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    throw toFileError(folder, error);
  }
}
