// The methods of a comparison: options as people write them on a command line, and labels that say which options differ.

import { ArgumentError } from '../../renderer/errors.ts';
import {
  type MethodOptions,
  methods,
  type OptionValue,
  resolveMethod,
} from '../../renderer/methods/index.ts';
import type { MethodSummary } from './results.ts';

/** A method and the name under which its numbers are listed. */
export interface ComparedMethod {
  label: string;
  options: MethodOptions;
}

/**
 * Reads `dibr` or `dibr:sharpness=3333,boxSize=0.05`.
 *
 * @throws ArgumentError for an unknown method or option, or a value that the option does not take.
 */
export function parseMethod(text: string): MethodOptions {
  const [type, ...rest] = text.split(':');
  const given = rest.join(':');
  const options = given === '' ? [] : given.split(',').map((part) => parseOption(part, text));
  const twice = options.find(([name], i) => options.findIndex(([other]) => other === name) < i);
  if (twice) throw new ArgumentError(`method "${text}": option "${twice[0]}" is there twice`);
  const choice = { ...Object.fromEntries(options), type };
  resolveMethod(choice);
  return choice;
}

function parseOption(part: string, text: string): [string, OptionValue] {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(part) ?? [];
  if (name === undefined) {
    throw new ArgumentError(
      `method "${text}": expected option=value after the colon, such as dibr:sharpness=3333, but found "${part}"`,
    );
  }
  if (value === 'true' || value === 'false') return [name, value === 'true'];
  return [name, Number.isNaN(Number(value)) ? value : Number(value)];
}

/**
 * The chosen methods, or, where none is chosen, all there are, with labels of their own: "dibr", "dibr sharpness=3333".
 *
 * @throws ArgumentError where the same method is there twice with the same options.
 */
export function summarizeMethods(chosen: readonly MethodOptions[]): MethodSummary[] {
  const list = chosen.length > 0 ? chosen : methods.list().map(({ type }) => ({ type }));
  const summaries = list.map((choice) => {
    const { method, options } = resolveMethod(choice);
    const changed = Object.fromEntries(
      Object.entries(options).filter(([name, value]) => value !== method.options[name].default),
    );
    const words = Object.entries(changed).map(([name, value]) => `${name}=${formatOption(value)}`);
    const { type, summary } = method;
    return { label: [type, ...words].join(' '), type, summary, options: changed };
  });
  const twice = summaries.find(({ label }, i) => summaries.findIndex((other) => other.label === label) < i);
  if (twice) throw new ArgumentError(`method "${twice.label}" is there twice`);
  return summaries;
}

/** "1e-5" instead of "0.00001". */
function formatOption(value: OptionValue): string {
  const isSmall = typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3;
  return isSmall ? value.toExponential() : String(value);
}

export const comparedMethod = ({ label, type, options }: MethodSummary): ComparedMethod => ({
  label,
  options: { type, ...options } as MethodOptions,
});
