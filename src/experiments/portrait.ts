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
/** A pixel with less of its own colour takes that of its neighbours. */
const LEAST_PAINT = 1e-3;
const NEIGHBOURS = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dx, dy]));
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
    const draw = (grey: number) =>
      render(mesh, camera, {
        width: side,
        height: side,
        method,
        shading: options.clay ? clay : undefined,
        background: [grey, grey, grey],
        outputs: ['image', 'silhouette'],
      });
    const { image, silhouette } = draw(0);
    // What a method mixes into its picture of the background is missing from the paint.
    const paint = tf.sub(1, draw(1).image.sub(image).slice([0, 0, 0, 0], [-1, -1, -1, 1]));
    const layers = tf.concat([image, paint, silhouette.expandDims(3)], 3) as tf.Tensor4D;
    return tf.avgPool(layers, SUPERSAMPLING, SUPERSAMPLING, 'valid').dataSync();
  });
  const picture = new Float32Array(size * size * 4);
  const painted = new Uint8Array(size * size);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const [red, green, blue, paint, alpha] = samples.subarray(5 * pixel, 5 * pixel + 5);
    if (paint > LEAST_PAINT) {
      painted[pixel] = 1;
      picture.set(
        [red, green, blue].map((value) => value / paint),
        4 * pixel,
      );
    }
    picture[4 * pixel + 3] = Math.min(1, Math.max(0, alpha));
  }
  spreadColors(picture, painted, size);
  for (let i = 0; i < picture.length; i++) if (i % 4 < 3) picture[i] = linearToSrgb(picture[i]);
  return ndarray(picture, [size, size, 4]);
}

/** Where a soft silhouette reaches beyond the paint, pixels take the mean colour of their neighbours, outwards ring by ring. */
function spreadColors(picture: Float32Array, painted: Uint8Array, size: number): void {
  let ring = Array.from(painted.keys()).filter((pixel) => painted[pixel] === 1);
  while (ring.length > 0) {
    const counts = new Map<number, number>();
    for (const pixel of ring) {
      const column = pixel % size;
      for (const [dx, dy] of NEIGHBOURS) {
        const next = pixel + dx + dy * size;
        const isInside = column + dx >= 0 && column + dx < size && next >= 0 && next < size * size;
        if (!isInside || painted[next] === 1 || picture[4 * next + 3] === 0) continue;
        for (let c = 0; c < 3; c++) picture[4 * next + c] += picture[4 * pixel + c];
        counts.set(next, (counts.get(next) ?? 0) + 1);
      }
    }
    for (const [pixel, count] of counts) {
      painted[pixel] = 1;
      for (let c = 0; c < 3; c++) picture[4 * pixel + c] /= count;
    }
    ring = [...counts.keys()];
  }
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
