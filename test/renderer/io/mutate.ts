// Damages files the way that disks, networks, editors and attackers do, from a seed.

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Whole numbers from 0 to below `end`. */
type Draw = (end: number) => number;

export function drawFrom(seed: number): Draw {
  const generator = xoroshiro128plus(seed);
  return (end) => uniformInt(generator, 0, Math.max(end, 1) - 1);
}

/** A copy of `bytes` with one to four damages. */
export function mutated(bytes: Uint8Array, draw: Draw): Uint8Array {
  let result: Uint8Array = Uint8Array.from(bytes);
  for (let times = 1 + draw(4); times > 0; times--) result = mutations[draw(mutations.length)](result, draw);
  return result;
}

type Mutation = (bytes: Uint8Array, draw: Draw) => Uint8Array;

const strangeNumbers = [
  ...[
    'NaN',
    'nan',
    'inf',
    '-Infinity',
    '1e999',
    '-1e39',
    '1e38',
    '1e-400',
    '-0',
    '.',
    '1.',
    '1,5',
    '0x10',
    '',
  ],
  ...['0', '-1', '1', '-7', '255', '65535', '1000000', '2147483647', '2147483648', '-2147483648'],
  ...['4294967295', '99999999999999999999', '1000000000'],
];

const strangeWords = [0xffffffff, 0x7fffffff, 0x80000000, 0x7fc00000, 0x7f800000, 0x7f7fffff, 0, 1, 0x10000];

const mutations: Mutation[] = [
  function flipBytes(bytes, draw) {
    for (let k = draw(8); k >= 0; k--) bytes[draw(bytes.length)] ^= 1 + draw(255);
    return bytes;
  },
  function truncate(bytes, draw) {
    return bytes.slice(0, draw(bytes.length));
  },
  function duplicate(bytes, draw) {
    const [start, at] = [draw(bytes.length), draw(bytes.length)];
    const part = bytes.subarray(start, start + 1 + draw(100));
    return joined(bytes.subarray(0, at), part, bytes.subarray(at));
  },
  function remove(bytes, draw) {
    const start = draw(bytes.length);
    return joined(bytes.subarray(0, start), bytes.subarray(start + 1 + draw(20)));
  },
  function replaceNumber(bytes, draw) {
    const numbers = [...textOf(bytes).matchAll(/[-+]?\d[\d.]*(e[-+]?\d+)?/gi)];
    if (numbers.length === 0) return bytes;
    const { 0: found, index } = numbers[draw(numbers.length)];
    const replaced = bytesOf(strangeNumbers[draw(strangeNumbers.length)]);
    return joined(bytes.subarray(0, index), replaced, bytes.subarray(index + found.length));
  },
  function changeLines(bytes, draw) {
    const lines = textOf(bytes).split('\n');
    const [from, to] = [draw(lines.length), draw(lines.length)];
    const [line] = lines.splice(from, 1);
    // Deleted, moved or doubled.
    const times = draw(3);
    for (let k = 0; k < times; k++) lines.splice(to, 0, line);
    return bytesOf(lines.join('\n'));
  },
  function overwriteWord(bytes, draw) {
    if (bytes.length < 4) return bytes;
    const at = draw(bytes.length - 3);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(
      at,
      strangeWords[draw(strangeWords.length)],
      draw(2) === 0,
    );
    return bytes;
  },
];

function joined(...parts: Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

// A letter a byte, so that binary files come through.

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
