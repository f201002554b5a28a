// Short names for the runs of a sweep, which name their folders too: `hidden=32,method=dibr,seed=1`.

import { isFields } from '../config/overrides.ts';
import type { OverrideSet } from './overrideSet.ts';

const longestValue = 40;
const longestName = 150;

/**
 * The values of `keys` in `overrides`, each under the shortest end of its path that is no other field's. Fit for a folder and for
 * a config's `name`: letters, digits and `._-,=`.
 *
 * @param fields dotted paths of all fields of the config
 */
export function runName(overrides: OverrideSet, keys: readonly string[], fields: readonly string[]): string {
  const parts = keys
    .filter((key) => key in overrides)
    .map((key) => `${shortKey(key, fields)}=${valueText(overrides[key]) || 'none'}`);
  return parts.join(',').slice(0, longestName) || 'run';
}

/** `model.hidden` → `hidden`, `losses.edge.weight` → `edge.weight`, `renderer.method.type` → `method`. */
export function shortKey(key: string, fields: readonly string[]): string {
  const own = withoutType(key);
  const words = own.split('.');
  const others = fields.map(withoutType).filter((field) => field !== own);
  for (let count = 1; count < words.length; count++) {
    const end = words.slice(-count).join('.');
    if (!others.some((field) => field === end || field.endsWith(`.${end}`))) return end;
  }
  return own;
}

const withoutType = (key: string) => key.replace(/\.type$/, '');

/** A value without what a folder's name should not have: `{type: dibr, sharpness: 1e3}` → `dibr-sharpness-1000`. */
function valueText(value: unknown): string {
  const text = isFields(value)
    ? Object.entries(value)
        .map(([key, inner]) => (key === 'type' ? inner : `${key}-${valueText(inner)}`))
        .join('-')
    : Array.isArray(value)
      ? value.map(valueText).join('-')
      : String(value);
  return text
    .replace(/[^\w.-]+/g, '-')
    .replace(/^-+(?=\D)|-+$/g, '')
    .slice(0, longestValue);
}
