// One scene, photographed by the same cameras and written down in every format, so that all must show points in the same places.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import ndarray from 'ndarray';
import {
  type Camera,
  fromR2n2,
  IntrinsicsCamera,
  orbitViews,
  type PixelIntrinsics,
  pixelIntrinsics,
  poseOf,
  toOpenCv,
} from '../../../renderer/camera/index.ts';
import { writePng } from '../../../renderer/io/index.ts';
import { formatRenderingMetadata, type R2n2Camera } from '../../../src/datasets/r2n2.ts';
import { testNumbers } from '../../gradient.ts';

export interface Shot {
  name: string;
  camera: Camera;
  intrinsics: PixelIntrinsics;
}

export const size = { width: 12, height: 8 };
const intrinsics: PixelIntrinsics = { ...size, fx: 15, fy: 16, cx: 5.5, cy: 4.25 };

/** Four off-centre cameras around a point that is not the origin. */
export const shots: readonly Shot[] = orbitViews({
  azimuthDegrees: [0, 80, 170, 260],
  elevationDegrees: [10, -20, 35, 60],
  distance: [3, 3.5, 4, 3.2],
  target: [0.3, -0.2, 0.5],
}).map((view, i) => ({
  name: `shot ${i}.png`,
  intrinsics,
  camera: new IntrinsicsCamera({ ...intrinsics, view }),
}));

/** Points that all cameras see: a cloud of radius about 0.5, and a far background that most do not. */
export const cloud = Array.from(testNumbers(300, 5), (value, i) => 0.3 * value + [0.3, -0.2, 0.5][i % 3]);
const background = Array.from(testNumbers(300, 6), (value, i) => 40 * value + (i % 3 === 0 ? 60 : 0));

export const points = [...cloud, ...background];

/** Grey by index; the left half transparent. */
export async function writePicture(
  path: string,
  { width, height } = size,
  pixel = (column: number) => [90, 80, 70, column < width / 2 ? 0 : 255],
): Promise<void> {
  const image = ndarray(new Uint8Array(width * height * 4), [height, width, 4]);
  for (let i = 0; i < width * height; i++) image.data.set(pixel(i % width), 4 * i);
  await mkdir(dirname(path), { recursive: true });
  await writePng(path, image);
}

/** camera to world, as rows. */
export function cameraToWorld(m: ArrayLike<number>): number[][] {
  const eye = [0, 1, 2].map((axis) => -(m[axis] * m[3] + m[4 + axis] * m[7] + m[8 + axis] * m[11]));
  return [...[0, 1, 2].map((row) => [m[row], m[4 + row], m[8 + row], eye[row]]), [0, 0, 0, 1]];
}

export async function writeTransforms(
  folder: string,
  content: object,
  name = 'transforms.json',
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

/** As nerfstudio and instant-ngp have it. */
export async function writeNerfstudio(folder: string, extra: object = {}): Promise<string> {
  for (const { name } of shots) await writePicture(join(folder, 'images', name));
  const { fx, fy, cx, cy, width, height } = intrinsics;
  return writeTransforms(folder, {
    ...{ fl_x: fx, fl_y: fy, cx, cy, w: width, h: height, k1: 0, camera_model: 'OPENCV', aabb_scale: 16 },
    frames: shots.map(({ name, camera }) => ({
      file_path: `images/${name}`,
      transform_matrix: cameraToWorld(camera.views[0]),
    })),
    ...extra,
  });
}

/** (w, x, y, z) of OpenCV's rotation, from its axis and angle. */
function quaternion(camera: Camera): number[] {
  const { R, t } = toOpenCv(camera, size);
  const { rotation } = poseOf([
    ...R.slice(0, 3),
    t[0],
    ...R.slice(3, 6),
    t[1],
    ...R.slice(6),
    t[2],
    0,
    0,
    0,
    1,
  ]);
  const angle = Math.hypot(...rotation);
  const scale = angle === 0 ? 0.5 : Math.sin(angle / 2) / angle;
  return [Math.cos(angle / 2), ...rotation.map((value) => value * scale)];
}

const model = [15, 16, 5.5, 4.25];

export async function writeColmapText(
  folder: string,
  camera = `7 PINHOLE 12 8 ${model.join(' ')}`,
): Promise<void> {
  const sparse = join(folder, 'sparse/0');
  await mkdir(sparse, { recursive: true });
  await writeFile(join(sparse, 'cameras.txt'), `# Camera list\n# Number of cameras: 1\n${camera}\n`);
  // Later shots first, and the last without observations.
  const lines = shots.toReversed().map(({ name, camera: shot }, i) => {
    const { t } = toOpenCv(shot, size);
    const seen = i === shots.length - 1 ? '' : '1.5 2.5 -1 3 4 17';
    return `${10 + i} ${[...quaternion(shot), ...t].join(' ')} 7 ${name}\n${seen}\n`;
  });
  await writeFile(join(sparse, 'images.txt'), `# Image list\n#   two lines\n${lines.join('')}`);
  const rows = Array.from({ length: points.length / 3 }, (_, i) => {
    return `${i + 1} ${points.slice(3 * i, 3 * i + 3).join(' ')} 10 20 30 0.5 10 0 11 1\n`;
  });
  await writeFile(join(sparse, 'points3D.txt'), `# 3D points\n${rows.join('')}`);
  for (const { name } of shots) await writePicture(join(folder, 'images', name));
}

/** Little-endian numbers by their kind: i int32, q uint64, d float64, b byte. */
function pack(kinds: string, ...values: number[]): Buffer {
  return Buffer.concat(
    Array.from(kinds, (kind, i) => {
      const bytes = Buffer.alloc({ i: 4, q: 8, d: 8, b: 1 }[kind]!);
      if (kind === 'i') bytes.writeInt32LE(values[i]);
      else if (kind === 'q') bytes.writeBigInt64LE(BigInt(values[i]));
      else if (kind === 'd') bytes.writeDoubleLE(values[i]);
      else bytes.writeUInt8(values[i]);
      return bytes;
    }),
  );
}

export const colmapBinary = {
  cameras: (modelId = 1, parameters: readonly number[] = model) =>
    Buffer.concat([pack('qiiqq', 1, 7, modelId, 12, 8), ...parameters.map((value) => pack('d', value))]),
  images: () =>
    Buffer.concat([
      pack('q', shots.length),
      ...shots.flatMap(({ name, camera }, i) => [
        pack('iddddddd', i, ...quaternion(camera), ...toOpenCv(camera, size).t),
        pack('i', 7),
        Buffer.from(`${name}\0`),
        pack('qddqddq', 2, 1.5, 2.5, -1, 3, 4, 17),
      ]),
    ]),
  points: () =>
    Buffer.concat([
      pack('q', points.length / 3),
      ...Array.from({ length: points.length / 3 }, (_, i) =>
        pack('qdddbbbdqii', i, ...points.slice(3 * i, 3 * i + 3), 1, 2, 3, 0.5, 1, 10, 0),
      ),
    ]),
};

export async function writeColmapBinary(folder: string, sparse = 'sparse/0'): Promise<void> {
  await mkdir(join(folder, sparse), { recursive: true });
  await writeFile(join(folder, sparse, 'cameras.bin'), colmapBinary.cameras());
  await writeFile(join(folder, sparse, 'images.bin'), colmapBinary.images());
  await writeFile(join(folder, sparse, 'points3D.bin'), colmapBinary.points());
  for (const { name } of shots) await writePicture(join(folder, 'images', name));
}

/** Cameras that every format can say: R2N2's, which the others write down too. */
export const renderings: readonly R2n2Camera[] = [
  { azimuthDegrees: 40, elevationDegrees: 25, distance: 0.8 },
  { azimuthDegrees: 200, elevationDegrees: -10, distance: 0.9 },
  { azimuthDegrees: 310, elevationDegrees: 30, distance: 0.7 },
];

export const square = { width: 10, height: 10 };

export const renderedShots: readonly Shot[] = renderings.map((place, i) => ({
  name: `0${i}.png`,
  camera: fromR2n2(place),
  intrinsics: pixelIntrinsics(fromR2n2(place), square),
}));

export async function writeRenderings(folder: string): Promise<void> {
  for (const { name } of renderedShots) await writePicture(join(folder, name), square);
  await writeFile(join(folder, 'rendering_metadata.txt'), formatRenderingMetadata(renderings));
}
