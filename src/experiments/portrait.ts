// Pictures of a mesh, framed so that the whole mesh is in them: its colours, and what else there is to see of its surface.

import * as tf from '@tensorflow/tfjs';
import ndarray, { type NdArray } from 'ndarray';
import {
  boundingSphere,
  lookAt,
  type Mesh,
  type MethodOptions,
  type NormalKind,
  PerspectiveCamera,
  type RenderOutputName,
  type RenderOutputs,
  render,
  type Shading,
} from '../../renderer/index.ts';
import { linearToSrgb } from '../../renderer/io/colorSpace.ts';

export interface PortraitOptions {
  /** In pixels. */
  width: number;
  height: number;
  /** Where the camera stands: from +z towards +x, and above the horizon. */
  azimuthDegrees: number;
  elevationDegrees: number;
  /** Vertical field of view. */
  fovDegrees: number;
  method: MethodOptions;
  /** Default: that of `render`. */
  shading?: Shading;
  /** Which normals `normalPortrait` shows. Default: that of `render`. */
  normals?: NormalKind;
  /** Samples along each side of a pixel. Default: 3. */
  supersampling?: number;
}

/** A pixel with less of its own colour takes that of its neighbours. */
const LEAST_PAINT = 1e-3;
const NEIGHBOURS = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dx, dy]));
/** Part of the picture's half height, or width where that is less, that the mesh's bounding sphere fills. */
const FILL = 0.95;

/**
 * Draws `mesh` from a camera that looks at the centre of its bounding box, from as far away as its vertices need.
 *
 * @returns [height, width, 4] sRGB and straight alpha, 0 to 1; alpha is the method's silhouette
 * @throws ArgumentError for a mesh without vertices
 */
export function portrait(mesh: Mesh, options: PortraitOptions): NdArray<Float32Array> {
  const samples = sampled(mesh, options, (draw) => {
    const { image, silhouette } = draw(['image', 'silhouette'], 0);
    // What a method mixes into its picture of the background is missing from the paint.
    const paint = tf.sub(1, draw(['image'], 1).image.sub(image).slice([0, 0, 0, 0], [-1, -1, -1, 1]));
    return [image, paint, silhouette.expandDims(3)];
  });
  const picture = withAlpha(samples, options);
  for (let i = 0; i < picture.length; i++) if (i % 4 < 3) picture[i] = linearToSrgb(picture[i]);
  return ndarray(picture, [options.height, options.width, 4]);
}

/**
 * The same with normals n in place of colours, in world space, on the side from which faces wind counter-clockwise: ½ + ½ n.
 *
 * @returns [height, width, 4]
 */
export function normalPortrait(mesh: Mesh, options: PortraitOptions): NdArray<Float32Array> {
  return surfacePortrait(mesh, options, (draw, covered) => draw(['normals']).normals.add(covered).div(2));
}

/**
 * The same with texture coordinates: u is red, v is green, and beyond 0 … 1 only their fraction counts.
 *
 * @returns [height, width, 4]
 */
export function uvPortrait(mesh: Mesh, options: PortraitOptions): NdArray<Float32Array> {
  return surfacePortrait(mesh, options, (draw) => {
    const { uv } = draw(['uv']);
    const isInside = tf.logicalAnd(uv.greaterEqual(0), uv.lessEqual(1));
    return tf.pad(tf.where(isInside, uv, uv.sub(uv.floor())), [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 1],
    ]);
  });
}

/** @returns [height, width, 1]: the method's silhouette, 0 to 1 */
export function silhouettePortrait(mesh: Mesh, options: PortraitOptions): NdArray<Float32Array> {
  const samples = sampled(mesh, options, (draw) => [draw(['silhouette']).silhouette.expandDims(3)]);
  return ndarray(samples, [options.height, options.width, 1]);
}

/**
 * How far the surface is from the camera plane, at the centres of pixels; `supersampling` is left aside, as a mean of two distances is
 * neither.
 *
 * @returns [height, width, 1] in the mesh's unit; 0 on the background
 */
export function distancePortrait(mesh: Mesh, options: PortraitOptions): NdArray<Float32Array> {
  const samples = sampled(mesh, { ...options, supersampling: 1 }, (draw) => [
    draw(['depth']).depth.neg().expandDims(3),
  ]);
  return ndarray(samples, [options.height, options.width, 1]);
}

/** Renders the framed mesh, on a grey background. */
type Draw = <Name extends RenderOutputName>(
  outputs: readonly Name[],
  background?: number,
) => Pick<RenderOutputs, Name>;

/** [H·W·C] means over the samples of each pixel, of layers [1, S·H, S·W, …] that are C channels together. */
function sampled(mesh: Mesh, options: PortraitOptions, layersOf: (draw: Draw) => tf.Tensor[]): Float32Array {
  const { width, height, method, shading, normals, supersampling = 3 } = options;
  return tf.tidy(() => {
    const camera = framingCamera(mesh.vertices.dataSync(), { ...options, aspect: width / height });
    const layers = layersOf((outputs, grey = 0) =>
      render(mesh, camera, {
        width: supersampling * width,
        height: supersampling * height,
        method,
        shading,
        normals,
        background: [grey, grey, grey],
        outputs,
      }),
    );
    const whole = tf.concat(layers, 3) as tf.Tensor4D;
    return tf.avgPool(whole, supersampling, supersampling, 'valid').dataSync<'float32'>();
  });
}

/** What is 0 on the background, [1, S·H, S·W, 3], as a picture with alpha. */
function surfacePortrait(
  mesh: Mesh,
  options: PortraitOptions,
  colorsOf: (draw: Draw, covered: tf.Tensor) => tf.Tensor,
): NdArray<Float32Array> {
  const samples = sampled(mesh, options, (draw) => {
    const { silhouette, faceIndex } = draw(['silhouette', 'faceIndex']);
    const covered = faceIndex.greaterEqual(0).toFloat().expandDims(3);
    return [colorsOf(draw, covered), covered, silhouette.expandDims(3)];
  });
  return ndarray(withAlpha(samples, options), [options.height, options.width, 4]);
}

/** From colours times paint, paint and silhouette to colours and alpha. */
function withAlpha(samples: Float32Array, { width, height }: PortraitOptions): Float32Array {
  const picture = new Float32Array(width * height * 4);
  const painted = new Uint8Array(width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
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
  spreadColors(picture, painted, width);
  return picture;
}

/** Where a soft silhouette reaches beyond the paint, pixels take the mean colour of their neighbours, outwards ring by ring. */
function spreadColors(picture: Float32Array, painted: Uint8Array, width: number): void {
  let ring = Array.from(painted.keys()).filter((pixel) => painted[pixel] === 1);
  while (ring.length > 0) {
    const counts = new Map<number, number>();
    for (const pixel of ring) {
      const column = pixel % width;
      for (const [dx, dy] of NEIGHBOURS) {
        const next = pixel + dx + dy * width;
        const isInside = column + dx >= 0 && column + dx < width && next >= 0 && next < painted.length;
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
    /** Width over height of the picture. Default: 1. */
    aspect?: number;
  },
): PerspectiveCamera {
  const { azimuthDegrees, elevationDegrees, fovDegrees, aspect = 1 } = options;
  const { center, radius } = boundingSphere(vertices);
  const tall = (fovDegrees * Math.PI) / 360;
  const narrow = aspect < 1 ? Math.atan(aspect * Math.tan(tall)) : tall;
  const distance = options.distance || radius / Math.sin(FILL * narrow);
  const [azimuth, elevation] = [azimuthDegrees, elevationDegrees].map((angle) => (angle * Math.PI) / 180);
  const [x, y, z] = center;
  // Straight above or below, "up" has no meaning on the picture; a hair beside it, it does.
  const height = Math.abs(Math.cos(elevation)) < 1e-6 ? 1e-6 : Math.cos(elevation);
  const eye = [
    x + distance * height * Math.sin(azimuth),
    y + distance * Math.sin(elevation),
    z + distance * height * Math.cos(azimuth),
  ] as const;
  const view = lookAt({ eye, target: center });
  return new PerspectiveCamera({ fovDegrees, aspect, near: distance * 1e-3, view });
}
