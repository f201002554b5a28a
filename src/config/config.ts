// Reads an experiment config: YAML, `extends`, overrides, then the schema. Whatever is wrong becomes one line that names the
// file, the field and what was expected.

import path from 'node:path';
import { LineCounter, parseDocument, stringify } from 'yaml';
import type { z } from 'zod';
import { ArgumentError, FileError, RastergradError } from '../../renderer/errors.ts';
import { readFileText } from '../../renderer/io/files.ts';
import { nearestName } from '../../renderer/nearestName.ts';
import { configJsonSchema, describeType, fieldPaths, schemaAt } from './jsonSchema.ts';
import {
  type ConfigFields,
  isFields,
  mergeFields,
  type Override,
  overrideFields,
  parseOverride,
} from './overrides.ts';
import {
  type CompareConfig,
  type Config,
  configSchema,
  type ExperimentConfig,
  OWN_FIELDS,
} from './schema/index.ts';

/**
 * Loads the config at `file`, lays it over the ones it `extends`, and the `key=value` overrides over that.
 *
 * Where neither says a back end, the environment's RASTERGRAD_BACKEND does; likewise `math` and RASTERGRAD_MATH,
 * `threads` and RASTERGRAD_THREADS. Where the file says no name, its own name is taken.
 *
 * @throws FileError for a missing file, bad YAML, a circle of `extends`, an unknown field or a wrong value, or a comparison.
 * @throws ArgumentError for an override that is malformed, names an unknown field or has a wrong value.
 */
export async function loadConfig(file: string, overrides: string[] = []): Promise<ExperimentConfig> {
  const config = await load(file, overrides);
  if (config.task !== 'compare-gradients') return config;
  throw new FileError(file, 'is a comparison: run it with "rastergrad compare-gradients"');
}

/**
 * What `loadConfig(file, overrides)` is a variant of: with overrides, the file by itself; without, what the file extends. Undefined where
 * there is none, or it is no complete config of an experiment.
 */
export async function loadParent(
  file: string,
  overrides: string[] = [],
): Promise<ExperimentConfig | undefined> {
  const { extends: extended } = await readFields(file);
  if (overrides.length === 0 && extended === undefined) return undefined;
  try {
    return await loadConfig(overrides.length > 0 ? file : parentFile(file, extended));
  } catch (error) {
    if (error instanceof RastergradError) return undefined;
    throw error;
  }
}

/** The same for the config of a comparison; without a file, what the overrides leave open has its default. */
export async function loadComparison(
  file: string | undefined,
  overrides: string[] = [],
): Promise<CompareConfig> {
  const config = await load(file, overrides);
  if (config.task === 'compare-gradients') return config;
  throw new FileError(file ?? '', 'is no comparison (task: compare-gradients): run it with "rastergrad run"');
}

/** Checks a config given as data, as `loadConfig` does one from a file, and fills in the defaults. */
export function parseConfig(fields: unknown): ExperimentConfig {
  const config = check(fields, (_field, problem) => new ArgumentError(problem));
  if (config.task !== 'compare-gradients') return config;
  throw new ArgumentError('task is compare-gradients: expected train or fit');
}

/** A config as YAML that `loadConfig` reads back to the same. */
export function formatConfig(config: Config): string {
  return stringify(config, { flowCollectionPadding: false, lineWidth: 0 });
}

async function load(file: string | undefined, overrides: string[]): Promise<Config> {
  const parsed = overrides.map(parseOverride);
  const fromFiles = file === undefined ? { task: 'compare-gradients' } : await readExtended(file, []);
  const named = {
    name: file === undefined ? 'comparison' : fileStem(file),
    ...environmentFields(),
    ...fromFiles,
  };
  const fields = withNamedTypes(parsed, named);
  const blame = (field: string, problem: string): RastergradError => {
    const override = parsed.findLast((candidate) => liesWithin(field, candidate.path.join('.')));
    if (override) return new ArgumentError(problem);
    const isEnvironments = Object.hasOwn(environmentFields(), field) && !Object.hasOwn(fromFiles, field);
    if (isEnvironments) return new ArgumentError(`RASTERGRAD_${field.toUpperCase()}: ${problem}`);
    return file === undefined ? new ArgumentError(problem) : new FileError(file, problem);
  };
  return check(fields, blame);
}

/**
 * The overrides laid over `base`. A bare name where a mapping that is told by its `type` is expected stands for one of that type:
 * `renderer.method=softras`.
 */
function withNamedTypes(overrides: Override[], base: ConfigFields): ConfigFields {
  return overrides.reduce((fields, override) => {
    const lay = (value: unknown) => mergeFields(fields, overrideFields({ ...override, value }));
    const issuesOf = (laid: ConfigFields) =>
      (configSchema.safeParse(laid).error?.issues ?? []).filter(
        ({ path }) => path.join('.') === override.path.join('.'),
      );
    const plain = lay(override.value);
    if (typeof override.value !== 'string') return plain;
    if (!issuesOf(plain).some((issue) => issue.code === 'invalid_type' && issue.expected === 'object'))
      return plain;
    const typed = lay({ type: override.value });
    const hasNoType = issuesOf(typed).some(
      (issue) => issue.code === 'unrecognized_keys' && issue.keys.includes('type'),
    );
    return hasNoType ? plain : typed;
  }, base);
}

function check(fields: unknown, blame: (field: string, problem: string) => RastergradError): Config {
  const result = configSchema.safeParse(fields);
  if (result.success) return result.data;
  // An unknown field explains more than what is missing in consequence.
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const field = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : issue.path;
  throw blame(field.join('.'), describeIssue(issue, fields));
}

function describeIssue(issue: z.core.$ZodIssue, fields: unknown): string {
  const where = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return describeUnknown([...issue.path, issue.keys[0]].join('.'), fields);
  if (issue.code === 'custom') return `${where}: ${issue.message}`;
  const value = issue.path.reduce<unknown>(
    (inner, key) => (isNested(inner) ? inner[key as string] : undefined),
    fields,
  );
  const expected =
    issue.code === 'invalid_format'
      ? issue.message
      : issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)
        ? `one of ${issue.options.join(', ')}`
        : describeType(schemaAt(configJsonSchema(), issue.path, fields) ?? {});
  if (where === '') return `expected a mapping of fields, such as "task: train", not ${show(value)}`;
  return value === undefined
    ? `${where} is missing: expected ${expected}`
    : `${where} is ${show(value)}: expected ${expected}`;
}

const isNested = (value: unknown): value is ConfigFields => typeof value === 'object' && value !== null;

function describeUnknown(field: string, fields: unknown): string {
  const known = fieldPaths(configJsonSchema(), fields).map((candidate) => ({
    candidate,
    ...splitLast(candidate),
  }));
  const { parent, key } = splitLast(field);
  const siblings = known.filter((other) => other.parent === parent);
  const siblingKey = nearestName(
    key,
    siblings.map((other) => other.key),
  );
  const nearest =
    siblings.find((other) => other.key === siblingKey) ?? known.find((other) => other.key === key);
  const names = siblings.map((other) => other.candidate).join(', ');
  return `${field}: unknown key; ${nearest ? `did you mean ${nearest.candidate}?` : `known here: ${names || 'none'}`}`;
}

async function readExtended(file: string, extendedBy: string[]): Promise<ConfigFields> {
  const fields = await readFields(file);
  const { extends: parent, ...own } = fields;
  if (parent === undefined) return own;
  const inheritedFile = parentFile(file, parent);
  const chain = [...extendedBy, file];
  if (chain.some((earlier) => path.resolve(earlier) === path.resolve(inheritedFile))) {
    throw new FileError(file, `extends goes in a circle: ${[...chain, inheritedFile].join(' → ')}`);
  }
  const inherited = { ...(await readExtended(inheritedFile, chain)) };
  for (const field of OWN_FIELDS) delete inherited[field];
  return mergeFields(inherited, own);
}

/** The file that `file` names with its `extends`. */
function parentFile(file: string, extended: unknown): string {
  if (typeof extended !== 'string')
    throw new FileError(file, `extends is ${show(extended)}: expected a file name`);
  return path.join(path.dirname(file), extended);
}

async function readFields(file: string): Promise<ConfigFields> {
  const text = await readFileText(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new FileError(`${file}:${line}:${col}`, `not valid YAML: ${error.message.split('\n')[0]}`);
  }
  const fields: unknown = document.toJS();
  if (!isFields(fields)) throw new FileError(file, `expected a mapping of fields, such as "task: train"`);
  return fields;
}

function environmentFields(): ConfigFields {
  const { RASTERGRAD_BACKEND: backend, RASTERGRAD_MATH: math, RASTERGRAD_THREADS: count } = process.env;
  const threads = count && /^\d+$/.test(count) ? Number(count) : count;
  return { ...(backend && { backend }), ...(math && { math }), ...(threads && { threads }) };
}

/** A name made of the file's, without its ending and without characters that a folder should not have. */
function fileStem(file: string): string {
  return path.basename(file, path.extname(file)).replace(/[^\w.-]+/g, '-');
}

function liesWithin(field: string, ancestor: string): boolean {
  return field === ancestor || field.startsWith(`${ancestor}.`) || ancestor.startsWith(`${field}.`);
}

function splitLast(field: string): { parent: string; key: string } {
  const dot = field.lastIndexOf('.');
  return { parent: field.slice(0, Math.max(0, dot)), key: field.slice(dot + 1) };
}

function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
