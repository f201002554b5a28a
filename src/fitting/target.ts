// What is fitted: pictures of one object with the cameras that took them.

import type * as tf from '@tensorflow/tfjs';
import { type Camera, joinCameras } from '../../renderer/camera/index.ts';
import { ArgumentError, type Mesh } from '../../renderer/index.ts';
import type { Picture } from '../datasets/sample.ts';
import type { LampLight } from './lampLight.ts';

export interface FitView {
  /** [H, W, 4] in 0..1, sRGB and straight alpha, which tells the object from the rest. All of a target have one size. */
  image: Picture;
  /** Of one view. */
  camera: Camera;
}

/** Its world is centred at the object, which has a bounding sphere of radius 0.5, as in data sets. */
export interface FitTarget {
  /** Names files. */
  id: string;
  name: string;
  /** A word or two about it. */
  note: string;
  /** What is fitted to. */
  fitted: readonly FitView[];
  /** What is only compared with in the end. */
  heldOut: readonly FitView[];
  /** What takes its world to that of the file it came from: scale · point + offset. */
  toFile: { scale: number; offset: readonly [number, number, number] };
  /** How it was lit, where that is known. */
  light?: LampLight;
}

/** One camera with the views of all. */
export const cameraOf = (views: readonly FitView[]): Camera => joinCameras(views.map(({ camera }) => camera));

/** Height and width of the pictures. @throws ArgumentError where they are not all the same, or there are none. */
export function sizeOf({ id, fitted, heldOut }: FitTarget): { height: number; width: number } {
  const [first, ...others] = [...fitted, ...heldOut];
  if (!first || fitted.length === 0) throw new ArgumentError(`${id} has no pictures to fit to`);
  const [height, width] = first.image.shape;
  const other = others.find(({ image }) => image.shape[0] !== height || image.shape[1] !== width);
  if (other) {
    const [h, w] = other.image.shape;
    throw new ArgumentError(
      `pictures of ${id} must be of one size, but some are ${width} × ${height} and others ${w} × ${h}`,
    );
  }
  return { height, width };
}

/** @throws ArgumentError where pictures differ in size, or none of those to fit to shows anything. */
export function checkTarget(target: FitTarget): void {
  sizeOf(target);
  const shows = ({ image }: FitView) => image.data.some((value, i) => i % 4 === 3 && value > 0.5);
  if (!target.fitted.some(shows)) {
    throw new ArgumentError(
      `none of the ${target.fitted.length} pictures of ${target.id} to fit to shows any of it: are its masks, or its alpha, empty?`,
    );
  }
}

/** The tensors of a mesh. */
export function tensorsOf({ vertices, colors, uv, textures }: Mesh): tf.Tensor[] {
  return [
    vertices,
    ...(colors ? [colors] : []),
    ...(uv ? [uv.values] : []),
    ...Object.values(textures ?? {}).map(({ texels }) => texels),
  ];
}
