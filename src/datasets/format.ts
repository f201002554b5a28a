// The folder format of data sets (docs/data-format.md): dataset.json, and for every object a PNG strip of its views and a
// safetensors file of its surface points.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { splitNames } from './sample.ts';

export const formatVersion = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const storedObject = z.strictObject({
  id: z.string().regex(/^[\w.-]+$/),
  name: z.string(),
  category: z.string(),
  creator: z.string(),
  license: z.string(),
  origin: z.strictObject({ title: z.string(), url: z.string(), library: z.string(), model: z.string() }),
  split: z.enum(splitNames),
  cluster: z.int().min(0),
  triangles: z.int().min(1),
  /** Of decoded content: RGBA bytes of the strip; position words (little-endian), then normal bytes. */
  sha256: z.strictObject({ views: sha256, points: sha256 }),
});

export const datasetFile = z.strictObject({
  format: z.literal('rastergrad-dataset'),
  version: z.literal(formatVersion),
  name: z.string(),
  description: z.string(),
  frame: z.string(),
  imageSize: z.int().min(1),
  camera: z.strictObject({ fovDegrees: z.number().positive(), distance: z.number().positive() }),
  views: z
    .array(
      z.strictObject({
        azimuthDegrees: z.number(),
        elevationDegrees: z.number(),
        worldToCamera: z.array(z.number()).length(16),
      }),
    )
    .min(1),
  points: z.int().min(1),
  objects: z.array(storedObject),
});

/** Content of dataset.json. */
export type DatasetFile = z.infer<typeof datasetFile>;

/** One object's entry in dataset.json. */
export type StoredObject = z.infer<typeof storedObject>;

/** Surface samples as they lie in the file. */
export interface StoredPoints {
  /** [N * 3] coordinates from −0.5 (0) to 0.5 (65535). */
  points: Uint16Array<ArrayBuffer>;
  /** [N * 3] coordinates of unit normals × 127. */
  normals: Int8Array<ArrayBuffer>;
}

export const viewsPath = (id: string) => `objects/${id}.png`;
export const pointsPath = (id: string) => `objects/${id}.safetensors`;

/** Coordinates in [−0.5, 0.5] to 16 bits: steps of 1/65535. */
export function quantizePoints(points: Float32Array): StoredPoints['points'] {
  return Uint16Array.from(points, (value) => Math.round(Math.min(Math.max(value + 0.5, 0), 1) * 65535));
}

export function restorePoints(points: Uint16Array): Float32Array {
  return Float32Array.from(points, (value) => value / 65535 - 0.5);
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

/** Hash of the decoded strip, the same whatever compressed it. */
export function hashViews(rgba: Uint8Array): string {
  return createHash('sha256').update(rgba).digest('hex');
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
