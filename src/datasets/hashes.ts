// Hashes of what the files of a data set hold, the same whatever compressed it.

import { createHash } from 'node:crypto';

/** Of bytes: those of a decoded strip of pictures, or of a file. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Of a decoded strip of depth maps: its words, little-endian. */
export function hashDepth({ buffer, byteOffset, byteLength }: Uint16Array): string {
  return hashBytes(new Uint8Array(buffer, byteOffset, byteLength));
}

/** Of decoded surface points: position words (little-endian), then normal bytes. */
export function hashPoints(points: Uint16Array, normals: Int8Array): string {
  return createHash('sha256')
    .update(new Uint8Array(points.buffer, points.byteOffset, points.byteLength))
    .update(new Uint8Array(normals.buffer, normals.byteOffset, normals.byteLength))
    .digest('hex');
}
