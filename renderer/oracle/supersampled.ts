// Many samples a pixel, drawn by the kernels as one large picture and averaged, and finite differences of a loss over that: what
// the exact gradient can be checked against, knowing nothing of its integrals. A sample is a thread on gpu.js, a pixel of a z-buffer
// in plain TypeScript.
//
// A boundary of length ℓ (image-plane units) sweeps about ℓh/δ² samples δ apart in a step h, and those at its ends count or not by
// chance; so a derivative of the covered area is off by about √(ℓδ) δ/h, up to ℓδ/h where the boundary runs along rows or columns
// of samples, and by O(h²) where the derivative is not constant. Hence steps of many samples, yet small beside a pixel.

import { ArgumentError } from '../errors.ts';
import { findVisible } from '../kernels/gpu/findVisible.ts';
import { webGpuDevice } from '../kernels/gpu/webGpu.ts';
import {
  type Fragments,
  type KernelName,
  kernelsNamed,
  largestSide,
  type Picture,
  type Scene,
} from '../kernels/index.ts';
import type { ExactPicture } from './exactPicture.ts';
import { checkedBackground, type OracleOptions } from './options.ts';

export interface SupersampleOptions extends Pick<OracleOptions, 'attributes' | 'background'> {
  /** Samples along a side of each pixel: n² samples in all, on a regular grid. Default: 8. */
  samples?: number;
}

const defaultSamples = 8;

/**
 * Mean of n × n samples of each pixel: the picture that `exactPicture` is the limit of. With the kernel "scalar" (default) and
 * positions in double precision, samples are placed in double precision; with "gpu", to about 1e-6 of their distance.
 *
 * @throws ArgumentError where samples are not a whole number, or make a picture of more than 16,384 a side.
 */
export function supersampledPicture(
  scene: Scene,
  picture: Picture,
  { kernel = 'scalar', ...options }: SupersampleOptions & { kernel?: KernelName } = {},
): ExactPicture {
  const fine = finePicture(picture, options);
  return filtered(scene, picture, kernelsNamed(kernel).findVisible(scene, fine), options);
}

/**
 * `supersampledPicture` on WebGPU.
 *
 * @throws RastergradError where gpu.js or WebGPU is not there.
 */
export async function supersampledPictureAsync(
  scene: Scene,
  picture: Picture,
  options: SupersampleOptions = {},
): Promise<ExactPicture> {
  const fine = finePicture(picture, options);
  const device = await webGpuDevice();
  return filtered(scene, picture, await device.runAsync(findVisible(scene, fine)), options);
}

export interface DifferenceOptions extends SupersampleOptions {
  kernel?: KernelName;
  /** Rows of `scene.positions` that move. Default: all. */
  vertices?: readonly number[];
  /**
   * How far a vertex moves to either side, in image-plane units: homogeneous coordinates by this times w, so that all move the
   * picture alike. Default: a quarter of a pixel.
   */
  step?: number;
}

/**
 * Central finite differences of a loss over `supersampledPicture`, one row of `scene.stride` derivatives for each of `vertices`.
 * Draws the picture twice for every coordinate.
 *
 * @throws ArgumentError where samples or step do not fit, or a vertex is not there.
 */
export function supersampledGradient(
  scene: Scene,
  picture: Picture,
  loss: (pictures: ExactPicture) => number,
  { vertices, step = 0.5 / Math.max(picture.width, picture.height), ...options }: DifferenceOptions = {},
): Float64Array {
  const { stride } = scene;
  const positions = Float64Array.from(scene.positions);
  const rows = vertices ?? Array.from({ length: positions.length / stride }, (_, row) => row);
  if (!(step > 0 && step < Infinity)) throw new ArgumentError(`step must be positive, but is ${step}`);
  const wrong = rows.find((row) => !(Number.isInteger(row) && row >= 0 && stride * row < positions.length));
  if (wrong !== undefined) {
    throw new ArgumentError(`vertices hold ${wrong}, but positions have ${positions.length / stride} rows`);
  }
  const moved: Scene = { ...scene, positions };
  const lossAt = (i: number, value: number) => {
    positions[i] = value;
    return loss(supersampledPicture(moved, picture, options));
  };
  const gradient = new Float64Array(stride * rows.length);
  rows.forEach((row, r) => {
    const by = step * (stride === 4 ? Math.abs(positions[4 * row + 3]) || 1 : 1);
    for (let axis = 0; axis < stride; axis++) {
      const i = stride * row + axis;
      const value = positions[i];
      gradient[stride * r + axis] = (lossAt(i, value + by) - lossAt(i, value - by)) / (2 * by);
      positions[i] = value;
    }
  });
  return gradient;
}

/** The picture of all samples: sample centres are the pixel centres of a picture n times as large. */
function finePicture(picture: Picture, { samples = defaultSamples }: SupersampleOptions): Picture {
  const { width, height } = picture;
  if (!Number.isInteger(samples) || samples < 1) {
    throw new ArgumentError(`samples must be a whole number from 1, but are ${samples}`);
  }
  if (samples * Math.max(width, height) > largestSide) {
    throw new ArgumentError(
      `samples × the picture's side must be at most ${largestSide}, but are ${samples} × ${Math.max(width, height)}`,
    );
  }
  return { ...picture, width: samples * width, height: samples * height };
}

/** Box filter: means over the samples of each pixel, of coverage and of interpolated attributes. */
function filtered(
  scene: Scene,
  { width, height }: Picture,
  { faces, weights }: Fragments,
  { samples = defaultSamples, ...options }: SupersampleOptions,
): ExactPicture {
  const background = checkedBackground(options);
  const { attributes } = options;
  const channels = background.length;
  const pixels = width * height;
  const share = 1 / samples ** 2;
  const image = new Float64Array(scene.items.length * pixels * channels);
  const silhouette = new Float64Array(scene.items.length * pixels);
  scene.items.forEach(({ faceStart }, b) => {
    let i = b * pixels * samples ** 2;
    for (let fineRow = 0; fineRow < samples * height; fineRow++) {
      const rowStart = b * pixels + width * Math.floor(fineRow / samples);
      for (let fineColumn = 0; fineColumn < samples * width; fineColumn++, i++) {
        const face = faces[i];
        if (face < 0) continue;
        const pixel = rowStart + Math.floor(fineColumn / samples);
        silhouette[pixel] += share;
        if (!attributes) continue;
        for (let k = 0; k < 3; k++) {
          const row = attributes.rowStarts[b] + attributes.indices[3 * (faceStart + face) + k];
          const weight = share * weights[3 * i + k];
          for (let c = 0; c < channels; c++) {
            image[channels * pixel + c] += weight * attributes.values[channels * row + c];
          }
        }
      }
    }
  });
  for (let i = 0; i < image.length; i++) {
    image[i] += (1 - silhouette[Math.floor(i / channels)]) * background[i % channels];
  }
  return { image, silhouette };
}
