// The files of renderings that keep cameras and points in NumPy archives: see npzRenderings.ts.

import { unzipSync } from 'fflate';
import { decode as decodeJpeg } from 'jpeg-js';
import { FileError } from '../../renderer/errors.ts';
import { decodeNpy } from '../tensor/npz.ts';
import { type Picture, readBytes, readPngFile, type Surface, unitRange } from './decode.ts';

/** Arrays by name. @throws FileError where the file is missing or no archive of arrays */
function readArrays(path: string): (name: string) => Float64Array | undefined {
  const bytes = readBytes(path);
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes);
  } catch (error) {
    throw new FileError(path, `is no .npz archive (${(error as Error).message})`);
  }
  return (name) => {
    const file = files[`${name}.npy`];
    return file && Float64Array.from(decodeNpy(file, `${path}, ${name}`).data, Number);
  };
}

/**
 * The cameras of an archive. A point p appears at (x/z, y/z) of K·W·S·p, K = camera_mat, W = world_mat, S = scale_mat or the identity, both
 * from −1 to 1, x right, y down. With K = diag(±f, ±f, ±1), and W·S a rotation, a scale and a shift, that is a rigid camera of ours, with
 * lengths in the unit of p.
 *
 * @returns vertical field of view, and for each picture 16 numbers, row-major, from the world to the camera.
 * @throws FileError where there are none, or they are no such cameras
 */
export function readNpzCameras(path: string): { fovDegrees: number; matrices: number[][] } {
  const array = readArrays(path);
  const matrices: number[][] = [];
  let focal = 0;
  for (let i = 0; ; i++) {
    const world = array(`world_mat_${i}`);
    if (!world) break;
    const lens = array(`camera_mat_${i}`) ?? identity;
    const whole = product(world, array(`scale_mat_${i}`) ?? identity);
    const fail = (problem: string): never => {
      throw new FileError(path, `camera ${i}: ${problem}`);
    };
    if (Math.abs(lens[2]) + Math.abs(lens[6]) > 1e-4) fail('its centre is not that of the picture');
    if (Math.abs(Math.abs(lens[0]) - Math.abs(lens[5])) > 1e-4 * Math.abs(lens[0])) {
      fail('its pixels are not square');
    }
    if (i > 0 && Math.abs(Math.abs(lens[0]) - focal) > 1e-4 * focal) fail('its lens is another one');
    focal = Math.abs(lens[0]);
    // To x right, y up, z towards the viewer.
    const signs = [Math.sign(lens[0]), -Math.sign(lens[5]), -Math.sign(lens[10])];
    const scale = Math.hypot(whole[0], whole[4], whole[8]);
    const matrix = Array.from({ length: 12 }, (_, k) => (signs[k >> 2] * whole[k]) / scale);
    if (!isRotation(matrix)) fail('it is no turned and shifted one');
    matrices.push([...matrix, 0, 0, 0, 1]);
  }
  if (matrices.length === 0) throw new FileError(path, 'holds no world_mat_0');
  return { fovDegrees: (360 / Math.PI) * Math.atan(1 / focal), matrices };
}

const identity = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);

/** a · b, both 4 × 4 or with the last row left out. */
function product(a: Float64Array, b: Float64Array): Float64Array {
  const last = [0, 0, 0, 1];
  const entry = (m: Float64Array, i: number) => m[i] ?? last[i - 12];
  return Float64Array.from({ length: 12 }, (_, at) =>
    [0, 1, 2, 3].reduce((sum, k) => sum + a[4 * (at >> 2) + k] * entry(b, 4 * k + (at & 3)), 0),
  );
}

/** Whether rows are orthonormal and not mirrored, to the accuracy of single precision. */
function isRotation(m: readonly number[]): boolean {
  const [a, b, c] = [0, 4, 8].map((row) => m.slice(row, row + 3));
  const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const lengths = [a, b].map((row) => Math.abs(Math.hypot(...row) - 1));
  return Math.max(...lengths, ...cross.map((value, k) => Math.abs(value - c[k]))) < 1e-3;
}

/** The arrays `points` and `normals`. @throws FileError where there are no points */
export function readNpzSurface(path: string): Surface {
  const array = readArrays(path);
  const points = array('points');
  if (!points || points.length < 3 || points.length % 3 !== 0) throw new FileError(path, 'holds no points');
  const normals = array('normals');
  if (normals && normals.length !== points.length) {
    throw new FileError(path, `has ${points.length / 3} points and ${normals.length / 3} normals`);
  }
  return {
    points: Float32Array.from(points),
    ...(normals && { normals: unitRows(normals) }),
  };
}

function unitRows(rows: Float64Array): Float32Array {
  const result = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i += 3) {
    const length = Math.hypot(rows[i], rows[i + 1], rows[i + 2]) || 1;
    for (let k = i; k < i + 3; k++) result[k] = rows[k] / length;
  }
  return result;
}

/** RGBA of a picture, with the first channel of its mask as alpha; black where that is 0. @throws FileError where a file is bad */
export function readMaskedPicture({ image, mask }: { image: string; mask?: string }): Picture {
  const { width, height, data } = /\.png$/i.test(image) ? readPngFile(image) : readJpegFile(image);
  if (width !== height)
    throw new FileError(image, `is ${width} × ${height} pixels, expected a square picture`);
  const rgba = Uint8Array.from(data);
  if (mask) {
    const alpha = readPngFile(mask);
    if (alpha.width !== width || alpha.height !== height) {
      throw new FileError(
        mask,
        `is ${alpha.width} × ${alpha.height} pixels, its picture ${width} × ${height}`,
      );
    }
    // Some masks are of 0 and 1, others of 0 and 255.
    for (let i = 0; i < rgba.length; i += 4) rgba[i + 3] = alpha.data[i] > 0 ? 255 : 0;
  }
  for (let i = 0; i < rgba.length; i += 4) if (rgba[i + 3] === 0) rgba.fill(0, i, i + 3);
  return unitRange(rgba, width);
}

function readJpegFile(path: string): { width: number; height: number; data: Uint8Array } {
  const bytes = readBytes(path);
  try {
    return decodeJpeg(bytes, { useTArray: true });
  } catch (error) {
    throw new FileError(path, `damaged JPEG (${(error as Error).message})`);
  }
}
