// The registry: every method there is. `methods` is what configuration, help and documentation are made from.

import { ArgumentError } from '../errors.ts';
import { nearestName } from '../nearestName.ts';
import { shown } from '../shown.ts';
import { antialias } from './antialias.ts';
import { dibr } from './dibr.ts';
import { edge } from './edge.ts';
import { hard } from './hard.ts';
import type { GradientMethod, MethodOptions } from './method.ts';
import { nmr } from './nmr.ts';
import { accepts, completeOptions, expectation, type OptionValue } from './options.ts';
import { softras } from './softras.ts';

export { paintVisible } from './paint.ts';

const known: GradientMethod[] = [hard, dibr, softras, nmr, antialias, edge];

export const methods = {
  list: (): readonly GradientMethod[] => known,

  /** @throws ArgumentError when there is no method of that name; the message has the nearest one. */
  get(type: string): GradientMethod {
    if (typeof type !== 'string') {
      throw new ArgumentError(`method needs a type, as in { type: "dibr" }, but its type is ${shown(type)}`);
    }
    const method = known.find((candidate) => candidate.type === type);
    if (method) return method;
    const names = known.map((candidate) => candidate.type);
    const meant = nearestName(type, names);
    throw new ArgumentError(
      `there is no method ${JSON.stringify(type)}; ${meant ? `did you mean "${meant}"?` : `known are ${names.join(', ')}`}`,
    );
  },
};

/**
 * Adds a method of one's own: from then on its name works wherever a method is named, in code, configs and comparisons.
 *
 * @throws ArgumentError where the name is taken or not a plain word, something is missing, or a default is none that its option takes.
 */
export function registerMethod<Options extends object>(method: GradientMethod<Options>): void {
  const { type } = method;
  if (typeof type !== 'string' || !/^[a-z][\w-]*$/i.test(type)) {
    throw new ArgumentError(
      `a method's type must be a word of letters, digits, "_" and "-", but is ${shown(type)}`,
    );
  }
  if (known.some((other) => other.type === type)) {
    throw new ArgumentError(`there is a method "${type}" already; give yours another type`);
  }
  const added = method as unknown as GradientMethod;
  for (const part of ['image', 'silhouette'] as const) {
    if (typeof added[part] !== 'function') {
      throw new ArgumentError(
        `method "${type}" must have a function "${part}", but it is ${shown(added[part])}`,
      );
    }
  }
  if (typeof added.options !== 'object') {
    throw new ArgumentError(
      `method "${type}" must have a table "options", {} where there are none, but it is ${shown(added.options)}`,
    );
  }
  for (const [name, option] of Object.entries(added.options)) {
    if (name === 'type') {
      throw new ArgumentError(
        `method "${type}" may not have an option "type": that is what a method is named by`,
      );
    }
    if (!accepts(option, option.default)) {
      throw new ArgumentError(
        `the default of option "${name}" of method "${type}" must be ${expectation(option)}, but is ${shown(option.default)}`,
      );
    }
  }
  known.push(added);
}

/**
 * The method that `choice` names and its complete options.
 *
 * @throws ArgumentError on an unknown method or option (naming the nearest), or a value that the option does not take.
 */
export function resolveMethod(choice: MethodOptions): {
  method: GradientMethod;
  options: Record<string, OptionValue>;
} {
  if (typeof choice !== 'object') {
    throw new ArgumentError(
      `method must be an object with a type, as in { type: "dibr" }, but is ${shown(choice)}`,
    );
  }
  const method = methods.get(choice.type);
  const { type, ...given } = choice;
  return { method, options: completeOptions(type, method.options, given) };
}

export type { GradientMethod, MethodOptions } from './method.ts';
export type {
  ChoiceOption,
  FlagOption,
  MethodOption,
  NumberOption,
  OptionTable,
  OptionValue,
} from './options.ts';
