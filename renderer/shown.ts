// How messages show a value that somebody gave.

/** Words in quotation marks, numbers as they are (NaN and Infinity too), lists and objects as JSON. */
export function shown(value: unknown): string {
  const quoted = typeof value === 'string' || (typeof value === 'object' && value !== null);
  return quoted ? JSON.stringify(value) : String(value);
}
