// Python's pickles, as far as they hold data: numbers, texts, lists, tuples, dictionaries and NumPy arrays. A pickle is a program
// for a stack machine; this one knows no classes or functions but the few that make a NumPy array, so nothing in a file can run.
// Format: CPython, Lib/pickletools.py, which describes every instruction. npm's pickleparser is no help with files of unknown
// origin: a negative length sends it round in circles, and it hands strings over as Windows-1252.

import { FileError } from '../../renderer/errors.ts';
import { fromMemory, NumpyArray, type NumpyTypeCode, numpyTypeCodes, toMemory } from './numpyArray.ts';

export { NumpyArray, type NumpyType } from './numpyArray.ts';

/** Names that a pickle may refer to; all take part in making an array. NumPy 2 calls its core `_core`. */
const reconstruct = 'numpy.core.multiarray._reconstruct';
const ndarray = 'numpy.ndarray';
const dtype = 'numpy.dtype';
const encode = '_codecs.encode';
const noBytes = '__builtin__.bytes';
const knownNames = [reconstruct, ndarray, dtype, encode, noBytes];

/** The highest protocol that is read: Python 3.8's default. */
const lastProtocol = 4;

class KnownName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

class ElementType {
  readonly code: NumpyTypeCode;
  littleEndian = true;
  constructor(code: NumpyTypeCode) {
    this.code = code;
  }
}

/**
 * What a pickle of protocol 0 to 4 holds: null, booleans, numbers, strings, `Uint8Array` for bytes, `NumpyArray`, arrays for lists
 * and tuples, and `Map` for dictionaries. Byte strings of Python 2 become strings with a character a byte. Parts that the pickle
 * shares are shared here too, and a list may contain itself.
 *
 * @param path names the file in errors.
 * @throws FileError where the bytes are cut off or no pickle, or refer to any class or function but those of NumPy arrays, or hold an
 * integer beyond 2⁵³ or an array of another type than float32, float64, int32, int64, uint8.
 */
export function decodePickle(bytes: Uint8Array, path: string): unknown {
  return new Machine(bytes, path).run();
}

/**
 * A pickle of one array, in protocol 2, which NumPy reads under Python 2 and 3, whatever the `encoding` there.
 */
export function encodePickle(array: NumpyArray): Uint8Array {
  const { code, memory } = toMemory(array);
  const parts: Uint8Array[] = [];
  const raw = (text: string) => parts.push(Buffer.from(text, 'latin1'));
  const global = (module: string, name: string) => raw(`c${module}\n${name}\n`);
  const ascii = (text: string) => raw(`U${String.fromCharCode(text.length)}${text}`);
  const word = (value: number) => {
    const buffer = Buffer.alloc(4);
    buffer.writeInt32LE(value);
    return buffer;
  };
  const integer = (value: number) => parts.push(Buffer.from('J'), word(value));
  const unicode = (text: Uint8Array) => parts.push(Buffer.from('X'), word(text.length), text);
  raw('\x80\x02');
  global('numpy.core.multiarray', '_reconstruct');
  global('numpy', 'ndarray');
  raw('K\x00\x85');
  ascii('b');
  raw('\x87R(K\x01(');
  for (const extent of array.shape) integer(extent);
  raw('t');
  global('numpy', 'dtype');
  ascii(code);
  raw('K\x00K\x01\x87R(K\x03');
  ascii(code === 'u1' ? '|' : '<');
  raw('NNN');
  for (const value of [-1, -1, 0]) integer(value);
  raw('tb\x89');
  // Protocol 2 has no bytes: a text with a character a byte, and how to encode it.
  global('_codecs', 'encode');
  unicode(Buffer.from(latin1(memory)));
  unicode(Buffer.from('latin1'));
  raw('\x86Rtb.');
  return Buffer.concat(parts);
}

/** Runs one pickle. Every instruction takes at least a byte and none goes back, so it ends. */
class Machine {
  readonly #bytes: Buffer;
  readonly #path: string;
  #position = 0;
  readonly #stack: unknown[] = [];
  /** Heights of the stack at which lists, tuples and dictionaries begin that are being collected. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();
  /** Arrays of which the pickle has not said yet what they hold. */
  readonly #empty = new Set<NumpyArray>();
  /** Bytes that arrays, and texts made bytes, may still take: an honest pickle holds each of them once, at no less than its size. */
  readonly #budget = { arrays: 0, texts: 0 };

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
    this.#budget.arrays = bytes.length;
    this.#budget.texts = bytes.length;
  }

  run(): unknown {
    for (;;) {
      const code = this.#byte();
      if (code === stop) break;
      const value = this.#execute(code);
      if (value !== undefined) this.#stack.push(value);
    }
    const value = this.#pop();
    if (this.#empty.size > 0) this.#fail('holds an array without content');
    return value;
  }

  /** Does one instruction, by the letter or number that pickletools.py gives it; returns what it pushes, if anything. */
  #execute(code: number): unknown {
    switch (code < 0x80 ? String.fromCharCode(code) : code) {
      case 0x80: {
        const protocol = this.#byte();
        if (protocol > lastProtocol) this.#fail(`has protocol ${protocol}, expected 0 to ${lastProtocol}`);
        return undefined;
      }
      case 0x95: // The length of a frame: everything is in memory already.
        this.#take(8);
        return undefined;

      case 'N':
        return null;
      case 0x88:
        return true;
      case 0x89:
        return false;
      case 'I': {
        const text = this.#line();
        return text === '00' ? false : text === '01' ? true : this.#decimal(text);
      }
      case 'L':
        return this.#decimal(this.#line().replace(/L$/, ''));
      case 'J':
        return this.#take(4).readInt32LE();
      case 'K':
        return this.#byte();
      case 'M':
        return this.#take(2).readUInt16LE();
      case 0x8a:
        return this.#integer(this.#take(this.#byte()));
      case 0x8b:
        return this.#integer(this.#takeCounted(4));
      case 'F':
        return this.#real(this.#line());
      case 'G':
        return this.#take(8).readDoubleBE();

      case 'S':
        return this.#quoted(this.#line());
      case 'T':
        return latin1(this.#takeCounted(4));
      case 'U':
        return latin1(this.#takeCounted(1));
      case 'V':
        return this.#unescaped(this.#line(), unicodeEscape);
      case 'X':
        return this.#utf8(this.#takeCounted(4));
      case 0x8c:
        return this.#utf8(this.#takeCounted(1));
      case 0x8d:
        return this.#utf8(this.#takeCounted(8));
      case 'B':
        return this.#takeCounted(4);
      case 'C':
        return this.#takeCounted(1);
      case 0x8e:
        return this.#takeCounted(8);

      case '(':
        this.#marks.push(this.#stack.length);
        return undefined;
      case '0':
        if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
        else this.#pop();
        return undefined;
      case '1':
        this.#popToMark();
        return undefined;
      case '2':
        return this.#top();

      case ')':
      case ']':
        return [];
      case 't':
      case 'l':
        return this.#popToMark();
      case 0x85:
        return this.#popMany(1);
      case 0x86:
        return this.#popMany(2);
      case 0x87:
        return this.#popMany(3);
      case 'a':
        return this.#append(this.#popMany(1));
      case 'e':
        return this.#append(this.#popToMark());
      case '}':
        return new Map();
      case 'd': {
        const items = this.#popToMark();
        this.#stack.push(new Map());
        return this.#setItems(items);
      }
      case 's':
        return this.#setItems(this.#popMany(2));
      case 'u':
        return this.#setItems(this.#popToMark());

      case 'p':
        return this.#keep(this.#decimal(this.#line()));
      case 'q':
        return this.#keep(this.#byte());
      case 'r':
        return this.#keep(this.#take(4).readUInt32LE());
      case 0x94:
        return this.#keep(this.#memo.size);
      case 'g':
        return this.#recall(this.#decimal(this.#line()));
      case 'h':
        return this.#recall(this.#byte());
      case 'j':
        return this.#recall(this.#take(4).readUInt32LE());

      case 'c':
        return this.#named(this.#line(), this.#line());
      case 'i':
        this.#named(this.#line(), this.#line());
        return this.#fail('makes an object of a class, and only NumPy arrays and plain data are read');
      case 0x93: {
        const [module, name] = this.#popMany(2);
        return this.#named(module, name);
      }
      case 'R': {
        const [callee, parameters] = this.#popMany(2);
        return this.#call(callee, parameters);
      }
      case 'b':
        return this.#build(this.#pop());
      default:
        return this.#fail(
          this.#position === 1
            ? 'is not a pickle'
            : `has the instruction 0x${code.toString(16)}, which plain data do not need`,
        );
    }
  }

  // NumPy arrays: `_reconstruct` makes an empty one, `dtype` an element type; the state that follows each says the rest.

  #named(module: unknown, name: unknown): KnownName {
    if (typeof module !== 'string' || typeof name !== 'string') {
      return this.#fail('refers to something by what is not a name');
    }
    const full = `${module.replace(/^numpy\._core\./, 'numpy.core.')}.${name}`;
    if (!knownNames.includes(full)) {
      this.#fail(`refers to ${shown(full)}, and only NumPy arrays and plain data are read`);
    }
    return new KnownName(full);
  }

  #call(callee: unknown, parameters: unknown): unknown {
    const [first, second] = Array.isArray(parameters) ? parameters : [];
    const name = callee instanceof KnownName ? callee.name : undefined;
    if (name === reconstruct && isName(first, ndarray)) {
      const array = new NumpyArray([0], 'uint8', new Uint8Array());
      this.#empty.add(array);
      return array;
    }
    if (name === dtype) {
      const code = numpyTypeCodes.find((known) => known === text(first));
      return code
        ? new ElementType(code)
        : this.#fail(`has an array of type ${shown(first)}, expected one of ${numpyTypeCodes.join(', ')}`);
    }
    if (name === noBytes && Array.isArray(parameters) && parameters.length === 0) return Buffer.alloc(0);
    if (name === encode && typeof first === 'string' && second === 'latin1') {
      this.#spend('texts', first.length);
      const bytes = Buffer.from(first, 'latin1');
      if (latin1(bytes) !== first) this.#fail('has bytes beyond 255');
      return bytes;
    }
    return this.#fail(`calls ${name ?? shown(callee)} with parameters that it does not take`);
  }

  #build(state: unknown): undefined {
    const target = this.#top();
    const parts = Array.isArray(state) ? state : [];
    if (target instanceof ElementType) {
      const order = text(parts[1]);
      if (order === undefined || !['<', '>', '|', '='].includes(order)) {
        this.#fail(`has an array of byte order ${shown(parts[1])}, expected "<" or ">"`);
      }
      target.littleEndian = order !== '>';
      return undefined;
    }
    if (!(target instanceof NumpyArray && this.#empty.delete(target))) {
      this.#fail('gives a state to something other than a new array');
    }
    const [version, shape, type, fortranOrder, content] = parts;
    const memory = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    if (
      version !== 1 ||
      !isShape(shape) ||
      !(type instanceof ElementType) ||
      !(memory instanceof Uint8Array)
    ) {
      this.#fail('has an array whose state is not (1, shape, type, order, bytes)');
    }
    this.#spend('arrays', memory.length);
    const { code, littleEndian } = type;
    const array = fromMemory(memory, { shape, code, littleEndian, fortranOrder: fortranOrder === true });
    if (typeof array === 'string') this.#fail(`has ${array}`);
    Object.assign(target, array);
    return undefined;
  }

  #spend(what: 'arrays' | 'texts', size: number): void {
    this.#budget[what] -= size;
    if (this.#budget[what] < 0) this.#fail(`repeats ${what}, which together take more than the whole file`);
  }

  // The stack.

  #top(): unknown {
    return this.#stack[this.#depth(1)];
  }

  #pop(): unknown {
    return this.#popMany(1)[0];
  }

  #popMany(count: number): unknown[] {
    return this.#stack.splice(this.#depth(count));
  }

  #popToMark(): unknown[] {
    const mark = this.#marks.pop();
    return mark === undefined ? this.#fail('ends a list that it has not begun') : this.#stack.splice(mark);
  }

  /** Where the upper `count` values begin, none of which may lie below the last mark. */
  #depth(count: number): number {
    const start = this.#stack.length - count;
    return start < (this.#marks.at(-1) ?? 0) ? this.#fail('takes a value from an empty stack') : start;
  }

  #append(items: readonly unknown[]): undefined {
    const list = this.#top();
    if (!Array.isArray(list)) this.#fail(`appends to ${shown(list)}, expected a list`);
    for (const item of items) list.push(item);
    return undefined;
  }

  #setItems(items: readonly unknown[]): undefined {
    const dictionary = this.#top();
    if (!(dictionary instanceof Map))
      this.#fail(`sets an item of ${shown(dictionary)}, expected a dictionary`);
    if (items.length % 2 === 1) this.#fail('has a dictionary with a key and no value');
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key === 'object' && key !== null) {
        this.#fail(`has a dictionary with the key ${shown(key)}, expected a text or a number`);
      }
      dictionary.set(key, items[i + 1]);
    }
    return undefined;
  }

  #keep(index: number): undefined {
    this.#memo.set(index, this.#top());
    return undefined;
  }

  #recall(index: number): unknown {
    return this.#memo.has(index)
      ? this.#memo.get(index)
      : this.#fail(`recalls value ${index}, which it has not kept`);
  }

  // The bytes.

  #byte(): number {
    return this.#take(1)[0];
  }

  #take(count: number): Buffer {
    const start = this.#position;
    const missing = start + count - this.#bytes.length;
    if (missing > 0) throw new FileError(this.#path, `cut off: ${missing} bytes are missing at its end`);
    this.#position = start + count;
    return this.#bytes.subarray(start, this.#position);
  }

  /** What follows its own length, an unsigned integer of `width` bytes. */
  #takeCounted(width: 1 | 4 | 8): Buffer {
    const length = this.#take(width);
    return this.#take(width === 8 ? Number(length.readBigUInt64LE()) : length.readUIntLE(0, width));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position);
    if (end < 0) throw new FileError(this.#path, 'cut off: a line has no end');
    const line = latin1(this.#take(end - this.#position));
    this.#position++;
    return line;
  }

  #decimal(digits: string): number {
    const value = Number(digits);
    return /^[+-]?\d+$/.test(digits) && Number.isSafeInteger(value) ? value + 0 : this.#noInteger(digits);
  }

  /** An integer in two's complement, lowest byte first. */
  #integer(bytes: Buffer): number {
    if (bytes.length === 0) return 0;
    if (bytes.length > 8) return this.#noInteger(`of ${bytes.length} bytes`);
    const value = BigInt.asIntN(
      8 * bytes.length,
      bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
    );
    return Number.isSafeInteger(Number(value)) ? Number(value) : this.#noInteger(String(value));
  }

  #noInteger(shown: string): never {
    return this.#fail(`has the integer ${shown.slice(0, 40)}, expected one within ±(2^53 − 1)`);
  }

  #real(digits: string): number {
    const special = { inf: Infinity, '-inf': -Infinity, nan: NaN }[digits];
    const value = special ?? Number(digits);
    if (special === undefined && (digits.trim() === '' || Number.isNaN(value))) {
      this.#fail(`has ${shown(digits)} where a number belongs`);
    }
    return value;
  }

  #utf8(bytes: Buffer): string {
    try {
      return utf8.decode(bytes);
    } catch {
      return this.#fail('has a text that is not UTF-8');
    }
  }

  /** A string as Python 2 prints it. */
  #quoted(line: string): string {
    const [quote] = line;
    if (line.length < 2 || !(quote === '"' || quote === "'") || !line.endsWith(quote)) {
      this.#fail('has a text without quotation marks');
    }
    return this.#unescaped(line.slice(1, -1), byteEscape);
  }

  #unescaped(line: string, sequences: RegExp): string {
    return line.replace(sequences, (sequence: string, hex?: string) => {
      if (hex === undefined) return escapes[sequence[1]] ?? sequence;
      const point = Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : this.#fail(`has the text ${sequence}`);
    });
  }

  #fail(problem: string): never {
    throw new FileError(this.#path, `at byte ${this.#position}: ${problem}`);
  }
}

const stop = '.'.charCodeAt(0);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** In byte strings of protocol 0: \xhh and single characters. */
const byteEscape = /\\(?:x([0-9a-f]{2})|.)/gis;
const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };
/** In texts of protocol 0: \uhhhh and \Uhhhhhhhh, nothing else. */
const unicodeEscape = /\\(?:u(?=[0-9a-f]{4})|U(?=[0-9a-f]{8}))([0-9a-f]{8}|[0-9a-f]{4})/g;

const isName = (value: unknown, name: string) => value instanceof KnownName && value.name === name;
/** NumPy has no more than 64 axes either. */
const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length <= 64 &&
  value.every((extent) => Number.isSafeInteger(extent) && extent >= 0);

/** Python 2's strings and Python 3's bytes and texts alike. */
const text = (value: unknown) =>
  value instanceof Uint8Array ? latin1(value) : typeof value === 'string' ? value : undefined;

/** A value in an error. */
function shown(value: unknown): string {
  if (value instanceof KnownName) return value.name;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `a ${value.constructor.name}`;
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
}
