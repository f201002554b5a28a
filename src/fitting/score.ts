// How well a fitted mesh matches pictures: numbers for people.

import * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import { type Mesh, render, type Shading } from '../../renderer/index.ts';
import { linearToSrgb } from '../../renderer/io/colorSpace.ts';
import { colorDifference, silhouetteIou } from '../metrics/index.ts';
import { channel, linearColors } from '../training/batch.ts';
import type { FitView } from './target.ts';

export interface ViewScores {
  /** Of silhouettes at one half, in percent. */
  iou: number;
  /** Mean absolute difference of linear colour over the true object's pixels, a pixel that is missed counting as black. */
  color: number;
  /** Of pictures on black, sRGB, in decibels: the mean over views of −10·log₁₀ of the mean squared difference. */
  psnr: number;
}

/** Samples along each side of a pixel. */
const supersampling = 4;

/** Means over views. A mesh without colours is compared by its silhouette alone. */
export function scoreViews(
  mesh: Mesh,
  shading: Shading | undefined,
  views: readonly FitView[],
): Pick<ViewScores, 'iou'> & Partial<ViewScores> {
  // One at a time, as many samples of many views would fill the memory.
  const all = views.map((view) => scoreView(mesh, shading, view));
  const mean = (name: keyof ViewScores) =>
    all.reduce((sum, scores) => sum + (scores[name] ?? 0), 0) / views.length;
  return { iou: mean('iou'), ...(shading && { color: mean('color'), psnr: mean('psnr') }) };
}

function scoreView(
  mesh: Mesh,
  shading: Shading | undefined,
  { image, camera }: FitView,
): Partial<ViewScores> {
  const [height, width] = image.shape;
  const [mask, truth] = [channel([image], 3), linearColors([image])];
  const { cover, colors } = scoped(() => {
    const drawn = render(mesh, camera, {
      width: supersampling * width,
      height: supersampling * height,
      method: { type: 'hard' },
      shading,
      outputs: shading ? ['silhouette', 'image'] : ['silhouette'],
    });
    const smaller = (picture: tf.Tensor4D) =>
      tf.avgPool(picture, supersampling, supersampling, 'valid').dataSync() as Float32Array;
    return { cover: smaller(drawn.silhouette!.expandDims(3)), colors: drawn.image && smaller(drawn.image) };
  });
  return {
    iou: 100 * silhouetteIou(cover, mask),
    ...(colors && { color: colorDifference(colors, truth, mask), psnr: decibels(colors, truth, mask) }),
  };
}

/** −10·log₁₀ of the mean squared difference of sRGB values, the true picture being put on black. */
function decibels(colors: Float32Array, truth: Float32Array, mask: Float32Array): number {
  const code = (value: number) => linearToSrgb(Math.min(Math.max(value, 0), 1));
  let sum = 0;
  for (let i = 0; i < colors.length; i++) {
    sum += (code(colors[i]) - code(mask[Math.floor(i / 3)] * truth[i])) ** 2;
  }
  return -10 * Math.log10(Math.max(sum / colors.length, 1e-10));
}
