// Surface points that were taken from meshes, kept on the disk for the next run: a mesh takes a second, its points a moment. A file goes by
// what it was made of, so that any of them may be deleted, and none is ever out of date.

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeSafetensors, encodeSafetensors } from '../tensor/safetensors.ts';
import { cacheFolder } from './build/obtain.ts';
import type { Vector3 } from './build/vectors.ts';
import type { StoredPoints } from './format.ts';

/** Points and normals in the frame of a data set, and the bounding sphere of the mesh in its own. */
export interface KeptSurface extends StoredPoints {
  center: Vector3;
  radius: number;
}

/** To be raised where other points are taken of the same mesh. */
const recipe = 1;

/** The surface of `count` points of the mesh in `bytes`: that which is kept, else what `take` takes, which is then kept where it can be. */
export function keptSurface(bytes: Uint8Array, count: number, take: () => KeptSurface): KeptSurface {
  const hash = createHash('sha256').update(`${recipe} ${count}\n`).update(bytes).digest('hex');
  const path = join(cacheFolder(), 'surfaces', `${hash}.safetensors`);
  const known = read(path, count);
  if (known) return known;
  const taken = take();
  keep(path, taken);
  return taken;
}

/** Undefined where there is no such file, or a power cut has left a part of one. */
function read(path: string, count: number): KeptSurface | undefined {
  try {
    const { points, normals, sphere } = decodeSafetensors(readFileSync(path), path).tensors;
    if (points.data.length !== 3 * count || normals.data.length !== 3 * count) return undefined;
    const [x, y, z, radius] = sphere.data as Float64Array;
    return {
      points: points.data as StoredPoints['points'],
      normals: normals.data as StoredPoints['normals'],
      center: [x, y, z],
      radius,
    };
  } catch {
    return undefined;
  }
}

/** Nothing depends on it: a full or read-only disk costs time, no more. */
function keep(path: string, { points, normals, center, radius }: KeptSurface): void {
  const shape = [points.length / 3, 3];
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    makeFolder(dirname(path));
    writeFileSync(
      temporary,
      encodeSafetensors({
        points: { dtype: 'U16', shape, data: points },
        normals: { dtype: 'I8', shape, data: normals },
        sphere: { dtype: 'F64', shape: [4], data: Float64Array.of(...center, radius) },
      }),
    );
    renameSync(temporary, path);
  } catch {
    if (existsSync(temporary)) rmSync(temporary);
  }
}

function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another thread was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
