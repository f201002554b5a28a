// What distinguishes one run of a sweep from the config that all of them share: values of fields, by their dotted paths.

import { parse } from 'yaml';

export type OverrideSet = Readonly<Record<string, unknown>>;

/** As `key=value` for the command line. */
export function formatOverrides(overrides: OverrideSet): string[] {
  return Object.entries(overrides).map(([key, value]) => `${key}=${formatOverride(value)}`);
}

/** A value as YAML on one line that reads back to the same, bare where it can be. */
function formatOverride(value: unknown): string {
  return typeof value === 'string' && !value.includes(',') && isBare(value) ? value : JSON.stringify(value);
}

function isBare(text: string): boolean {
  try {
    return parse(text) === text;
  } catch {
    return false;
  }
}

/** The keys whose values differ between some of the sets, in order of appearance; a missing value differs from any. */
export function varyingKeys(sets: readonly OverrideSet[]): string[] {
  const keys = [...new Set(sets.flatMap((set) => Object.keys(set)))];
  return keys.filter((key) => new Set(sets.map((set) => JSON.stringify(set[key]))).size > 1);
}
