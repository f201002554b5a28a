// What is not in general position: the oracle must stay finite and consistent where edges, faces and pixels coincide.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Picture, Scene } from '../../../renderer/kernels/index.ts';
import { exactGradient, exactPicture } from '../../../renderer/oracle/index.ts';
import { supersampledPicture } from '../../../renderer/oracle/supersampled.ts';
import { testNumbers } from '../../gradient.ts';
import { frame, wholeMesh } from './scenes.ts';

const dividedScene = (positions: number[], faces: number[]): Scene => ({
  positions: Float64Array.from(positions),
  stride: 3,
  faces: Int32Array.from(faces),
  items: wholeMesh(positions.length / 3, faces.length / 3),
});

/** Pictures and gradients of random linear losses, colours included. */
function everything(scene: Scene, picture: Picture) {
  const count = scene.positions.length / scene.stride;
  const attributes = {
    values: testNumbers(2 * count, 3),
    channels: 2,
    indices: scene.faces,
    rowStarts: scene.items.map(({ vertexStart }) => vertexStart),
  };
  const pixels = scene.items.length * picture.width * picture.height;
  const upstream = { image: testNumbers(2 * pixels, 4), silhouette: testNumbers(pixels, 5) };
  const pictures = exactPicture(scene, picture, { attributes });
  return { attributes, ...pictures, gradient: exactGradient(scene, picture, upstream, { attributes }) };
}

function expectFinite(scene: Scene, picture: Picture) {
  const { image, silhouette, gradient } = everything(scene, picture);
  for (const values of [image, silhouette, gradient.positions, gradient.attributes, gradient.errorEstimate]) {
    expect(values.every(Number.isFinite)).toBe(true);
  }
  for (const share of silhouette) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThan(1 + 1e-9);
  }
  return gradient;
}

describe('vertices on a lattice, faces at random', () => {
  // Corners and centres of pixels, edges along their borders, faces in one plane and over one another, edges that meet in T's.
  const size = 4;
  const vertex = fc.tuple(
    fc.integer({ min: -5, max: 5 }).map((x) => x / 4),
    fc.integer({ min: -5, max: 5 }).map((y) => y / 4),
    fc.integer({ min: -3, max: -1 }),
  );
  const scene = fc.tuple(
    fc.array(vertex, { minLength: 3, maxLength: 9 }),
    fc.array(fc.nat(1000), { minLength: 9, maxLength: 24 }),
  );

  it('are drawn as by the kernels, and have finite gradients', () => {
    fc.assert(
      fc.property(scene, ([vertices, numbers]) => {
        const faces = numbers.slice(0, 3 * Math.floor(numbers.length / 3)).map((k) => k % vertices.length);
        const lattice = dividedScene(vertices.flat(), faces);
        const picture = frame({ width: size, height: size });
        expectFinite(lattice, picture);
        const { attributes, image, silhouette } = everything(lattice, picture);
        // An odd number of samples, off the lattice. A line across a pixel is missed by at most a row of samples; a pixel has some.
        const sampled = supersampledPicture(lattice, picture, { attributes, samples: 61 });
        silhouette.forEach((share, i) => {
          expect(Math.abs(share - sampled.silhouette[i])).toBeLessThan(0.05);
        });
        image.forEach((value, i) => {
          expect(Math.abs(value - sampled.image[i])).toBeLessThan(0.1);
        });
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe('edges along the borders of pixels', () => {
  // The square from −½ to ½ of a picture of 4 × 4 pixels, cut into four squares of a pixel each.
  const positions = [-0.5, 0, 0.5].flatMap((y) => [-0.5, 0, 0.5].flatMap((x) => [x, y, -1]));
  const quads = [0, 1, 3, 4].flatMap((corner) => [
    ...[corner, corner + 1, corner + 4],
    ...[corner, corner + 4, corner + 3],
  ]);
  const scene = dividedScene(positions, quads);
  const picture = frame({ width: 4, height: 4 });
  const silhouette = testNumbers(16, 6);

  it('have the derivative of one side, and none inside the shape', () => {
    const gradient = exactGradient(scene, picture, { silhouette }).positions;
    const loss = (i: number, by: number) => {
      const moved = Float64Array.from(positions);
      moved[i] += by;
      return exactPicture({ ...scene, positions: moved }, picture).silhouette.reduce(
        (sum, share, pixel) => sum + silhouette[pixel] * share,
        0,
      );
    };
    expect(Math.abs(gradient[12])).toBeLessThan(1e-12);
    expect(Math.abs(gradient[13])).toBeLessThan(1e-12);
    for (const i of [3, 4, 9, 15, 21, 22]) {
      const step = 1e-4;
      const sides = [(loss(i, step) - loss(i, 0)) / step, (loss(i, 0) - loss(i, -step)) / step];
      expect(Math.min(...sides.map((side) => Math.abs(side - gradient[i])))).toBeLessThan(1e-3);
    }
    expect(gradient.some((value) => Math.abs(value) > 0.1)).toBe(true);
  });
});

describe('faces and vertices that coincide', () => {
  const corners = [-0.61, -0.42, -1, 0.73, -0.55, -2, 0.12, 0.68, -1.5];

  it('hide one another by index, whatever their vertices', () => {
    const once = dividedScene(corners, [0, 1, 2]);
    const twice = dividedScene([...corners, ...corners], [0, 1, 2, 3, 4, 5, 4, 3, 5]);
    const single = expectFinite(once, frame());
    const double = expectFinite(twice, frame());
    expect(exactPicture(twice, frame()).silhouette).toEqual(exactPicture(once, frame()).silhouette);
    expect(double.positions.subarray(0, 9)).toEqual(single.positions);
    expect(double.positions.subarray(9).every((value) => value === 0)).toBe(true);
  });
});

describe('what cannot be drawn', () => {
  const inFront = [-0.5, -0.4, -1, 1, 0.6, -0.3, -1, 1, 0.1, 0.7, -1, 1];
  const scene = (more: number[]): Scene => ({
    positions: Float64Array.from([...inFront, ...more]),
    stride: 4,
    faces: Int32Array.from([0, 1, 2, 3, 4, 5]),
    items: wholeMesh(6, 2),
  });
  const alone: Scene = { ...scene([]), faces: Int32Array.from([0, 1, 2]), items: wholeMesh(3, 1) };

  it.each([
    ['a corner behind the camera', [-0.5, 0.3, 0.2, -0.2, 0.6, 0.2, -1, 1, 0, -0.5, -1, 1]],
    ['a corner in the camera plane', [-0.5, 0.3, 0, 0, 0.6, 0.2, -1, 1, 0, -0.5, -1, 1]],
    ['a corner that is no number', [Number.NaN, 0.3, -0.4, 0.4, 0.6, 0.2, -1, 1, 0, -0.5, -1, 1]],
    ['a corner at infinity', [1e308, 0.3, -1, 1e-3, 0.6, 0.2, -1, 1, 0, -0.5, -1, 1]],
    ['no area', [-0.5, -0.5, -0.4, 0.4, 0, 0, -1, 1, 0.6, 0.6, -1, 1]],
    ['one vertex thrice', [0.1, 0.1, -0.4, 0.4, 0.1, 0.1, -0.4, 0.4, 0.1, 0.1, -0.4, 0.4]],
  ])('a face with %s leaves no trace', (_, corners) => {
    const gradient = expectFinite(scene(corners), frame());
    expect(gradient.positions.subarray(0, 12)).toEqual(expectFinite(alone, frame()).positions);
    expect(gradient.positions.subarray(12).every((value) => value === 0)).toBe(true);
  });

  it('an empty mesh is background', () => {
    const empty = dividedScene([], []);
    expectFinite(empty, frame());
    expect(exactPicture(empty, frame()).silhouette.every((share) => share === 0)).toBe(true);
  });
});

describe('sizes', () => {
  it.each([1e6, 1e12, 1e30, 1e120])('corners %s away', (far) => {
    const scene = dividedScene(
      [
        -far,
        -0.9 * far,
        -1,
        far,
        -0.8 * far,
        -2,
        0.1 * far,
        far,
        -3,
        -0.5,
        -0.4,
        -1.2,
        0.6,
        -0.3,
        -1.1,
        0.1,
        far,
        -1,
      ],
      [0, 1, 2, 3, 4, 5, 0, 4, 5],
    );
    expectFinite(scene, frame());
    expect(exactPicture(scene, frame()).silhouette.every((share) => Math.abs(share - 1) < 1e-9)).toBe(true);
  });

  it('perspective up to the camera plane', () => {
    const positions = [
      -1e6, -1e6, -1e-6, 1.1e-6, 1e6, -0.9e6, -1, 1, 0, 2e6, -1e6, 1e6, 0.1, 0.2, -1, 1, -0.3, 0.1, -1, 1,
    ];
    const scene: Scene = {
      positions: Float64Array.from(positions),
      stride: 4,
      faces: Int32Array.from([0, 1, 2, 2, 3, 4]),
      items: wholeMesh(5, 2),
    };
    expectFinite(scene, frame());
  });

  it.each([
    [1, 1],
    [1, 4096],
    [4096, 1],
  ])('a picture of %s × %s', (width, height) => {
    const scene = dividedScene([-0.7, -0.6, -1, 0.8, -0.5, -1, 0.1, 0.9, -1], [0, 1, 2]);
    const gradient = expectFinite(scene, frame({ width, height }));
    expect(gradient.positions.some((value) => value !== 0)).toBe(true);
    const { silhouette } = exactPicture(scene, frame({ width, height }));
    const area = (1.5 * 1.5 - 0.8 * 0.1) / 8;
    expect(silhouette.reduce((sum, share) => sum + share, 0) / (width * height)).toBeCloseTo(area, 9);
  });
});
