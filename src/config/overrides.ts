// `key=value` overrides from the command line, and how one set of config fields is laid over another.

import { parse } from 'yaml';
import { ArgumentError } from '../../renderer/errors.ts';

export type ConfigFields = Record<string, unknown>;

/** One `key=value`: the dotted path as a list of keys, and the value as YAML reads it. */
export interface Override {
  text: string;
  path: string[];
  value: unknown;
}

/**
 * Reads `training.steps=100`, `dataset.categories=[chair, sofa]`, `seed=7`.
 *
 * @throws ArgumentError where there is no key, no `=`, or the value is no YAML.
 */
export function parseOverride(text: string): Override {
  const equals = text.indexOf('=');
  const path = text.slice(0, Math.max(0, equals)).trim().split('.');
  if (equals < 0 || path.some((key) => key === '')) {
    throw new ArgumentError(`"${text}": expected key=value, such as training.steps=100`);
  }
  try {
    return { text, path, value: parse(text.slice(equals + 1)) };
  } catch {
    throw new ArgumentError(`"${text}": the value of ${path.join('.')} is not valid YAML`);
  }
}

/** The fields that an override says, as a config of its own. */
export function overrideFields({ path, value }: Override): ConfigFields {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as ConfigFields;
}

export function isFields(value: unknown): value is ConfigFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * `over` laid over `base`: mappings merge field by field, everything else (lists too) replaces. A mapping whose `type` differs
 * from the base's replaces it whole, since options of one method mean nothing to another.
 */
export function mergeFields(base: ConfigFields, over: ConfigFields): ConfigFields {
  const changesType = over.type !== undefined && base.type !== undefined && over.type !== base.type;
  if (changesType) return over;
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isFields(below) && isFields(value) ? mergeFields(below, value) : value;
  }
  return merged;
}
