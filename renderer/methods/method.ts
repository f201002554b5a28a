// What a way of differentiating a rasterizer consists of. A method turns the fragments of a frame into a picture and a
// silhouette; projection, visibility, interpolation and shading are the frame's business. One file and one line in index.ts
// add a method: its option table below is what checks configurations, writes their schema and fills the help and the docs.

import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import { nearestName } from '../nearestName.ts';
import type { Frame } from '../visibility/index.ts';

/** A number that a method can be given. */
export interface MethodOption {
  default: number;
  /** Smallest and largest allowed value. */
  range: readonly [number, number];
  /** Only whole numbers. */
  integer?: boolean;
  /** What the number is measured in; empty for a plain number. */
  unit: string;
  description: string;
}

export interface GradientMethod<Name extends string = string> {
  type: string;
  /** One line: what it does and what its gradient is good for. */
  summary: string;
  /** Paper or code that defines it. */
  source: string;
  /** Whether a silhouette can move vertices. */
  coverageGradient: boolean;
  options: Readonly<Record<Name, MethodOption>>;
  /** [B, H, W, C]: colours after shading. */
  image(frame: Frame, options: Readonly<Record<Name, number>>): tf.Tensor4D;
  /** [B, H, W], 0 to 1. */
  silhouette(frame: Frame, options: Readonly<Record<Name, number>>): tf.Tensor3D;
}

/** A method by name, with those of its options that differ from their defaults: `{ type: 'dibr', sharpness: 3000 }`. */
export interface MethodOptions {
  readonly type: string;
  readonly [option: string]: string | number;
}

/** Checks values against a method's table and fills in defaults. */
export function methodOptions(method: GradientMethod, choice: MethodOptions): Record<string, number> {
  const { type, ...given } = choice;
  const names = Object.keys(method.options);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const meant = nearestName(name, names);
    throw new ArgumentError(
      `method "${type}" has no option "${name}"; ${
        meant
          ? `did you mean "${meant}"?`
          : names.length > 0
            ? `it has ${names.join(', ')}`
            : 'it has no options'
      }`,
    );
  }
  return Object.fromEntries(
    names.map((name) => [name, checkedOption(type, name, method.options[name], given[name])]),
  );
}

function checkedOption(
  type: string,
  name: string,
  option: MethodOption,
  value: string | number | undefined,
): number {
  if (value === undefined) return option.default;
  const [lowest, highest] = option.range;
  const whole = option.integer ? 'a whole number' : 'a number';
  if (
    typeof value !== 'number' ||
    !(value >= lowest && value <= highest) ||
    (option.integer && !Number.isInteger(value))
  ) {
    throw new ArgumentError(
      `option "${name}" of method "${type}" must be ${whole} from ${lowest} to ${highest}, but is ${JSON.stringify(value)}`,
    );
  }
  return value;
}
