// A folder that looks like 3D-R2N2's renderings beside ShapeNetCore, of models made of boxes. Its pictures are taken by cameras that are
// set up from what R2N2 says of them, not by the code that reads them.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ndarray from 'ndarray';
import { lookAt } from '../../../renderer/camera/index.ts';
import { encodePng } from '../../../renderer/io/index.ts';
import { takePicture } from '../../../src/datasets/build/pictures.ts';
import { Random } from '../../../src/tensor/random.ts';

export interface Row {
  azimuth: number;
  elevation: number;
  /** Of the greatest distance, 1.75. */
  ratio: number;
}

export interface LookAlikeModel {
  synset: string;
  model: string;
  /** Corners of boxes: x, y, z from, then to. The whole has a diagonal of 1 around the origin once it is written. */
  boxes: readonly (readonly number[])[];
}

/** A chair without its left legs: nothing about it is symmetric. */
export const lopsided = [
  [-1, 0, -1, 1, 0.2, 1],
  [-1, 0.2, -1, 1, 2, -0.8],
  [0.7, -1.5, -1, 1, 0, -0.7],
  [0.7, -1.5, 0.7, 1, 0, 1],
];

/** The names of their pictures, and of the folders, are R2N2's. */
export async function writeLookAlike(
  folder: string,
  models: readonly LookAlikeModel[],
  { views = 24, size = 137 }: { views?: number; size?: number } = {},
): Promise<void> {
  for (const { synset, model, boxes } of models) {
    const { vertices, faces } = meshOf(boxes);
    const mesh = join(folder, 'ShapeNetCore.v1', synset, model);
    await mkdir(mesh, { recursive: true });
    const rows = (values: ArrayLike<number>, keyword: string, offset: number) =>
      Array.from({ length: values.length / 3 }, (_, i) => {
        const row = [0, 1, 2].map((k) => values[3 * i + k] + offset);
        return `${keyword} ${row.join(' ')}\n`;
      }).join('');
    await writeFile(
      join(mesh, 'model.obj'),
      `mtllib model.mtl\n${rows(vertices, 'v', 0)}${rows(faces, 'f', 1)}`,
    );
    const rendering = join(folder, 'ShapeNetRendering', synset, model, 'rendering');
    await mkdir(rendering, { recursive: true });
    const cameras = rowsOf(model, views);
    for (const [i, row] of cameras.entries()) {
      const picture = takePicture(
        {
          vertices,
          faces,
          uv: [],
          uvFaces: faces.map(() => -1),
          faceMaterials: faces.map(() => -1),
          materials: [],
        },
        lookAt({ eye: standingAt(row) }),
        // 2.1875: the focal length that Mesh R-CNN and PyTorch3D have for R2N2's lens.
        { size, fovDegrees: (360 / Math.PI) * Math.atan(1 / 2.1875), samples: 4 },
      );
      await writeFile(
        join(rendering, `${String(i).padStart(2, '0')}.png`),
        await encodePng(ndarray(picture, [size, size, 4])),
      );
    }
    const metadata = cameras.map(
      ({ azimuth, elevation, ratio }) => `${azimuth} ${elevation} 0 ${ratio} 25\n`,
    );
    await writeFile(join(rendering, 'rendering_metadata.txt'), metadata.join(''));
  }
}

/** R2N2's cameras: all around, 25° to 30° above the horizon, at 0.65 to 1 of the greatest distance. */
export function rowsOf(model: string, views: number): Row[] {
  const random = new Random(model);
  return Array.from({ length: views }, () => ({
    azimuth: Math.round(360e3 * random.uniform()) / 1e3,
    elevation: Math.round(1e3 * (25 + 5 * random.uniform())) / 1e3,
    ratio: Math.round(1e6 * (0.65 + 0.35 * random.uniform())) / 1e6,
  }));
}

export function standingAt({ azimuth, elevation, ratio }: Row): [number, number, number] {
  const [a, e] = [azimuth, elevation].map((degrees) => (degrees * Math.PI) / 180);
  const distance = 1.75 * ratio;
  return [distance * Math.cos(e) * Math.cos(a), distance * Math.sin(e), distance * Math.cos(e) * Math.sin(a)];
}

function meshOf(boxes: LookAlikeModel['boxes']): { vertices: Float64Array; faces: Int32Array } {
  const corners = boxes.flatMap((box) =>
    [0, 3].flatMap((x) => [1, 4].flatMap((y) => [2, 5].map((z) => [box[x], box[y], box[z]]))),
  );
  const [low, high] = [Math.min, Math.max].map((pick) =>
    [0, 1, 2].map((axis) => corners.reduce((best, corner) => pick(best, corner[axis]), corners[0][axis])),
  );
  const diagonal = Math.hypot(...high.map((value, axis) => value - low[axis]));
  const vertices = corners.flatMap((corner) =>
    corner.map((value, axis) => (value - (low[axis] + high[axis]) / 2) / diagonal),
  );
  const quads = ['0132', '4675', '0451', '2376', '0264', '1573'].map((quad) => Array.from(quad, Number));
  const faces = boxes.flatMap((_, box) =>
    quads.flatMap(([a, b, c, d]) => [a, b, c, a, c, d].map((corner) => 8 * box + corner)),
  );
  return { vertices: Float64Array.from(vertices), faces: Int32Array.from(faces) };
}
