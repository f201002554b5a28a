// The registry: every method the library offers. `methods` is what configuration, help and documentation are made from.

import { ArgumentError } from '../errors.ts';
import { nearestName } from '../nearestName.ts';
import { dibr } from './dibr.ts';
import { hard } from './hard.ts';
import { type GradientMethod, type MethodChoice, methodOptions } from './method.ts';

export const methods: readonly GradientMethod[] = [hard, dibr];

/**
 * The method that `choice` names and its complete options.
 *
 * @throws ArgumentError on an unknown method or option (naming the nearest), or a value out of range.
 */
export function resolveMethod(choice: MethodChoice): {
  method: GradientMethod;
  options: Record<string, number>;
} {
  const names = methods.map(({ type }) => type);
  const method = methods.find(({ type }) => type === choice.type);
  if (!method) {
    const meant = nearestName(String(choice.type), names);
    throw new ArgumentError(
      `there is no method ${JSON.stringify(choice.type)}; ${meant ? `did you mean "${meant}"?` : `known are ${names.join(', ')}`}`,
    );
  }
  return { method, options: methodOptions(method, choice) };
}

export type { GradientMethod, MethodChoice, MethodOption } from './method.ts';
