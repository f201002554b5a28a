// A picture of a mesh file, framed so that the whole mesh is in it.

import * as tf from '@tensorflow/tfjs';
import ndarray, { type NdArray } from 'ndarray';
import { ArgumentError } from '../../renderer/errors.ts';
import {
  clay,
  lookAt,
  type Mesh,
  type MethodOptions,
  PerspectiveCamera,
  render,
} from '../../renderer/index.ts';
import { linearToSrgb } from '../../renderer/io/colorSpace.ts';

export interface PortraitOptions {
  /** Width and height in pixels. */
  size: number;
  /** Where the camera stands: from +z towards +x, and above the horizon. */
  azimuthDegrees: number;
  elevationDegrees: number;
  /** Vertical field of view. */
  fovDegrees: number;
  method: MethodOptions;
  /** As grey clay, whatever colours the mesh has. */
  clay: boolean;
}

/** Samples along each side of a pixel. */
const SUPERSAMPLING = 3;
/** Part of the picture's half height that the mesh's bounding sphere fills. */
const FILL = 0.95;

/**
 * Draws `mesh` from a camera that looks at the centre of its bounding box, from as far away as its vertices need.
 *
 * @returns [size, size, 4] sRGB and straight alpha, 0 to 1; alpha is the method's silhouette
 * @throws ArgumentError for a mesh without vertices
 */
export function portrait(mesh: Mesh, options: PortraitOptions): NdArray<Float32Array> {
  const { size, method } = options;
  const side = size * SUPERSAMPLING;
  const samples = tf.tidy(() => {
    const camera = framingCamera(mesh.vertices.dataSync(), options);
    const { image, silhouette, faceIndex } = render(mesh, camera, {
      width: side,
      height: side,
      method,
      shading: options.clay ? clay : undefined,
      outputs: ['image', 'silhouette', 'faceIndex'],
    });
    const covered = faceIndex.greaterEqual(0).toFloat().expandDims(3);
    const layers = tf.concat([image, covered, silhouette.expandDims(3)], 3) as tf.Tensor4D;
    return tf.avgPool(layers, SUPERSAMPLING, SUPERSAMPLING, 'valid').dataSync();
  });
  const picture = new Float32Array(size * size * 4);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const [red, green, blue, covered, alpha] = samples.subarray(5 * pixel, 5 * pixel + 5);
    const scale = covered > 0 ? 1 / covered : 0;
    picture.set([...[red, green, blue].map((value) => linearToSrgb(value * scale)), alpha], 4 * pixel);
  }
  return ndarray(picture, [size, size, 4]);
}

/**
 * A camera that looks at the centre of the bounding box of `vertices` [V·3], from `distance`, or, where that is 0, from as far away
 * as it takes to see them all.
 *
 * @throws ArgumentError where there are no vertices.
 */
export function framingCamera(
  vertices: ArrayLike<number>,
  options: Pick<PortraitOptions, 'azimuthDegrees' | 'elevationDegrees' | 'fovDegrees'> & {
    distance?: number;
  },
): PerspectiveCamera {
  const { azimuthDegrees, elevationDegrees, fovDegrees } = options;
  const { center, radius } = boundingSphere(vertices);
  const distance = options.distance || radius / Math.sin((FILL * fovDegrees * Math.PI) / 360);
  const [azimuth, elevation] = [azimuthDegrees, elevationDegrees].map((angle) => (angle * Math.PI) / 180);
  const [x, y, z] = center;
  // Straight above or below, "up" has no meaning on the picture; a hair beside it, it does.
  const height = Math.abs(Math.cos(elevation)) < 1e-6 ? 1e-6 : Math.cos(elevation);
  const eye = [
    x + distance * height * Math.sin(azimuth),
    y + distance * Math.sin(elevation),
    z + distance * height * Math.cos(azimuth),
  ] as const;
  return new PerspectiveCamera({ fovDegrees, near: distance * 1e-3, view: lookAt({ eye, target: center }) });
}

/** About the centre of the bounding box: simple, and close enough to the smallest for a picture. */
export function boundingSphere(vertices: ArrayLike<number>): {
  center: [number, number, number];
  radius: number;
} {
  if (vertices.length === 0) throw new ArgumentError('the mesh has no vertices to look at');
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < vertices.length; i++) {
    low[i % 3] = Math.min(low[i % 3], vertices[i]);
    high[i % 3] = Math.max(high[i % 3], vertices[i]);
  }
  const center = low.map((value, axis) => (value + high[axis]) / 2) as [number, number, number];
  let squared = 0;
  for (let i = 0; i < vertices.length; i += 3) {
    const offset = center.map((value, axis) => vertices[i + axis] - value);
    squared = Math.max(squared, offset[0] ** 2 + offset[1] ** 2 + offset[2] ** 2);
  }
  return { center, radius: Math.max(Math.sqrt(squared), 1e-6) };
}
