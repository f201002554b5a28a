// A mesh file as something to fit to: drawn from all around, so that the truth is known.

import * as tf from '@tensorflow/tfjs';
import ndarray from 'ndarray';
import { orbit, PerspectiveCamera } from '../../renderer/camera/index.ts';
import { type Mesh, render, unlit } from '../../renderer/index.ts';
import { linearToSrgb } from '../../renderer/io/colorSpace.ts';
import type { Picture } from '../datasets/sample.ts';
import { type LampLight, lampShading } from './lampLight.ts';
import { placedRadius, readPlacedMesh } from './placedMesh.ts';
import { type FitTarget, type FitView, tensorsOf } from './target.ts';

export interface MeshTargetOptions {
  file: string;
  /** Pictures to fit to, and others to compare with. */
  fit: number;
  heldOut: number;
  /** Side of the pictures in pixels. */
  imageSize: number;
  /** Vertical field of view. */
  fovDegrees: number;
  /** Least and greatest height of the cameras above the horizon. */
  elevationsDegrees: readonly [number, number];
  light?: LampLight;
}

/** Samples along each side of a pixel. */
const supersampling = 4;
/** Part of the picture's half height that the object fills. */
const fill = 0.92;

/** @throws FileError where the file cannot be read, ArgumentError where it has no vertices. */
export async function meshTarget(options: MeshTargetOptions): Promise<FitTarget> {
  const { mesh, toFile } = await readPlacedMesh(options.file);
  const all = directions(options.fit + options.heldOut, options.elevationsDegrees);
  const views = all.map((direction) => drawnView(mesh, direction, options));
  tf.dispose(tensorsOf(mesh));
  // Held-out directions lie between the fitted ones: every so many of the spiral.
  const isHeldOut = (i: number) =>
    Math.floor(((i + 1) * options.heldOut) / all.length) > Math.floor((i * options.heldOut) / all.length);
  const { basename, extname } = await import('node:path');
  const name = basename(options.file, extname(options.file));
  return {
    id: name,
    name,
    note: basename(options.file),
    fitted: views.filter((_, i) => !isHeldOut(i)),
    heldOut: views.filter((_, i) => isHeldOut(i)),
    toFile,
    light: options.light,
  };
}

interface Direction {
  azimuthDegrees: number;
  elevationDegrees: number;
}

/** Evenly over the band of a sphere between two elevations: a spiral by the golden angle, from below to above. */
function directions(count: number, [lowest, highest]: readonly [number, number]): Direction[] {
  const [low, high] = [lowest, highest].map((angle) => Math.sin((angle * Math.PI) / 180));
  const goldenAngle = 180 * (3 - Math.sqrt(5));
  return Array.from({ length: count }, (_, i) => ({
    azimuthDegrees: (i * goldenAngle) % 360,
    elevationDegrees: (Math.asin(low + ((i + 0.5) / count) * (high - low)) * 180) / Math.PI,
  }));
}

function drawnView(
  mesh: Mesh,
  direction: Direction,
  { imageSize, fovDegrees, light }: MeshTargetOptions,
): FitView {
  const distance = placedRadius / Math.sin((fill * fovDegrees * Math.PI) / 360);
  const camera = new PerspectiveCamera({
    fovDegrees,
    near: distance * 1e-3,
    view: orbit({ ...direction, distance }),
  });
  const side = imageSize * supersampling;
  const values = tf.tidy(() => {
    const { image, silhouette } = render(mesh, camera, {
      width: side,
      height: side,
      method: { type: 'hard' },
      shading: light ? lampShading(light) : unlit(),
      outputs: ['image', 'silhouette'],
    });
    const layers = tf.concat([image, silhouette.expandDims(3)], 3) as tf.Tensor4D;
    return tf.avgPool(layers, supersampling, supersampling, 'valid').dataSync();
  });
  const picture = Float32Array.from(values);
  for (let i = 0; i < picture.length; i += 4) {
    const alpha = picture[i + 3];
    for (let c = i; c < i + 3; c++)
      picture[c] = alpha > 0 ? linearToSrgb(Math.min(1, picture[c] / alpha)) : 0;
  }
  return { image: ndarray(picture, [imageSize, imageSize, 4]) as Picture, camera };
}
