// Protocol buffers, the few wire types that TensorBoard's events are made of (protobuf.dev/programming-guides/encoding). A message is
// a list of its encoded fields, which `message` joins. Integers and doubles of 0 are left out, as proto3 has it.

/** The bytes of a message, or of a part of one. */
export type Bytes = Uint8Array;

const NOTHING = new Uint8Array(0);

/** Wire types: how a field's length is known. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

const encoder = new TextEncoder();

/** Fields one after another: a message, or several occurrences of a repeated field. */
export function message(...fields: readonly Bytes[]): Bytes {
  const result = new Uint8Array(fields.reduce((length, field) => length + field.length, 0));
  let at = 0;
  for (const field of fields) {
    result.set(field, at);
    at += field.length;
  }
  return result;
}

/** An `int32`, `int64`, `uint32`, `bool` or enum of at most 2⁵³ − 1, not negative. */
export function integerField(number: number, value: number): Bytes {
  return value === 0 ? NOTHING : Uint8Array.from([tag(number, VARINT), ...varint(value)]);
}

/** A repeated integer, packed as proto3 does by default. */
export function packedIntegersField(number: number, values: readonly number[]): Bytes {
  return bytesField(number, Uint8Array.from(values.flatMap(varint)));
}

/** A `float` of a oneof, which is written even where it is 0: that it is there says which one it is. */
export function floatField(number: number, value: number): Bytes {
  const bytes = new Uint8Array(5);
  bytes[0] = tag(number, FIXED_32);
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

export function doubleField(number: number, value: number): Bytes {
  if (value === 0) return NOTHING;
  const bytes = new Uint8Array(9);
  bytes[0] = tag(number, FIXED_64);
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

export function stringField(number: number, text: string): Bytes {
  return bytesField(number, encoder.encode(text));
}

/** Bytes, or a message within this one. */
export function bytesField(number: number, content: Bytes): Bytes {
  return message(Uint8Array.from([tag(number, LENGTH_DELIMITED), ...varint(content.length)]), content);
}

/** Field numbers here are below 16, so that a tag is one byte. */
const tag = (number: number, wireType: number) => (number << 3) | wireType;

/** Seven bits a byte, the lowest first; a set high bit says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  // Division, as shifts know 32 bits only.
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
