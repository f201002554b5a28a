// The options of a method as data: kind, default, range and meaning of each, and the check of given values against them.

import { ArgumentError } from '../errors.ts';
import { nearestName } from '../nearestName.ts';
import { shown } from '../shown.ts';

export type OptionValue = number | string | boolean;

export interface NumberOption<Word extends string = string> {
  default: number | Word;
  /** Smallest and largest allowed value. */
  range: readonly [number, number];
  /** Where it makes sense in practice, if that is narrower. */
  useful?: readonly [number, number];
  /** Only whole numbers. */
  integer?: boolean;
  /** What the number is measured in; empty for a plain number. */
  unit: string;
  /** A word allowed in place of a number, such as "auto"; the description says what it does. */
  word?: Word;
  description: string;
}

/** One of several words. */
export interface ChoiceOption<Choice extends string = string> {
  default: Choice;
  choices: readonly Choice[];
  description: string;
}

/** On or off. */
export interface FlagOption {
  default: boolean;
  description: string;
}

export type MethodOption = NumberOption | ChoiceOption | FlagOption;

type OptionFor<Value> = [Value] extends [boolean]
  ? FlagOption
  : [Value] extends [string]
    ? ChoiceOption<Value>
    : NumberOption<Extract<Value, string>>;

/** One entry an option: a flag where it is boolean, a choice where it is a string, else a number. */
export type OptionTable<Options extends object> = {
  readonly [Name in keyof Options]: OptionValue extends Options[Name]
    ? MethodOption
    : OptionFor<Options[Name]>;
};

/** Whether a value is one that the option takes. */
export function accepts(option: MethodOption, value: unknown): boolean {
  if ('choices' in option) return option.choices.includes(value as string);
  if (!('range' in option)) return typeof value === 'boolean';
  if (option.word !== undefined && value === option.word) return true;
  const [lowest, highest] = option.range;
  return (
    typeof value === 'number' &&
    value >= lowest &&
    value <= highest &&
    (!option.integer || Number.isInteger(value))
  );
}

/** What the option takes, in words: "a whole number from 1 to 100, or "all"". */
export function expectation(option: MethodOption): string {
  if ('choices' in option) return `one of ${option.choices.map((choice) => `"${choice}"`).join(', ')}`;
  if (!('range' in option)) return 'true or false';
  const number = `${option.integer ? 'a whole number' : 'a number'} from ${option.range.join(' to ')}`;
  return option.word === undefined ? number : `${number}, or "${option.word}"`;
}

/**
 * Checks values against the table of the method `type` and fills in defaults.
 *
 * @throws ArgumentError on an unknown option (naming the nearest) or a value that the option does not take.
 */
export function completeOptions(
  type: string,
  table: Readonly<Record<string, MethodOption>>,
  given: Readonly<Record<string, OptionValue>>,
): Record<string, OptionValue> {
  const names = Object.keys(table);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) throw new ArgumentError(unknownOption(type, name, names));
  }
  return Object.fromEntries(
    names.map((name) => {
      const option = table[name];
      const value = given[name] === undefined ? option.default : given[name];
      if (!accepts(option, value)) {
        throw new ArgumentError(
          `option "${name}" of method "${type}" must be ${expectation(option)}, but is ${shown(value)}`,
        );
      }
      return [name, value];
    }),
  );
}

function unknownOption(type: string, name: string, names: string[]): string {
  const meant = nearestName(name, names);
  const hint = meant
    ? `did you mean "${meant}"?`
    : names.length > 0
      ? `it has ${names.join(', ')}`
      : 'it has no options';
  return `method "${type}" has no option "${name}"; ${hint}`;
}
