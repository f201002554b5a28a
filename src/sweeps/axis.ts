// The grammar of a sweep's axes: `model.hidden=32,64`, `seed=1..3`. A value is YAML; commas within brackets, braces or quotes
// belong to it.

import { ArgumentError } from '../../renderer/errors.ts';
import { parseOverride } from '../config/overrides.ts';

/** A field's dotted path, and the values that it takes in turn. */
export interface Axis {
  key: string;
  values: unknown[];
}

/** Most values that a range may stand for. */
const mostValues = 10_000;

/**
 * Reads `key=value,value,…`, where `first..last` stands for whole numbers, both included. One value alone holds for every run.
 *
 * @throws ArgumentError where there is no key, no value between two commas, a range that goes down, or a value that is no YAML.
 */
export function parseAxis(text: string): Axis {
  const equals = text.indexOf('=');
  if (equals < 0) throw new ArgumentError(`"${text}": expected key=value,…, such as model.hidden=32,64`);
  const parts = splitList(text.slice(equals + 1));
  if (parts.length > 1 && parts.some((part) => part.trim() === '')) {
    throw new ArgumentError(`"${text}": a value is missing beside a comma`);
  }
  const head = text.slice(0, equals);
  const values = parts.flatMap((part) => rangeOf(part, text) ?? [parseOverride(`${head}=${part}`).value]);
  return { key: parseOverride(`${head}=`).path.join('.'), values };
}

function rangeOf(part: string, text: string): number[] | undefined {
  const match = /^\s*(-?\d+)\.\.(-?\d+)\s*$/.exec(part);
  if (!match) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  if (last < first) throw new ArgumentError(`"${text}": ${part.trim()} goes down; expected first..last`);
  const count = last - first + 1;
  if (count > mostValues)
    throw new ArgumentError(`"${text}": ${count} values, but a range has ${mostValues} at most`);
  return Array.from({ length: count }, (_, i) => first + i);
}

/** The parts between commas that no bracket, brace or quotation mark encloses. */
function splitList(text: string): string[] {
  const parts = [''];
  let depth = 0;
  let quote = '';
  let isEscaped = false;
  for (const character of text) {
    if (isEscaped) isEscaped = false;
    else if (quote === '"' && character === '\\') isEscaped = true;
    else if (quote) quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if ('[{'.includes(character)) depth++;
    else if (']}'.includes(character)) depth--;
    if (character === ',' && depth <= 0 && !quote) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
