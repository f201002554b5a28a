// TensorBoard's events as it reads them: each a moment of a run with numbers, a picture or a part of a mesh. Field numbers are those
// of tensorboard/compat/proto/{event,summary,tensor,tensor_shape}.proto and tensorboard/plugins/mesh/plugin_data.proto.

import {
  type Bytes,
  bytesField,
  doubleField,
  floatField,
  integerField,
  message,
  packedIntegersField,
  stringField,
} from './protobuf.ts';

/** When something happened. */
export interface Moment {
  /** Seconds since 1970. */
  wallTime: number;
  step: number;
}

/** The first event of a file, without which no reader takes it. */
export function versionEvent(wallTime: number): Bytes {
  return message(doubleField(1, wallTime), stringField(3, 'brain.Event:2'));
}

/** One event of many values. A slash in a tag ends the name of its group. */
export function summaryEvent({ wallTime, step }: Moment, values: readonly Bytes[]): Bytes {
  const summary = message(...values.map((value) => bytesField(1, value)));
  return message(doubleField(1, wallTime), integerField(2, step), bytesField(5, summary));
}

export function scalarValue(tag: string, value: number): Bytes {
  return message(stringField(1, tag), floatField(2, value));
}

const COLOR_SPACES = { grey: 1, greyAlpha: 2, rgb: 3, rgba: 4 } as const;

export interface EncodedPicture {
  width: number;
  height: number;
  colors: keyof typeof COLOR_SPACES;
  /** A PNG file. */
  png: Bytes;
}

export function pictureValue(tag: string, { width, height, colors, png }: EncodedPicture): Bytes {
  const image = message(
    integerField(1, height),
    integerField(2, width),
    integerField(3, COLOR_SPACES[colors]),
    bytesField(4, png),
  );
  return message(stringField(1, tag), bytesField(4, image));
}

/** Triangles as TensorBoard's mesh plugin shows them. */
export interface MeshArrays {
  /** [V·3] */
  vertices: Float32Array;
  /** [F·3] */
  faces: Int32Array;
  /** [V·3], sRGB codes. Default: the plugin's own colour. */
  colors?: Uint8Array;
}

/** Parts of a mesh: numbers of the plugin's ContentType, and names that it ends their tags with. */
const PARTS = {
  vertices: { contentType: 1, ending: 'VERTEX' },
  faces: { contentType: 2, ending: 'FACE' },
  colors: { contentType: 3, ending: 'COLOR' },
} as const;

const DATA_TYPES = { Float32Array: 1, Int32Array: 3, Uint8Array: 4 } as const;

/** One value a part; the plugin puts them together by `name`. */
export function meshValues(name: string, mesh: MeshArrays): Bytes[] {
  const parts = (['vertices', 'faces', 'colors'] as const).filter((part) => mesh[part] !== undefined);
  const components = parts.reduce((mask, part) => mask | (1 << PARTS[part].contentType), 0);
  return parts.map((part) => {
    const array = mesh[part]!;
    const { contentType, ending } = PARTS[part];
    const shape = [1, array.length / 3, 3];
    const about = message(
      stringField(2, name),
      integerField(3, contentType),
      stringField(5, '{}'),
      packedIntegersField(6, shape),
      integerField(7, components),
    );
    const plugin = message(stringField(1, 'mesh'), bytesField(2, about));
    return message(
      stringField(1, `${name}_${ending}`),
      bytesField(8, tensor(array, shape)),
      bytesField(9, message(bytesField(1, plugin))),
    );
  });
}

function tensor(array: Float32Array | Int32Array | Uint8Array, shape: readonly number[]): Bytes {
  const dataType = DATA_TYPES[array.constructor.name as keyof typeof DATA_TYPES];
  const dimensions = shape.map((size) => bytesField(2, integerField(1, size)));
  return message(
    integerField(1, dataType),
    bytesField(2, message(...dimensions)),
    // Little-endian, as every machine is that this runs on.
    bytesField(4, new Uint8Array(array.buffer, array.byteOffset, array.byteLength)),
  );
}
