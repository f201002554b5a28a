// Photographs of one thing with the cameras that took them, whatever files they come from.

import {
  type Camera,
  IntrinsicsCamera,
  type PixelIntrinsics,
  type ViewMatrix,
} from '../../renderer/camera/index.ts';
import { ArgumentError, FileError } from '../../renderer/errors.ts';
import type { ByteImage } from '../../renderer/io/index.ts';
import { findMask, findPicture, pictureSize, readMasked } from './pictures.ts';
import type { Bounds, Vector3 } from './vectors.ts';

export interface CaptureView {
  /** The picture's, as the capture's files have it. */
  name: string;
  width: number;
  height: number;
  /** Of one view, in the capture's world. */
  camera: Camera;
  /**
   * The picture [height, width, 4] as its file has it, sRGB; alpha tells the object (255) from the rest (0), and is 255 throughout where
   * neither the picture nor a mask knows. Read anew at every call.
   *
   * @throws FileError where picture or mask are damaged, or differ in size.
   */
  image(): Promise<ByteImage>;
}

export interface Capture {
  /** Of the folder. */
  name: string;
  views: readonly CaptureView[];
  /** Where the photographed thing is, by a guess from points or from where the cameras look; absent where they do not tell. */
  bounds?: Bounds;
  /** Of length 1; a guess, by the custom of the format or from how the cameras were held. */
  up: Vector3;
  /** From the world of the files to that of the cameras, 4×4, row-major: the identity until `placeCapture`. */
  fromFiles: ViewMatrix;
}

export interface CaptureOptions {
  /** Folder of the pictures, for COLMAP; relative to the capture's. Default: `images`. */
  images?: string;
  /** Folder of masks with the names of the pictures, white on the object; relative to the capture's. Default: none, or as its files say. */
  masks?: string;
  /** Read pictures and masks that the capture's files place outside its folder. Default: refuse. */
  allowOutside?: boolean;
}

/** A picture and its camera as a file lists them. */
export interface ListedView {
  name: string;
  /** Without an ending, those of pictures are tried. */
  picture: string;
  /** A mask that the file names. */
  mask?: string;
  view: ViewMatrix;
  /** Of a picture whose size is that of the file, unless they say another. */
  intrinsics: (width: number, height: number) => PixelIntrinsics;
}

/**
 * @param place names the listing in errors.
 * @throws FileError where the picture or its mask is not there, has another shape than the camera, or the camera is none.
 */
export async function captureView(
  { name, picture, mask, view, intrinsics }: ListedView,
  place: string,
  maskFolder: string | undefined,
): Promise<CaptureView> {
  const path = await findPicture(picture, `${place}: picture`);
  const maskPath = maskFolder ? await findMask(maskFolder, name, `${place}: mask`) : mask;
  const { width, height } = await pictureSize(path);
  const camera = atPlace(place, () => new IntrinsicsCamera({ ...intrinsics(width, height), view }));
  const { width: w, height: h } = intrinsics(width, height);
  // Pictures are often halved after calibration; a row or column may be lost to rounding.
  if (Math.abs(width * h - height * w) > Math.max(w, h)) {
    throw new FileError(
      place,
      `is a camera for pictures of ${w} × ${h}, but ${path} has ${width} × ${height}`,
    );
  }
  return { name, width, height, camera, image: () => readMasked(path, maskPath) };
}

/** What `make` makes of numbers in a file; an error of theirs gets the place. */
export function atPlace<Value>(place: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw error instanceof ArgumentError ? new FileError(place, error.message) : error;
  }
}
