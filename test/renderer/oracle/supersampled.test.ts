// Pictures of many samples a pixel: what they converge to, the same ones from the kernels on gpu.js, and finite differences of
// losses over them against the exact gradient.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadGpuKernels, unloadGpuKernels } from '../../../renderer/kernels/gpu/index.ts';
import { deviceOf, loadGpuJs } from '../../../renderer/kernels/gpu/load.ts';
import { type ExactPicture, exactGradient, exactPicture } from '../../../renderer/oracle/index.ts';
import {
  supersampledGradient,
  supersampledPicture,
  supersampledPictureAsync,
} from '../../../renderer/oracle/supersampled.ts';
import { testNumbers } from '../../gradient.ts';
import { relativeError } from '../scenes.ts';
import { chair, colorsOf, frame, sceneOf, solids, sphere } from './scenes.ts';

vi.mock('../../../renderer/kernels/gpu/webGpu.ts', () => ({
  webGpuDevice: async () => deviceOf(await loadGpuJs(), 'webasm'),
}));
beforeAll(async () => {
  await loadGpuKernels();
});
afterAll(unloadGpuKernels);

const picture = frame();
const background = [0.3, -0.2];

describe.each(Object.entries(solids))('%s', (_, make) => {
  const solid = make();
  const scene = sceneOf(solid);
  const options = { attributes: colorsOf(solid), background };

  it('converges to the exact picture', () => {
    const exact = exactPicture(scene, picture, options);
    const errors = [4, 32].map((samples) => {
      const sampled = supersampledPicture(scene, picture, { ...options, samples });
      return Math.max(
        relativeError(sampled.silhouette, exact.silhouette),
        relativeError(sampled.image, exact.image),
      );
    });
    expect(errors[1]).toBeLessThan(0.012);
    expect(errors[1]).toBeLessThan(errors[0] / 4);
  });

  it('is the same from the kernels on gpu.js, with and without waiting', async () => {
    const expected = supersampledPicture(scene, picture, options);
    for (const actual of [
      supersampledPicture(scene, picture, { ...options, kernel: 'gpu' }),
      await supersampledPictureAsync(scene, picture, options),
    ]) {
      expect(relativeError(actual.silhouette, expected.silhouette)).toBeLessThan(1e-9);
      expect(relativeError(actual.image, expected.image)).toBeLessThan(1e-5);
    }
  });

  it.each(['silhouette', 'image'] as const)('its differences are those of the exact %s', (name) => {
    const upstream = testNumbers(picture.width * picture.height * (name === 'image' ? 2 : 1), 3);
    const loss = (pictures: ExactPicture) =>
      pictures[name].reduce((sum, value, i) => sum + value * upstream[i], 0);
    const vertices = [3, 11];
    const step = 0.01;
    const differences = supersampledGradient(scene, picture, loss, {
      ...options,
      vertices,
      samples: 96,
      step,
    });
    const positions = Float64Array.from(scene.positions);
    const moved = { ...scene, positions };
    const lossAt = (i: number, value: number) => {
      positions[i] = value;
      return loss(exactPicture(moved, picture, options));
    };
    const expected = vertices.flatMap((row) =>
      [0, 1, 2, 3].map((axis) => {
        const i = 4 * row + axis;
        const value = positions[i];
        const by = step * positions[4 * row + 3];
        const difference = (lossAt(i, value + by) - lossAt(i, value - by)) / (2 * by);
        positions[i] = value;
        return difference;
      }),
    );
    expect(relativeError(differences, expected)).toBeLessThan(0.05);
  });
});

// The thin parts of a real object end what is linear about its picture after small steps, which take many samples.
it.each([
  ...Object.entries(solids).map(([name, make]) => ({ name, solid: make(), samples: 64, step: 0.01 })),
  { name: 'a real chair', solid: chair(), samples: 240, step: 0.001 },
])('its differences agree with the exact gradient: $name', ({ solid, samples, step }) => {
  const scene = sceneOf(solid);
  const options = { attributes: colorsOf(solid), background };
  const upstream = testNumbers(picture.width * picture.height * 2, 3);
  const loss = ({ image }: ExactPicture) => image.reduce((sum, value, i) => sum + value * upstream[i], 0);
  const exact = exactGradient(scene, picture, { image: upstream }, options).positions;
  const reach = (row: number) => Math.hypot(...exact.subarray(4 * row, 4 * row + 4));
  const byReach = [...Array(exact.length / 4).keys()].sort((one, other) => reach(other) - reach(one));
  const vertices = byReach.slice(1, 3);
  const differences = supersampledGradient(scene, picture, loss, {
    ...options,
    vertices,
    samples,
    step,
  });
  const chosen = vertices.flatMap((row) => [...exact.subarray(4 * row, 4 * row + 4)]);
  const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);
  const lengths = [differences, chosen].map((v) => Math.sqrt(product(v, v)));
  expect(product(differences, chosen) / (lengths[0] * lengths[1])).toBeGreaterThan(0.999);
  expect(Math.abs(lengths[0] / lengths[1] - 1)).toBeLessThan(0.02);
});

it('draws each item of a batch by itself', () => {
  const first = sceneOf(sphere(1, 0.5));
  const second = sceneOf(sphere(1, 0.3, [0.2, 0.1, 0]));
  const count = first.positions.length / 4;
  const both = {
    ...first,
    positions: Float64Array.from([...first.positions, ...second.positions]),
    items: [first.items[0], { ...first.items[0], vertexStart: count }],
  };
  expect([...supersampledPicture(both, picture).silhouette]).toEqual(
    [first, second].flatMap((scene) => [...supersampledPicture(scene, picture).silhouette]),
  );
});

it('names what does not fit', () => {
  const scene = sceneOf(sphere(0, 0.5));
  expect(() => supersampledPicture(scene, picture, { samples: 0 })).toThrow(
    'samples must be a whole number from 1, but are 0',
  );
  expect(() => supersampledPicture(scene, picture, { samples: 2000 })).toThrow(
    "samples × the picture's side must be at most 16384, but are 2000 × 14",
  );
  const loss = () => 0;
  expect(() => supersampledGradient(scene, picture, loss, { step: 0 })).toThrow(
    'step must be positive, but is 0',
  );
  expect(() => supersampledGradient(scene, picture, loss, { vertices: [12] })).toThrow(
    'vertices hold 12, but positions have 12 rows',
  );
});
