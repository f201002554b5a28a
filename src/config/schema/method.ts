// The rasterizer's method of a config: a variant for each of the registry, with the options of its own table.

import { z } from 'zod';
import {
  type GradientMethod,
  type MethodOption,
  type MethodOptions,
  methods,
  type OptionValue,
} from '../../../renderer/methods/index.ts';
import { sentence } from './sentence.ts';

/** A method's options as its own table lists them. */
const methodVariant = ({ type, summary, options }: GradientMethod) =>
  z.strictObject({
    type: z.literal(type).describe(sentence(summary)),
    ...Object.fromEntries(
      Object.entries(options).map(([name, option]) => [
        name,
        methodOption(option)
          .default(option.default)
          .describe(sentence(optionDescription(option))),
      ]),
    ),
  });

function methodOption(option: MethodOption): z.ZodType<OptionValue> {
  if ('choices' in option) return z.enum(option.choices as [string]);
  if (!('range' in option)) return z.boolean();
  const { integer, range, word } = option;
  const number = (integer ? z.int() : z.number()).min(range[0]).max(range[1]);
  return word === undefined ? number : z.union([number, z.literal(word)]);
}

/** The option's own description, with its unit and the values that make sense. */
function optionDescription(option: MethodOption): string {
  if (!('range' in option)) return option.description;
  const { description, unit, useful } = option;
  const notes = [unit && `in ${unit}`, useful && `useful from ${useful.join(' to ')}`].filter(Boolean);
  return notes.length > 0 ? `${description} (${notes.join('; ')})` : description;
}

// The variants are known at run time only (`registerMethod`); to the compiler they are what the registry says of any method.
export const anyMethod = z.lazy(() =>
  z.discriminatedUnion(
    'type',
    methods.list().map(methodVariant) as unknown as [ReturnType<typeof methodVariant>],
  ),
) as unknown as z.ZodType<MethodOptions, MethodOptions>;

export const method = anyMethod
  .prefault({ type: 'dibr' })
  .describe(
    'How the rasterizer is made differentiable. A `type` other than the inherited one drops its options.',
  );
