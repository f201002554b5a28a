import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { resizeImage, srgbToLinear } from '../../../renderer/io/index.ts';
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
});
