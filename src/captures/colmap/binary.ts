// cameras.bin, images.bin and points3D.bin: little-endian, a count and as many records.

import { FileError } from '../../../renderer/errors.ts';
import { type ColmapCamera, type ColmapImage, cameraModel, pinholeOf } from './model.ts';

/** @throws FileError with the byte at which the file ends too soon, or says what cannot be. */
export function decodeCameras(bytes: Uint8Array, path: string): Map<number, ColmapCamera> {
  const cameras = new Map<number, ColmapCamera>();
  const reader = new Reader(bytes, path);
  const count = reader.count('cameras', 24);
  for (let i = 0; i < count; i++) {
    const { place } = reader;
    const id = reader.int32();
    const model = cameraModel(reader.int32(), place);
    const [width, height] = [reader.uint64(), reader.uint64()];
    const parameters = Array.from({ length: model.parameters }, () => reader.float64());
    cameras.set(id, pinholeOf(model, width, height, parameters, place));
  }
  return cameras;
}

/** @throws FileError as `decodeCameras` */
export function decodeImages(bytes: Uint8Array, path: string): ColmapImage[] {
  const reader = new Reader(bytes, path);
  const count = reader.count('images', 73);
  return Array.from({ length: count }, () => {
    const { place } = reader;
    reader.int32();
    const quaternion = [0, 1, 2, 3].map(() => reader.float64());
    const translation = [0, 1, 2].map(() => reader.float64());
    const cameraId = reader.int32();
    const name = reader.text();
    reader.skip(reader.count('points of an image', 24), 24);
    return { name, quaternion, translation, cameraId, place };
  });
}

/** @throws FileError as `decodeCameras` */
export function decodePoints(bytes: Uint8Array, path: string): Float64Array {
  const reader = new Reader(bytes, path);
  const count = reader.count('points', 51);
  const points = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    reader.skip(8);
    for (let axis = 0; axis < 3; axis++) points[3 * i + axis] = reader.float64();
    reader.skip(3 + 8);
    reader.skip(reader.count('observations of a point', 8), 8);
  }
  return points;
}

class Reader {
  readonly #view: DataView;
  readonly #path: string;
  #offset = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
  }

  get place(): string {
    return `${this.#path}: byte ${this.#offset}`;
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint64(): number {
    const { place } = this;
    const value = this.#view.getBigUint64(this.#advance(8), true);
    if (value > Number.MAX_SAFE_INTEGER)
      throw new FileError(place, `has ${value}, expected at most 2^53 − 1`);
    return Number(value);
  }

  float64(): number {
    const { place } = this;
    const value = this.#view.getFloat64(this.#advance(8), true);
    if (!Number.isFinite(value)) throw new FileError(place, `has ${value}, expected a finite number`);
    return value;
  }

  /** Up to a zero byte. */
  text(): string {
    const start = this.#offset;
    while (this.#view.getUint8(this.#advance(1)) !== 0);
    const { buffer, byteOffset } = this.#view;
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + start, this.#offset - 1 - start));
  }

  skip(count: number, size = 1): void {
    this.#advance(count * size);
  }

  /** A count of records of at least `size` bytes each, for all of which there is room. */
  count(what: string, size: number): number {
    const { place } = this;
    const count = this.uint64();
    const left = this.#view.byteLength - this.#offset;
    if (count * size > left) {
      throw new FileError(place, `announces ${count} ${what}, but only ${left} bytes are left`);
    }
    return count;
  }

  /** Past the next `size` bytes; returns where they start. */
  #advance(size: number): number {
    const start = this.#offset;
    const left = this.#view.byteLength - start;
    if (size > left) throw new FileError(this.place, `ends here, ${size - left} bytes too soon`);
    this.#offset += size;
    return start;
  }
}
