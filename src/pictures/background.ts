// What shows behind and through a picture with alpha.

import ndarray, { type NdArray } from 'ndarray';
import { linearToSrgb, srgbToLinear } from '../../renderer/io/index.ts';

/**
 * Puts a picture with alpha on a background, mixed in linear light.
 *
 * @param picture [H, W, 4] in 0..1, sRGB and straight alpha
 * @param background an sRGB colour, 0..1; or a picture of the same size, [H, W, 3 or more], of which the first three channels count
 * @returns [H, W, 3] in 0..1, sRGB
 */
export function onBackground(
  picture: NdArray<Float32Array>,
  background: readonly number[] | NdArray<Float32Array>,
): NdArray<Float32Array> {
  const [height, width] = picture.shape;
  const whole = ndarray(new Float32Array(height * width * 3), [height, width, 3]);
  const behind = (row: number, column: number, c: number) =>
    'data' in background ? background.get(row, column, c) : background[c];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const alpha = picture.get(row, column, 3);
      for (let c = 0; c < 3; c++) {
        const light =
          alpha * srgbToLinear(picture.get(row, column, c)) +
          (1 - alpha) * srgbToLinear(behind(row, column, c));
        whole.set(row, column, c, linearToSrgb(light));
      }
    }
  }
  return whole;
}
