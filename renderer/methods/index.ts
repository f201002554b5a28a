// The registry: every method the library offers. `methods` is what configuration, help and documentation are made from.

import { ArgumentError } from '../errors.ts';
import { nearestName } from '../nearestName.ts';
import { dibr } from './dibr.ts';
import { hard } from './hard.ts';
import { type GradientMethod, type MethodOptions, methodOptions } from './method.ts';

const known: readonly GradientMethod[] = [hard, dibr];

export const methods = {
  list: (): readonly GradientMethod[] => known,

  /** @throws ArgumentError when there is no method of that name; the message has the nearest one. */
  get(type: string): GradientMethod {
    if (typeof type !== 'string') {
      throw new ArgumentError(`method needs a type, as in { type: "dibr" }, but its type is ${type}`);
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
 * The method that `choice` names and its complete options.
 *
 * @throws ArgumentError on an unknown method or option (naming the nearest), or a value out of range.
 */
export function resolveMethod(choice: MethodOptions): {
  method: GradientMethod;
  options: Record<string, number>;
} {
  const method = methods.get(choice.type);
  return { method, options: methodOptions(method, choice) };
}

export type { GradientMethod, MethodOption, MethodOptions } from './method.ts';
