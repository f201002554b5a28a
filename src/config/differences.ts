// What one config says otherwise than another, field by field.

import { isFields } from './overrides.ts';

export interface FieldDifference {
  /** Dotted path. */
  field: string;
  /** Undefined where it is not there. */
  before: unknown;
  after: unknown;
}

/** Innermost fields whose values differ, in the order of `before`, then of `after`. Lists are one value. */
export function differences(before: unknown, after: unknown, field = ''): FieldDifference[] {
  if (isFields(before) && isFields(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) =>
      differences(before[key], after[key], field === '' ? key : `${field}.${key}`),
    );
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ field, before, after }];
}
