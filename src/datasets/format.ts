// The folder format of data sets (docs/data-format.md): dataset.json, and for every object a PNG strip of its views and a
// safetensors file of its surface points; in version 2 also a strip of depth maps and the mesh.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { splitNames } from './sample.ts';

/** Versions of the format that are read: 1, one rig of cameras for all objects; 2, cameras of its own for every object. */
export const formatVersions = [1, 2] as const;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What both versions say of an object. */
const objectFields = {
  id: z.string().regex(/^[\w.-]+$/),
  name: z.string(),
  category: z.string(),
  creator: z.string(),
  license: z.string(),
  origin: z.strictObject({ title: z.string(), url: z.string(), library: z.string(), model: z.string() }),
  split: z.enum(splitNames),
  cluster: z.int().min(0),
  triangles: z.int().min(1),
};

const storedObject = z.strictObject({
  ...objectFields,
  /** Of decoded content: RGBA bytes of the strip; position words (little-endian), then normal bytes. */
  sha256: z.strictObject({ views: sha256, points: sha256 }),
});

/** Azimuth and elevation in degrees, and distance. */
const storedCamera = z.tuple([z.number(), z.number().min(-90).max(90), z.number().positive()]);

const builtObject = z.strictObject({
  ...objectFields,
  /** Id of the object of which this is another livery. */
  variantOf: z.string().optional(),
  cameras: z.array(storedCamera).min(1),
  /** Beside the two of version 1: words of the depth strip (little-endian); the bytes of the mesh's file. */
  sha256: z.strictObject({ views: sha256, points: sha256, depth: sha256, mesh: sha256 }),
});

/** What both versions say of the set. */
const setFields = {
  format: z.literal('rastergrad-dataset'),
  name: z.string(),
  description: z.string(),
  frame: z.string(),
  imageSize: z.int().min(1),
  camera: z.strictObject({ fovDegrees: z.number().positive(), distance: z.number().positive() }),
  points: z.int().min(1),
};

export const datasetFile = z.discriminatedUnion('version', [
  z.strictObject({
    ...setFields,
    version: z.literal(1),
    views: z
      .array(
        z.strictObject({
          azimuthDegrees: z.number(),
          elevationDegrees: z.number(),
          worldToCamera: z.array(z.number()).length(16),
        }),
      )
      .min(1),
    objects: z.array(storedObject),
  }),
  z.strictObject({
    ...setFields,
    version: z.literal(2),
    /** Where the models come from, for people; opens ATTRIBUTION.md. */
    credits: z.string(),
    /** How the set was built: what a second build compares its own options with. */
    build: z.record(z.string(), z.union([z.string(), z.number()])),
    objects: z.array(builtObject),
  }),
]);

/** Content of dataset.json. */
export type DatasetFile = z.infer<typeof datasetFile>;

/** The same of version 1, and of version 2. */
export type DatasetFile1 = Extract<DatasetFile, { version: 1 }>;
export type DatasetFile2 = Extract<DatasetFile, { version: 2 }>;

/** One object's entry in dataset.json. */
export type StoredObject = z.infer<typeof storedObject>;
export type BuiltObject = z.infer<typeof builtObject>;

/** Azimuth and elevation in degrees, and distance from the origin, at which the camera looks. */
export type StoredCamera = z.infer<typeof storedCamera>;

/** Surface samples as they lie in the file. */
export interface StoredPoints {
  /** [N * 3] coordinates from −0.5 (0) to 0.5 (65535). */
  points: Uint16Array<ArrayBuffer>;
  /** [N * 3] coordinates of unit normals × 127. */
  normals: Int8Array<ArrayBuffer>;
}

export const viewsPath = (id: string) => `objects/${id}.png`;
export const pointsPath = (id: string) => `objects/${id}.safetensors`;
export const depthPath = (id: string) => `objects/${id}.depth.png`;
export const meshPath = (id: string) => `objects/${id}.glb`;

/** Coordinates in [−0.5, 0.5] to 16 bits: steps of 1/65535. */
export function quantizePoints(points: Float32Array): StoredPoints['points'] {
  return Uint16Array.from(points, (value) => Math.round(Math.min(Math.max(value + 0.5, 0), 1) * 65535));
}

export function restorePoints(points: Uint16Array): Float32Array {
  const result = new Float32Array(points.length);
  for (let i = 0; i < result.length; i++) result[i] = points[i] / 65535 - 0.5;
  return result;
}

/** Unit normals to 8 bits a coordinate. */
export function quantizeNormals(normals: Float32Array): StoredPoints['normals'] {
  return Int8Array.from(normals, (value) => Math.round(value * 127));
}

/** Back to unit length. */
export function restoreNormals(normals: Int8Array): Float32Array {
  const result = new Float32Array(normals.length);
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i], normals[i + 1], normals[i + 2]);
    for (let k = i; k < i + 3; k++) result[k] = normals[k] / length;
  }
  return result;
}

/**
 * Heights over the plane through the origin that faces the camera, in [−0.5, 0.5], to 16 bits from 1 on: steps of 1/65534. NaN, the
 * background, becomes 0.
 */
export function quantizeHeights(heights: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint16Array(heights.length);
  for (let i = 0; i < words.length; i++) {
    const value = heights[i];
    if (!Number.isNaN(value)) words[i] = 1 + Math.round(Math.min(Math.max(value + 0.5, 0), 1) * 65534);
  }
  return words;
}

export function restoreHeights(heights: Uint16Array): Float32Array {
  return Float32Array.from(heights, (value) => (value === 0 ? Number.NaN : (value - 1) / 65534 - 0.5));
}

/** Hash of bytes: those of a decoded strip of pictures, the same whatever compressed it, or of a file. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Hash of a decoded strip of depth maps: its words, little-endian. */
export function hashDepth({ buffer, byteOffset, byteLength }: Uint16Array): string {
  return hashBytes(new Uint8Array(buffer, byteOffset, byteLength));
}

/** Hash of decoded surface points: position words (little-endian), then normal bytes. */
export function hashPoints(points: Uint16Array, normals: Int8Array): string {
  return createHash('sha256')
    .update(new Uint8Array(points.buffer, points.byteOffset, points.byteLength))
    .update(new Uint8Array(normals.buffer, normals.byteOffset, normals.byteLength))
    .digest('hex');
}

/** dataset.json as text, one view and one object a line. */
export function formatDatasetFile(file: DatasetFile): string {
  const lines = Object.entries(file).map(([key, value]) => {
    const text = Array.isArray(value)
      ? `[\n${value.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`
      : JSON.stringify(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}
