// Numbers as results keep them: what float32 and a person can tell apart, and no more bytes than that.

const DIGITS = 6;

/** A copy of a tree of plain data with every number rounded to six significant digits. */
export function roundNumbers<Value>(value: Value): Value {
  if (typeof value === 'number') return Number(value.toPrecision(DIGITS)) as Value;
  if (Array.isArray(value)) return value.map(roundNumbers) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, roundNumbers(inner)])) as Value;
}
