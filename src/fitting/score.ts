// How well a fitted mesh matches pictures: numbers for people.

import * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import { type Mesh, render, type Shading } from '../../renderer/index.ts';
import { linearToSrgb } from '../../renderer/io/colorSpace.ts';
import { silhouetteIou } from '../metrics/index.ts';
import { channel, linearColors } from '../training/batch.ts';
import { cameraOf, type FitView } from './target.ts';

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
  const [height, width] = views[0].image.shape;
  const pixels = height * width;
  const images = views.map(({ image }) => image);
  const [masks, truth] = [channel(images, 3), linearColors(images)];
  const { covers, colors } = scoped(() => {
    const { silhouette, image } = render(mesh, cameraOf(views), {
      width: supersampling * width,
      height: supersampling * height,
      method: { type: 'hard' },
      shading,
      outputs: shading ? ['silhouette', 'image'] : ['silhouette'],
    });
    const smaller = (picture: tf.Tensor4D) =>
      tf.avgPool(picture, supersampling, supersampling, 'valid').dataSync() as Float32Array;
    return { covers: smaller(silhouette!.expandDims(3)), colors: image && smaller(image) };
  });
  let [iou, color, psnr] = [0, 0, 0];
  for (let view = 0; view < views.length; view++) {
    const of = (values: Float32Array, width = 1) =>
      values.subarray(view * pixels * width, (view + 1) * pixels * width);
    iou += (100 * silhouetteIou(of(covers), of(masks))) / views.length;
    if (!colors) continue;
    color += colorDifference(of(colors, 3), of(truth, 3), of(masks)) / views.length;
    psnr += decibels(of(colors, 3), of(truth, 3), of(masks)) / views.length;
  }
  return { iou, ...(colors && { color, psnr }) };
}

function colorDifference(colors: Float32Array, truth: Float32Array, mask: Float32Array): number {
  let [sum, area] = [0, 0];
  for (let p = 0; p < mask.length; p++) {
    area += mask[p];
    for (let c = 0; c < 3; c++) sum += mask[p] * Math.abs(colors[3 * p + c] - truth[3 * p + c]);
  }
  return area > 0 ? sum / (3 * area) : 0;
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
