// The method `nmr` as a user meets it: tensors, supersampling, and how near it comes to the exact gradient.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import { Topology } from '../../../renderer/mesh/topology.ts';
import { rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { compareWithExact, triangleCases } from '../oneTriangle.ts';
import { crumpledSpheres, positionsTensor, relativeError } from '../scenes.ts';

beforeAll(() => useTestBackend());

const size = { width: 18, height: 14 };
const scene = (batch = 1) => {
  const test = crumpledSpheres(3, batch);
  const colors = tf.tensor3d(Float32Array.from(testNumbers(batch * 18 * 3, 4)), [batch, 18, 3]);
  return { ...test, positions: positionsTensor(test), colors };
};

/** Picture, silhouette and the gradient of a loss that wants both to be 0.4 at every place. */
function draw(method: { type: string; supersampling?: number }, width: number, height: number, times = 1) {
  const { positions, topology, colors } = scene(2);
  const background = [0.2, 0.3, 0.4];
  const pictures = (at: tf.Tensor) => {
    const options = { width, height, method, attributes: colors, background };
    return rasterize(at as tf.Tensor3D, topology, options);
  };
  const coarse = (picture: tf.Tensor) => {
    const [batch, rows, columns, ...channels] = picture.shape;
    const blocks = [batch, rows / times, times, columns / times, times, ...channels];
    return times === 1 ? picture : picture.reshape(blocks).mean([2, 4]);
  };
  const { image, silhouette } = pictures(positions);
  const gradient = tf.grad((at) => {
    const drawn = pictures(at);
    const loss = (picture: tf.Tensor) => coarse(picture).sub(0.4).square().sum();
    return loss(drawn.image).add(loss(drawn.silhouette));
  })(positions);
  return [coarse(image), coarse(silhouette), gradient].map((tensor) => tensor.dataSync());
}

it('draws what the z-buffer draws', () => {
  const [image, silhouette] = draw({ type: 'nmr' }, 18, 14);
  const [hardImage, hardSilhouette] = draw({ type: 'hard' }, 18, 14);
  expect(image).toEqual(hardImage);
  expect(silhouette).toEqual(hardSilhouette);
});

it('supersampled is the same as a larger picture averaged', () => {
  const averaged = draw({ type: 'nmr' }, 54, 42, 3);
  draw({ type: 'nmr', supersampling: 3 }, 18, 14).forEach((values, k) => {
    expect(relativeError(values, averaged[k])).toBeLessThan(2e-6);
  });
});

it.each([3, 7])('supersampled by %d, a covered pixel is covered wholly', (supersampling) => {
  const positions = tf.tensor3d([-9, -9, -1, 9, -9, -1, 0, 9, -1], [1, 3, 3]);
  const { image, silhouette } = rasterize(positions, new Topology(Int32Array.of(0, 1, 2), 3), {
    width: 4,
    height: 4,
    attributes: tf.fill([1, 3, 1], 0.3) as tf.Tensor3D,
    method: { type: 'nmr', supersampling },
  });
  expect(new Set(silhouette.dataSync())).toEqual(new Set([1]));
  for (const value of image.dataSync()) expect(value).toBeCloseTo(0.3, 6);
});

it('supersampled, refuses pictures that would grow too large', () => {
  const { positions, topology } = scene();
  const options = { width: 4096, height: 4, method: { type: 'nmr', supersampling: 8 } };
  expect(() => rasterize(positions, topology, { ...options, outputs: ['silhouette'] })).toThrow(
    'a picture may have 16384 pixels a side, but 8 × 8 samples a pixel make it 32768 × 32',
  );
});

it('moves positions only: colours keep their gradient', () => {
  const { positions, topology, colors } = scene();
  const [nmr, hard] = ['nmr', 'hard'].map((type) =>
    tf
      .grad((values) =>
        rasterize(positions, topology, {
          ...size,
          attributes: values as tf.Tensor3D,
          method: { type },
          outputs: ['image'],
        })
          .image.square()
          .sum(),
      )(colors)
      .dataSync(),
  );
  expect(nmr).toEqual(hard);
});

describe('one triangle, its silhouette against another one', () => {
  it.each([
    [64, 0.93],
    [256, 0.975],
  ])(
    'points about where the exact gradient points at %i², but is some nine times as long',
    (side, cosine) => {
      const compared = compareWithExact(
        triangleCases(60, 3),
        side,
        scalarKernels,
        (...[kernelScene, picture, visible, coverage, upstream, gradient]) =>
          scalarKernels.scanlineGradient(
            kernelScene,
            picture,
            visible,
            coverage,
            upstream,
            { eps: 1e-3 },
            gradient,
          ),
      );
      expect(compared.cosine).toBeGreaterThan(cosine);
      expect(compared.length).toBeGreaterThan(7);
      expect(compared.length).toBeLessThan(12);
    },
  );
});
