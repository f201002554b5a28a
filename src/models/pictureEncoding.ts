// How a network is shown a picture: what stands behind the object, and in which numbers.

import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostOp, isOnDevice } from '../../renderer/backend/index.ts';
import { srgbToLinear } from '../../renderer/io/colorSpace.ts';

export const pictureEncoding = z
  .enum(['filled', 'white', 'imagenet'])
  .default('filled')
  .describe(
    'How the network sees a picture. `filled`: linear RGB with the mean colour of the object behind it, and coverage. ' +
      "`white`: sRGB on white, as Pixel2Mesh's code. `imagenet`: the same, normalised by ImageNet's mean and deviation, as its PyTorch port.",
  );

export type PictureEncoding = z.output<typeof pictureEncoding>;

/** Channels of an encoded picture. */
export const encodedChannels = (encoding: PictureEncoding) => (encoding === 'filled' ? 4 : 3);

/** Of ImageNet's pictures in sRGB, as torchvision normalises by. */
const imagenet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/**
 * Pictures as a network wants them. Not differentiable.
 *
 * @param pictures [B, H, W, 4] sRGB with straight alpha in 0 … 1, as data sets hold them
 * @returns [B, H, W, 4] for `filled`, [B, H, W, 3] otherwise
 */
export function encodePictures(pictures: tf.Tensor4D, encoding: PictureEncoding): tf.Tensor4D {
  if (isOnDevice()) return tf.tidy(() => encodeOnDevice(pictures, encoding));
  const [batch, height, width] = pictures.shape;
  const channels = encodedChannels(encoding);
  const pixels = height * width;
  const [encoded] = hostOp(
    [pictures],
    [{ shape: [batch, height, width, channels], dtype: 'float32' }],
    ([from], [to]) => {
      for (let item = 0; item < batch; item++) {
        const picture = from.subarray(4 * item * pixels, 4 * (item + 1) * pixels) as Float32Array;
        const result = to.subarray(channels * item * pixels, channels * (item + 1) * pixels) as Float32Array;
        if (encoding === 'filled') fillBackground(picture, result);
        else whitenBackground(picture, result, encoding === 'imagenet');
      }
    },
  );
  return encoded as tf.Tensor4D;
}

function encodeOnDevice(pictures: tf.Tensor4D, encoding: PictureEncoding): tf.Tensor4D {
  const [rgb, alpha] = tf.split(pictures, [3, 1], 3);
  if (encoding === 'filled') {
    const bent = rgb.clipByValue(0, 1).add(0.055).div(1.055).pow(2.4);
    const linear = tf.where(tf.lessEqual(rgb, 0.04045), rgb.clipByValue(0, 1).div(12.92), bent).mul(alpha);
    const area = alpha.sum([1, 2], true);
    const mean = linear.sum([1, 2], true).div(area.add(tf.equal(area, 0).toFloat()));
    return tf.concat([linear.add(tf.sub(1, alpha).mul(mean)), alpha], 3) as tf.Tensor4D;
  }
  const white = rgb.mul(alpha).add(tf.sub(1, alpha));
  return (encoding === 'imagenet' ? white.sub(imagenet.mean).div(imagenet.deviation) : white) as tf.Tensor4D;
}

/** Linear colours blended with the mean of the covered ones where coverage ends, so that no vertex picks up a colour of nothing. */
function fillBackground(picture: Float32Array, filled: Float32Array): void {
  const behind = [0, 0, 0];
  let area = 0;
  for (let p = 0; p < picture.length; p += 4) {
    const alpha = picture[p + 3];
    area += alpha;
    for (let c = 0; c < 3; c++) {
      filled[p + c] = linearOf(picture[p + c]);
      behind[c] += alpha * filled[p + c];
    }
  }
  const mean = behind.map((sum) => (area > 0 ? sum / area : 0));
  for (let p = 0; p < picture.length; p += 4) {
    const alpha = picture[p + 3];
    for (let c = 0; c < 3; c++) filled[p + c] = alpha * filled[p + c] + (1 - alpha) * mean[c];
    filled[p + 3] = alpha;
  }
}

function whitenBackground(picture: Float32Array, whitened: Float32Array, normalize: boolean): void {
  for (let p = 0, to = 0; p < picture.length; p += 4) {
    const alpha = picture[p + 3];
    for (let c = 0; c < 3; c++, to++) {
      const value = alpha * picture[p + c] + (1 - alpha);
      whitened[to] = normalize ? (value - imagenet.mean[c]) / imagenet.deviation[c] : value;
    }
  }
}

/** `srgbToLinear` at 255 · 16 + 1 points, straight in between: exact at 8-bit codes, off by less than 1e-6 elsewhere. */
const steps = 255 * 16;
const table = Float64Array.from({ length: steps + 2 }, (_, i) => srgbToLinear(Math.min(i / steps, 1)));

function linearOf(value: number): number {
  const place = Math.min(Math.max(value, 0), 1) * steps;
  const i = Math.floor(place + 1e-6);
  const rest = Math.max(0, place - i);
  return table[i] + rest * (table[i + 1] - table[i]);
}
