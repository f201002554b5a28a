// The pictures that a run leaves behind: predictions rendered where the true pictures were taken from, beside those.

import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import ndarray, { type NdArray } from 'ndarray';
import type { Camera } from '../../renderer/camera/index.ts';
import { type Mesh, render, type Shading } from '../../renderer/index.ts';
import { linearToSrgb } from '../../renderer/io/colorSpace.ts';
import { writePng } from '../../renderer/io/index.ts';
import type { Picture as SourcePicture } from '../datasets/sample.ts';
import type { PictureGroup } from '../runs/results.ts';
import type { RunFolder } from '../runs/runFolder.ts';
import { channel, linearColors } from '../training/batch.ts';

/** Side of a picture in pixels, and how many samples a pixel is the mean of, along each side. */
const size = 128;
const supersampling = 3;

/** [size, size, 3] sRGB codes. */
export type Picture = NdArray<Uint8Array>;

/** A mesh on white, seen by a camera of one view; by default in its own colours. */
export function picture(mesh: Mesh, camera: Camera, shading?: Shading): Picture {
  const side = size * supersampling;
  const linear = tf.tidy(() => {
    const { image } = render(mesh, camera, {
      width: side,
      height: side,
      method: { type: 'hard' },
      shading,
      background: [1, 1, 1],
      outputs: ['image'],
    });
    return tf.avgPool(image!, supersampling, supersampling, 'valid').dataSync() as Float32Array;
  });
  return encoded(linear);
}

/** A picture of the data set on white, enlarged to the size of the others. */
export function truthPicture({ image }: { image: SourcePicture }): Picture {
  const linear = tf.tidy(() => {
    const [height, width] = image.shape;
    const rgb = tf.tensor4d(linearColors([image]), [1, height, width, 3]);
    const alpha = tf.tensor4d(channel([image], 3), [1, height, width, 1]);
    const white = rgb.mul(alpha).add(alpha.neg().add(1)) as tf.Tensor4D;
    return tf.image.resizeBilinear(white, [size, size], false, true).dataSync() as Float32Array;
  });
  return encoded(linear);
}

function encoded(linear: Float32Array): Picture {
  const codes = Uint8Array.from(linear, (value) =>
    Math.round(255 * linearToSrgb(Math.min(Math.max(value, 0), 1))),
  );
  return ndarray(codes, [size, size, 3]);
}

/** One row of a grid: pictures of one object. */
export interface PictureRow {
  /** Names the files. */
  id: string;
  label: string;
  note?: string;
  pictures: Picture[];
  /** Name of a file in pictures/ that shows how it came about. */
  course?: string;
}

/** A grid to be written. */
export interface PictureGrid extends Omit<PictureGroup, 'rows'> {
  rows: PictureRow[];
}

/** Writes the pictures of grids, one file each, and those of the first as one sheet; and what the report needs to find them. */
export async function writePictures(folder: RunFolder, grids: readonly PictureGrid[]): Promise<void> {
  const groups: PictureGroup[] = [];
  for (const [number, { rows, ...grid }] of grids.entries()) {
    if (rows.length === 0) continue;
    const group: PictureGroup = { ...grid, rows: [] };
    if (rows.some(({ course }) => course)) group.columns = ['course', ...grid.columns];
    for (const { id, label, note, pictures, course } of rows) {
      const stem = number === 0 ? id : `${id}-${number}`;
      const cells = pictures.map((_, column) => `${stem}-${column}.png`);
      for (const [column, cell] of cells.entries())
        await writePng(folder.file('pictures', cell), pictures[column]);
      group.rows.push({ label, cells: course ? [course, ...cells] : cells, note });
    }
    groups.push(group);
  }
  await writePng(
    folder.file('pictures', 'contact-sheet.png'),
    contactSheet(grids[0].rows.map(({ pictures }) => pictures)),
  );
  await folder.writePictureIndex({ groups });
}

/** Pictures side by side, two rows of the grid beside each other where there are many. */
function contactSheet(rows: Picture[][]): Picture {
  const perLine = rows.length > 6 ? 2 : 1;
  const columns = Math.max(1, ...rows.map((row) => row.length)) * perLine;
  const lines = Math.max(1, Math.ceil(rows.length / perLine));
  const sheet = ndarray(new Uint8Array(lines * columns * size * size * 3).fill(255), [
    lines * size,
    columns * size,
    3,
  ]);
  for (const [i, row] of rows.entries()) {
    for (const [column, { data }] of row.entries()) {
      const left = ((i % perLine) * row.length + column) * size;
      for (let y = 0; y < size; y++) {
        const to = ((Math.floor(i / perLine) * size + y) * columns * size + left) * 3;
        sheet.data.set(data.subarray(y * size * 3, (y + 1) * size * 3), to);
      }
    }
  }
  return sheet;
}

export const meshFile = (folder: RunFolder, id: string) => folder.file('meshes', path.basename(`${id}.obj`));
