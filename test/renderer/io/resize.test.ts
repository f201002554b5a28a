import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { linearToSrgb, resizeImage, srgbToLinear } from '../../../renderer/io/index.ts';
import { testNumbers } from '../../gradient.ts';

const picture = (height: number, width: number, seed: number) =>
  ndarray(
    Float32Array.from(testNumbers(height * width * 4, seed), (x) => (x + 1) / 2),
    [height, width, 4],
  );

describe('resizing a picture', () => {
  it('keeps it at the same size', () => {
    const image = picture(3, 5, 1);
    const { data } = resizeImage(image, 3, 5);
    for (const [i, value] of image.data.entries()) expect(data[i]).toBeCloseTo(value, 5);
  });

  it('keeps coverage and light as they are over the whole', () => {
    const image = picture(13, 7, 2);
    const small = resizeImage(image, 4, 3);
    const light = ({ data }: { data: Float32Array }, channel: number) => {
      let sum = 0;
      for (let p = 0; p < data.length; p += 4) {
        sum += data[p + 3] * (channel === 3 ? 1 : srgbToLinear(data[p + channel]));
      }
      return sum / (data.length / 4);
    };
    for (let channel = 0; channel < 4; channel++)
      expect(light(small, channel)).toBeCloseTo(light(image, channel), 5);
  });

  it('gives no colour of transparent pixels to their neighbours', () => {
    const image = ndarray(Float32Array.of(1, 0, 0, 1, 0, 1, 0, 0), [1, 2, 4]);
    expect([...resizeImage(image, 1, 1).data]).toEqual([1, 0, 0, 0.5]);
  });

  it('draws straight lines of light between pixels where it grows', () => {
    const grey = (value: number) => [value, value, value, 1];
    const image = ndarray(Float32Array.from([0, 0.5, 1].flatMap(grey)), [1, 3, 4]);
    const large = resizeImage(image, 1, 6);
    const light = [0, 1, 2, 3, 4, 5].map((column) => srgbToLinear(large.get(0, column, 0)));
    const middle = srgbToLinear(0.5);
    const expected = [0, middle / 4, (3 * middle) / 4, (3 * middle + 1) / 4, (middle + 3) / 4, 1];
    for (const [i, value] of expected.entries()) expect(light[i]).toBeCloseTo(value, 5);
  });

  it('grows transparent edges that keep the colour of the object', () => {
    const image = ndarray(Float32Array.of(1, 0, 0, 1, 0, 1, 0, 0), [1, 2, 4]);
    const { data } = resizeImage(image, 1, 4);
    const row = [1, 0.75, 0.25, 0].flatMap((alpha) => [alpha > 0 ? 1 : 0, 0, 0, alpha]);
    for (const [i, value] of row.entries()) expect(data[i]).toBeCloseTo(value, 6);
  });

  it('gives what the definition says, at any two sizes and from any place in memory', () => {
    for (const [from, to] of [
      [
        [9, 14],
        [17, 6],
      ],
      [
        [13, 5],
        [13, 12],
      ],
    ]) {
      const image = picture(from[1], from[0], 3).transpose(1, 0);
      const resized = resizeImage(image, to[0], to[1]);
      for (let row = 0; row < to[0]; row++) {
        for (let column = 0; column < to[1]; column++) {
          const expected = byDefinition(image, row, column, to);
          for (let c = 0; c < 4; c++) expect(resized.get(row, column, c)).toBeCloseTo(expected[c], 5);
        }
      }
    }
  });
});

/** One pixel of `resizeImage`, by integrals over boxes and tents in double precision. */
function byDefinition(image: NdArray<Float32Array>, row: number, column: number, to: number[]): number[] {
  const weight = (axis: number, i: number, old: number) => {
    const scale = image.shape[axis] / to[axis];
    if (scale >= 1) return Math.max(0, Math.min((i + 1) * scale, old + 1) - Math.max(i * scale, old)) / scale;
    const last = image.shape[axis] - 1;
    const position = Math.min(Math.max((i + 0.5) * scale - 0.5, 0), last);
    return Math.max(0, 1 - Math.abs(position - old));
  };
  const sums = [0, 0, 0, 0];
  for (let y = 0; y < image.shape[0]; y++) {
    for (let x = 0; x < image.shape[1]; x++) {
      const alpha = weight(0, row, y) * weight(1, column, x) * image.get(y, x, 3);
      for (let c = 0; c < 3; c++) sums[c] += alpha * srgbToLinear(image.get(y, x, c));
      sums[3] += alpha;
    }
  }
  return [0, 1, 2].map((c) => linearToSrgb(sums[c] / sums[3])).concat(sums[3]);
}
