// What is drawn of predictions: textures and light, each item's own, in all of its views; and the same as a mesh.

import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { icosphere, lookAt, PerspectiveCamera, rasterize, render } from '../../../renderer/index.ts';
import { type Appearance, disposeMesh, meshOf, paintOf } from '../../../src/models/appearance.ts';
import { sphereUv } from '../../../src/models/sphereUv.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

beforeAll(() => useTestBackend());
beforeEach(() => {
  tf.engine().startScope();
});
afterEach(() => {
  tf.engine().endScope();
});

const size = 20;
const views = 3;
const positive = (shape: number[], seed: number) => {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from(testNumbers(count, seed), (x) => 0.5 + 0.4 * x),
    shape,
  );
};
const cameras = (items: number) =>
  Array.from({ length: items }, () =>
    Array.from({ length: views }, (_, k) =>
      Array.from(lookAt({ eye: [2 * Math.sin(2 * k), 0.7 * k - 0.5, 2 * Math.cos(2 * k)] })),
    ),
  ).flat();

function scene(items: number, lightChannels: 0 | 1 | 3 = 1) {
  const { vertices, topology } = icosphere(2, { radii: [0.4, 0.35, 0.3] });
  const places = vertices.expandDims(0).tile([items, 1, 1]) as tf.Tensor3D;
  const appearance: Appearance = {
    texture: {
      texels: positive([items, 8, 8, 3], 1) as tf.Tensor4D,
      uv: sphereUv(vertices.dataSync() as Float32Array, topology),
    },
    ...(lightChannels && { light: positive([items, topology.vertexCount, lightChannels], 2) as tf.Tensor3D }),
  };
  return { places, topology, appearance };
}

const draw = (
  { places, topology, appearance }: ReturnType<typeof scene>,
  type = 'hard',
  view = cameras(places.shape[0]),
) =>
  rasterize(new PerspectiveCamera({ fovDegrees: 30, view }).project(places), topology, {
    width: size,
    height: size,
    method: { type },
    ...paintOf(appearance, topology, view.length / places.shape[0]),
    outputs: ['image'],
  }).image;

const item = (whole: ReturnType<typeof scene>, b: number) => {
  const { places, topology, appearance } = whole;
  const one = <T extends tf.Tensor>(values: T) => tf.gather(values, [b]) as T;
  const { texture, light } = appearance;
  return {
    places: one(places),
    topology,
    appearance: {
      texture: { ...texture!, texels: one(texture!.texels) },
      ...(light && { light: one(light) }),
    },
  };
};

describe('a predicted texture', () => {
  it.each(['hard', 'softras'])('is that of the item, in each of its views, by %s', (method) => {
    const whole = scene(2);
    const picture = draw(whole, method).dataSync();
    const alone = [0, 1].map((b) => draw(item(whole, b), method).dataSync());
    expect(picture.subarray(0, picture.length / 2)).toEqual(alone[0]);
    expect(picture.subarray(picture.length / 2)).toEqual(alone[1]);
    expect(alone[0]).not.toEqual(alone[1]);
  });

  it('has no seam: what is behind shows what was drawn across u = 0', () => {
    const whole = scene(1, 0);
    // Bright where u is within a quarter of the seam.
    const row = Array.from({ length: 16 }, (_, column) => (column < 4 || column >= 12 ? 0.9 : 0.1));
    const texels = tf
      .tensor4d(
        row.flatMap((value) => [value, value, value]),
        [1, 1, 16, 3],
      )
      .tile([1, 16, 1, 1]) as tf.Tensor4D;
    const seen = (eye: [number, number, number]) => {
      const picture = { ...whole, appearance: { texture: { ...whole.appearance.texture!, texels } } };
      const image = draw(picture, 'hard', [Array.from(lookAt({ eye }))]).dataSync();
      return [-2, -1, 0, 1, 2].map((dx) => image[3 * ((size / 2) * size + size / 2 + dx)]);
    };
    for (const value of seen([0, 0, -2])) expect(value).toBeCloseTo(0.9, 5);
    for (const value of seen([0, 0, 2])) expect(value).toBeCloseTo(0.1, 5);
  });

  it.each([0, 1, 3] as const)('as a mesh looks the same, with light of %i channels', (channels) => {
    const { places, topology, appearance } = scene(1, channels);
    const before = tf.memory().numTensors;
    const mesh = meshOf(() => ({
      levels: [{ topology, vertices: places.clone(), before: places }],
      texture: appearance.texture,
      ...(appearance.light && { light: appearance.light.mul<tf.Tensor3D>(1.7) }),
    }));
    const view = cameras(1);
    const expected = draw(
      {
        places,
        topology,
        appearance: {
          ...appearance,
          ...(appearance.light && { light: appearance.light.mul<tf.Tensor3D>(1.7) }),
        },
      },
      'hard',
      view,
    ).dataSync();
    const camera = new PerspectiveCamera({ fovDegrees: 30, view });
    const { image } = render(mesh, camera, {
      width: size,
      height: size,
      method: { type: 'hard' },
      outputs: ['image'],
    });
    const drawn = image.dataSync();
    // Without mipmaps here and with them there; and texels are cut at 1.
    let difference = 0;
    for (let i = 0; i < drawn.length; i++)
      difference += Math.abs(drawn[i] - Math.min(expected[i], 1.2)) / drawn.length;
    expect(difference).toBeLessThan(0.03);
    expect(mesh.colors !== undefined).toBe(channels > 0);
    image.dispose();
    disposeMesh(mesh);
    expect(tf.memory().numTensors).toBeLessThan(before + 12);
  });

  it('has the gradients of finite differences: of texels, light and positions', () => {
    const { places, topology, appearance } = scene(2);
    const { texture, light } = appearance;
    const camera = new PerspectiveCamera({ fovDegrees: 30, view: cameras(2) });
    const upstream = tf.tensor4d(Float32Array.from(testNumbers(2 * views * size * size * 3, 6)), [
      2 * views,
      size,
      size,
      3,
    ]);
    // Summed over pixels in the middle alone, where no outline passes: there colours are smooth in everything.
    const middle = tf.tensor4d(
      Float32Array.from({ length: size * size }, (_, p) =>
        Number(Math.hypot((p % size) - 9.5, Math.floor(p / size) - 9.5) < 4),
      ),
      [1, size, size, 1],
    );
    const loss = (texels: tf.Tensor, lit: tf.Tensor, vertices: tf.Tensor) => {
      const paint = paintOf(
        { texture: { ...texture!, texels: texels as tf.Tensor4D }, light: lit as tf.Tensor3D },
        topology,
        views,
      );
      const { image } = rasterize(camera.project(vertices as tf.Tensor3D), topology, {
        width: size,
        height: size,
        method: { type: 'hard' },
        kernel: 'reference',
        ...paint,
        outputs: ['image'],
      });
      return image.mul(upstream).mul(middle).sum() as tf.Scalar;
    };
    const inputs = [texture!.texels, light!, places];
    const gradients = tf.grads(loss as (...x: tf.Tensor[]) => tf.Scalar)(inputs);
    const steps = [0.05, 0.05, 2e-5];
    for (const [k, gradient] of gradients.entries()) {
      // Along the gradient, so that rounding in single precision is small beside the difference.
      const direction = gradient.div(gradient.square().sum().sqrt());
      const values = [1, -1].map((sign) => {
        const moved = inputs.map((tensor, i) =>
          i === k ? tensor.add(direction.mul(sign * steps[k])) : tensor,
        );
        return loss(moved[0], moved[1], moved[2]).dataSync()[0];
      });
      const slope = (values[0] - values[1]) / (2 * steps[k]);
      const expected = gradient.square().sum().sqrt().dataSync()[0];
      expect(slope / expected, ['texels', 'light', 'positions'][k]).toBeCloseTo(1, k === 2 ? 1 : 3);
    }
  });
});

describe('predicted light', () => {
  it('is multiplied with the colours of vertices', () => {
    const { places, topology } = scene(2);
    const colors = positive([2, topology.vertexCount, 3], 4) as tf.Tensor3D;
    const light = positive([2, topology.vertexCount, 1], 5) as tf.Tensor3D;
    const lit = draw({ places, topology, appearance: { colors, light } }).dataSync();
    const plain = draw({ places, topology, appearance: { colors: colors.mul(light) } }).dataSync();
    expect(lit).toEqual(plain);
  });
});
