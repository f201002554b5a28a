// A mapping whose `type` decides which other fields there are, and may be left out.

import { z } from 'zod';

/** One of `variants`, told apart by `type`; without one it is the first. */
export function typedUnion<Value extends { type: string }>(
  variants: readonly { type: string; options: z.ZodType }[],
): z.ZodType<Value, Partial<Value>> {
  const [{ type }] = variants;
  const union = z.discriminatedUnion(
    'type',
    variants.map(({ options }) => options) as unknown as [z.ZodObject<{ type: z.ZodLiteral<string> }>],
  );
  return withDefaultType(type, union) as unknown as z.ZodType<Value, Partial<Value>>;
}

/** The same schema, for which a mapping without a `type` has this one. */
export function withDefaultType<Schema extends z.ZodType>(type: string, schema: Schema): Schema {
  const withType = (fields: unknown) =>
    typeof fields === 'object' && fields !== null && !Array.isArray(fields) && !('type' in fields)
      ? { type, ...fields }
      : fields;
  return z.preprocess(withType, schema) as unknown as Schema;
}
