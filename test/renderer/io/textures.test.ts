import * as tf from '@tensorflow/tfjs';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { srgbToLinear } from '../../../renderer/io/index.ts';
import { fromTexture, toTexture } from '../../../renderer/io/textures.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

/** [16, 16, 4] every byte once, and `alpha`. */
const picture = (alpha: (pixel: number) => number) =>
  ndarray(
    Uint8Array.from({ length: 4 * 256 }, (_, i) => (i % 4 === 3 ? alpha(i >> 2) : (i >> 2) ^ (i % 4))),
    [16, 16, 4],
  );

describe('toTexture', () => {
  it('makes opaque pictures linear texels of three channels, and keeps how they wrap', () => {
    const { texels, wrapU, wrapV } = toTexture({ image: picture(() => 255), wrapU: 'mirror' });
    expect(texels.shape).toEqual([16, 16, 3]);
    expect(texels.arraySync()[12][8][1]).toBeCloseTo(srgbToLinear((200 ^ 1) / 255), 6);
    expect([wrapU, wrapV]).toEqual(['mirror', undefined]);
  });

  it('keeps alpha, which is not gamma encoded, where some pixel is not opaque', () => {
    const { texels } = toTexture({ image: picture((pixel) => (pixel === 200 ? 51 : 255)) });
    expect(texels.shape).toEqual([16, 16, 4]);
    expect(texels.arraySync()[12][8][3]).toBeCloseTo(0.2, 6);
  });

  it('takes views of pictures', () => {
    const view = picture(() => 255)
      .transpose(1, 0, 2)
      .lo(2, 3);
    const { texels } = toTexture({ image: view });
    expect(texels.shape).toEqual([14, 13, 3]);
    expect(texels.arraySync()[1][0][0]).toBeCloseTo(srgbToLinear((3 * 16 + 3) / 255), 6);
  });
});

describe('fromTexture', () => {
  it('brings every byte back', async () => {
    for (const image of [picture(() => 255), picture((pixel) => pixel)]) {
      const { image: back } = await fromTexture(toTexture({ image }));
      expect(back.data).toEqual(image.data);
    }
  });

  it('makes one channel grey, and cuts what is beyond 0 … 1', async () => {
    const { image } = await fromTexture({ texels: tf.tensor3d([-1, 0.5, 7], [1, 3, 1]), wrapV: 'clamp' });
    expect([...image.data]).toEqual([0, 0, 0, 255, 188, 188, 188, 255, 255, 255, 255, 255]);
  });
});
