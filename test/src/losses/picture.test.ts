import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { colorKernel } from '../../../src/losses/color.ts';
import { colorLoss, silhouetteIouLoss, silhouetteL2Loss } from '../../../src/losses/index.ts';
import { silhouetteIouKernel, silhouetteL2Kernel } from '../../../src/losses/silhouette.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { lossGradientError } from './differences.ts';

beforeAll(() => useTestBackend());

const evaluate = (loss: () => tf.Scalar) => tf.tidy(() => loss().dataSync()[0]);
const unit = (length: number, seed: number) => testNumbers(length, seed).map((x) => (x + 1) / 2);
const left = [[[1, 1, 0, 0]]];
const middle = [[[0, 1, 1, 0]]];
const empty = [[[0, 0, 0, 0]]];

describe('silhouette losses', () => {
  it.each([
    [left, left, 0, 0],
    [left, middle, 1 - 1 / 3, 0.5],
    [left, empty, 1, 0.5],
    [empty, empty, 0, 0],
    [[[[0.5, 0.5, 0, 0]]], left, 0.5, 0.125],
  ])('of %j against %j are %f (IoU) and %f (L2)', (predicted, target, iou, l2) => {
    expect(evaluate(() => silhouetteIouLoss(tf.tensor3d(predicted), tf.tensor3d(target)))).toBeCloseTo(
      iou,
      6,
    );
    expect(evaluate(() => silhouetteL2Loss(tf.tensor3d(predicted), tf.tensor3d(target)))).toBeCloseTo(l2, 6);
  });

  it('average over views, not over pooled pixels', () => {
    const predicted = [left[0], empty[0], left[0]];
    const target = [middle[0], empty[0], left[0]];
    expect(evaluate(() => silhouetteIouLoss(tf.tensor3d(predicted), tf.tensor3d(target)))).toBeCloseTo(
      2 / 9,
      6,
    );
  });

  it('have the gradients of their values', () => {
    const inputs = () => [unit(3 * 20, 1), unit(3 * 20, 2)];
    expect(
      lossGradientError(([s, t], [ds, dt]) => silhouetteIouKernel(s, t, 3, ds, dt), inputs()),
    ).toBeLessThan(1e-6);
    expect(lossGradientError(([s, t], [ds, dt]) => silhouetteL2Kernel(s, t, ds, dt), inputs())).toBeLessThan(
      1e-6,
    );
  });

  it('reach the prediction through tf.grad', () => {
    const gradient = tf.tidy(() =>
      tf
        .grad((s) => silhouetteIouLoss(s as tf.Tensor3D, tf.tensor3d(middle)).mul(3))(tf.tensor3d(left))
        .arraySync(),
    ) as number[][][];
    // U = 3, I = 1: inside the target −1/3, outside it 1/9, times 3.
    for (const [i, expected] of [1 / 3, -1, -1, 1 / 3].entries())
      expect(gradient[0][0][i]).toBeCloseTo(expected, 6);
  });

  it('names a view count that differs', () => {
    expect(() => tf.tidy(() => silhouetteIouLoss(tf.zeros([2, 4, 4]), tf.zeros([1, 4, 4])))).toThrow(
      'target has shape [1, 4, 4], expected [2, 4, 4]',
    );
  });
});

describe('colorLoss', () => {
  const mask = [[[1, 0.5]], [[0, 1]]];
  const picture = (...values: number[]) =>
    tf.tensor4d(
      values.flatMap((v) => [v, v, v]),
      [2, 1, 2, 3],
    );

  it('is the mean over views of the difference over the target area', () => {
    const loss = evaluate(() => colorLoss(picture(0.5, 1, 1, 0.2), picture(0, 0, 0, 0), tf.tensor3d(mask)));
    expect(loss).toBeCloseTo(((0.5 + 0.5 * 1) / 1.5 + 0.2) / 2, 6);
  });

  it('does not fall when the rendering leaves the target', () => {
    const truth = () => picture(0.8, 0.8, 0.8, 0.8);
    const half = evaluate(() => colorLoss(picture(0.8, 0, 0, 0.7), truth(), tf.tensor3d(mask)));
    const gone = evaluate(() => colorLoss(picture(0, 0, 0, 0), truth(), tf.tensor3d(mask)));
    expect(gone).toBeCloseTo(0.8, 6);
    expect(gone).toBeGreaterThan(half);
  });

  it('is zero over an empty target', () => {
    const loss = evaluate(() => colorLoss(picture(1, 1, 1, 1), picture(0, 0, 0, 0), tf.zeros([2, 1, 2])));
    expect(loss).toBe(0);
  });

  it('squares differences as l2', () => {
    const loss = evaluate(() =>
      colorLoss(picture(0.5, 1, 1, 0.2), picture(0, 0, 0, 0), tf.tensor3d(mask), { kind: 'l2' }),
    );
    expect(loss).toBeCloseTo(((0.25 + 0.5 * 1) / 1.5 + 0.04) / 2, 6);
  });

  it.each(['l1', 'l2'] as const)('has the gradient of its value, as %s', (kind) => {
    const pixelMask = unit(2 * 9, 8).map((x) => Math.max(0, x - 0.3));
    const error = lossGradientError(
      ([image, target], [imageGradient, targetGradient]) =>
        colorKernel({ image, target, mask: pixelMask, viewCount: 2, kind, imageGradient, targetGradient }),
      [unit(2 * 27, 3), unit(2 * 27, 4)],
    );
    expect(error).toBeLessThan(1e-6);
  });
});
