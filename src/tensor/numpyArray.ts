// Arrays as NumPy stores them: element types, byte order and memory order, brought to plain row-major typed arrays.

/** Element types that are read and written, by NumPy's short name. */
const elements = {
  f4: { dtype: 'float32', bytes: 4 },
  f8: { dtype: 'float64', bytes: 8 },
  i4: { dtype: 'int32', bytes: 4 },
  i8: { dtype: 'int64', bytes: 8 },
  u1: { dtype: 'uint8', bytes: 1 },
} as const;

/** NumPy's short name of an element type. */
export type NumpyTypeCode = keyof typeof elements;

export const numpyTypeCodes = Object.keys(elements) as NumpyTypeCode[];

export type NumpyType = (typeof elements)[NumpyTypeCode]['dtype'];

/** An array with its shape, row-major. Elements of int64 are held as float64, all of them safe integers. */
export class NumpyArray {
  readonly shape: readonly number[];
  readonly dtype: NumpyType;
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;

  /** @throws RangeError where `data` is not of the length that `shape` says. */
  constructor(shape: readonly number[], dtype: NumpyType, data: NumpyArray['data']) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (data.length !== size) throw new RangeError(`${data.length} elements for the shape [${shape}]`);
    this.shape = shape;
    this.dtype = dtype;
    this.data = data;
  }
}

/** How an array lies in memory. */
export interface NumpyLayout {
  shape: readonly number[];
  code: NumpyTypeCode;
  littleEndian: boolean;
  /** The first index runs fastest. */
  fortranOrder: boolean;
}

/** Reads an array from its memory, or says what is wrong with it. */
export function fromMemory(
  memory: Uint8Array,
  { shape, code, littleEndian, fortranOrder }: NumpyLayout,
): NumpyArray | string {
  const { dtype, bytes } = elements[code];
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (memory.length !== size * bytes) {
    return `an array of ${dtype} [${shape}] has ${memory.length} bytes, expected ${size * bytes}`;
  }
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const data = readElements(view, code, littleEndian, size);
  if (typeof data === 'string') return data;
  return new NumpyArray(shape, dtype, fortranOrder ? toRowMajor(data, shape) : data);
}

/** The array's memory, row-major and little-endian, and NumPy's short name of its type. */
export function toMemory({ dtype, data }: NumpyArray): { code: NumpyTypeCode; memory: Uint8Array } {
  const code = numpyTypeCodes.find((name) => elements[name].dtype === dtype)!;
  if (dtype !== 'int64')
    return { code, memory: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  const words = BigInt64Array.from(data, BigInt);
  return { code, memory: new Uint8Array(words.buffer) };
}

function readElements(
  view: DataView,
  code: NumpyTypeCode,
  littleEndian: boolean,
  size: number,
): NumpyArray['data'] | string {
  const each = <Data extends NumpyArray['data']>(data: Data, element: (i: number) => number): Data => {
    for (let i = 0; i < size; i++) data[i] = element(i);
    return data;
  };
  switch (code) {
    case 'u1':
      return new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, size));
    case 'f4':
      return each(new Float32Array(size), (i) => view.getFloat32(4 * i, littleEndian));
    case 'f8':
      return each(new Float64Array(size), (i) => view.getFloat64(8 * i, littleEndian));
    case 'i4':
      return each(new Int32Array(size), (i) => view.getInt32(4 * i, littleEndian));
    case 'i8': {
      const data = each(new Float64Array(size), (i) => Number(view.getBigInt64(8 * i, littleEndian)));
      const unsafe = data.find((value) => !Number.isSafeInteger(value));
      return unsafe === undefined ? data : `an array of int64 holds ${unsafe}, expected at most ±(2^53 − 1)`;
    }
  }
}

/** From column-major order: a walk through the rows, while `from` counts where each element lies. */
function toRowMajor<Data extends NumpyArray['data']>(data: Data, shape: readonly number[]): Data {
  const result = data.slice() as Data;
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, extent) => product * extent, 1),
  );
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    result[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return result;
}
