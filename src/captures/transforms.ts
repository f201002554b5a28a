// transforms.json: of NeRF's Blender scenes (one angle for all pictures, names without ending), of instant-ngp and of nerfstudio
// (a calibration for all or for each). Matrices take from camera to world; cameras look down −z with y up, as here; z is up in the
// world. Calibrations count from the picture's corner.

import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { identityView, type PixelIntrinsics, rigidView } from '../../renderer/camera/index.ts';
import { ArgumentError, FileError } from '../../renderer/errors.ts';
import { readFileText } from '../../renderer/io/files.ts';
import { boundsOfCameras } from './bounds.ts';
import { atPlace, type Capture, type CaptureOptions, captureView } from './capture.ts';
import { findPicture, within } from './pictures.ts';

const positive = z.number().positive();
const distortions = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'p1', 'p2'] as const;
const distortion = z.number().optional();

const calibration = z.object({
  camera_angle_x: z.number().gt(0).lt(Math.PI).optional(),
  camera_angle_y: z.number().gt(0).lt(Math.PI).optional(),
  fl_x: positive.optional(),
  fl_y: positive.optional(),
  cx: z.number().optional(),
  cy: z.number().optional(),
  w: positive.int().optional(),
  h: positive.int().optional(),
  camera_model: z.string().optional(),
  is_fisheye: z.boolean().optional(),
  k1: distortion,
  k2: distortion,
  k3: distortion,
  k4: distortion,
  k5: distortion,
  k6: distortion,
  p1: distortion,
  p2: distortion,
});

type Calibration = z.infer<typeof calibration>;

const row = z.array(z.number()).length(4);

const frame = calibration.extend({
  file_path: z.string().min(1),
  mask_path: z.string().min(1).optional(),
  transform_matrix: z.array(row).min(3).max(4),
});

const transforms = calibration.extend({ frames: z.array(frame).min(1) });

/** Models of a pinhole, given that nothing is distorted. */
const pinholes = ['PINHOLE', 'SIMPLE_PINHOLE', 'PERSPECTIVE', 'OPENCV', 'SIMPLE_RADIAL', 'RADIAL'];

/**
 * Opens the capture of a transforms.json, whose folder is the capture's.
 *
 * @throws FileError where the file is malformed, a picture is not there, or one is distorted.
 */
export async function openTransforms(path: string, options: CaptureOptions = {}): Promise<Capture> {
  const folder = dirname(resolve(path));
  const { frames, ...shared } = await readTransforms(path);
  const maskFolder = options.masks === undefined ? undefined : resolve(folder, options.masks);
  const views = [];
  for (const [i, { file_path, mask_path, transform_matrix, ...own }] of frames.entries()) {
    const place = `${path}: frames[${i}]`;
    const values: Calibration = { ...shared, ...defined(own) };
    refuseDistortion(values, place);
    const inFolder = (name: string, key: string) =>
      within(folder, folder, name, `${place}.${key}`, options.allowOutside);
    const mask = mask_path === undefined || maskFolder ? undefined : inFolder(mask_path, 'mask_path');
    views.push(
      await captureView(
        {
          name: file_path,
          picture: inFolder(file_path, 'file_path'),
          mask: mask && (await findPicture(mask, `${place}.mask_path`)),
          view: atPlace(`${place}.transform_matrix`, () => inverse(transform_matrix)),
          intrinsics: (width, height) => intrinsicsOf(values, width, height, place),
        },
        place,
        maskFolder,
      ),
    );
  }
  return {
    name: basename(folder),
    views,
    bounds: boundsOfCameras(views),
    up: [0, 0, 1],
    fromFiles: identityView,
  };
}

async function readTransforms(path: string): Promise<z.infer<typeof transforms>> {
  let content: unknown;
  try {
    content = JSON.parse(await readFileText(path));
  } catch (error) {
    throw error instanceof SyntaxError ? new FileError(path, `not JSON (${error.message})`) : error;
  }
  const parsed = transforms.safeParse(content);
  if (parsed.success) return parsed.data;
  const [{ path: place, message }] = parsed.error.issues;
  throw new FileError(path, `${placeIn(place) || 'content'}: ${message}`);
}

/** frames[3].transform_matrix[0] */
const placeIn = (keys: readonly PropertyKey[]) =>
  keys.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');

/** Its keys with a value: those override what all frames share. */
const defined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

function refuseDistortion(values: Calibration, place: string): void {
  const { camera_model: model, is_fisheye } = values;
  if (is_fisheye || (model !== undefined && !pinholes.includes(model.toUpperCase()))) {
    throw new FileError(
      place,
      `has the camera model ${model ?? 'fisheye'}; undistort the pictures to a pinhole first`,
    );
  }
  const distorted = distortions.find((key) => (values[key] ?? 0) !== 0);
  if (distorted) {
    throw new FileError(
      place,
      `has a distortion, ${distorted} = ${values[distorted]}; undistort the pictures first`,
    );
  }
}

/** The inverse of a rigid matrix by its rows. @throws ArgumentError where it is none. */
function inverse([x, y, z, last = [0, 0, 0, 1]]: readonly (readonly number[])[]): Float64Array {
  if (last.some((value, i) => value !== (i === 3 ? 1 : 0))) {
    throw new ArgumentError(`the last row must be 0 0 0 1, but is ${last.join(' ')}`);
  }
  const column = (k: number) => [x[k], y[k], z[k]];
  const rotation = [0, 1, 2].flatMap(column);
  const translation = [0, 1, 2].map((k) => -(x[k] * x[3] + y[k] * y[3] + z[k] * z[3]));
  return rigidView(rotation, translation, ['the upper left', 'the last column']);
}

function intrinsicsOf(
  values: Calibration,
  pictureWidth: number,
  pictureHeight: number,
  place: string,
): PixelIntrinsics {
  const { w: width = pictureWidth, h: height = pictureHeight, cx = width / 2, cy = height / 2 } = values;
  const focal = (side: number, angle?: number) =>
    angle === undefined ? undefined : side / 2 / Math.tan(angle / 2);
  const horizontal = values.fl_x ?? focal(width, values.camera_angle_x);
  const vertical = values.fl_y ?? focal(height, values.camera_angle_y);
  const fx = horizontal ?? vertical;
  if (fx === undefined) throw new FileError(place, 'has neither fl_x nor camera_angle_x');
  return { width, height, fx, fy: vertical ?? fx, cx, cy };
}
