// The unbiased silhouette: its gradient, that it is the covered area seen through a Gaussian whatever the mesh is made of, and that
// fits to hard masks come out in true size, where the plain one shrinks by √(ln 2 / s).

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels, Picture, Scene } from '../../../renderer/kernels/index.ts';
import { erf } from '../../../renderer/kernels/reference/gaussian.ts';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';
import { pixelsOf } from '../../../renderer/kernels/reference/pixels.ts';
import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import { icosphere } from '../../../renderer/mesh/index.ts';
import { rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';
import { kernelGradientError, testNumbers } from '../../gradient.ts';
import { compareWithExact, triangleCases } from '../oneTriangle.ts';
import { crumpledSpheres, kernelScene, relativeError, somePicture } from '../scenes.ts';

beforeAll(() => useTestBackend());

const maskOf = (kernels: Kernels, scene: Scene, picture: Picture, sharpness: number): Float64Array => {
  const visible = kernels.findVisible(scene, { ...picture, cull: false });
  const mask = new Float64Array(visible.faces.length);
  kernels.outlineMask(scene, picture, visible, { sharpness }, mask);
  return mask;
};

/** A scene of triangles with corners of their own, x and y each. */
const triangles = (...corners: number[][]): Scene => ({
  positions: Float64Array.from(
    corners.flat().flatMap((_, i, all) => (i % 2 ? [] : [all[i], all[i + 1], -1])),
  ),
  stride: 3,
  faces: Int32Array.from({ length: 3 * corners.length }, (_, i) => i),
  items: [{ vertexStart: 0, vertexCount: 3 * corners.length, faceStart: 0, faceCount: corners.length }],
});

describe('its gradient', () => {
  it.each([1, 2, 3, 4])('is that of finite differences in double precision (mesh %i)', (seed) => {
    const test = crumpledSpheres(seed, 1, seed % 2 ? 3 : 4);
    const picture = somePicture();
    const sceneOf = (positions: Float64Array) => ({ ...kernelScene(test), positions });
    const error = kernelGradientError(
      {
        forward([positions], output) {
          const scene = sceneOf(positions as Float64Array);
          const visible = referenceKernels.findVisible(scene, picture);
          return referenceKernels.outlineMask(scene, picture, visible, { sharpness: 400 }, output);
        },
        backward: (upstream, [positions], [gradient], state) =>
          referenceKernels.outlineMaskBackward(
            sceneOf(positions as Float64Array),
            picture,
            state as object,
            upstream,
            gradient,
          ),
      },
      [test.positions],
      picture.width * picture.height,
    );
    expect(error).toBeLessThan(1e-6);
  });

  it('is the same from the fast kernels, and so is the mask', () => {
    const scenes = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      batch: fc.integer({ min: 1, max: 3 }),
      stride: fc.constantFrom<3 | 4>(3, 4),
    });
    const pictures = fc.record({
      width: fc.integer({ min: 1, max: 30 }),
      height: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(
        scenes,
        pictures,
        fc.constantFrom(2, 100, 3000),
        ({ seed, batch, stride }, size, sharpness) => {
          const scene = kernelScene(crumpledSpheres(seed, batch, stride));
          const picture = somePicture(size);
          const visible = referenceKernels.findVisible(scene, picture);
          const [fast, slow] = [scalarKernels, referenceKernels].map((kernels) => {
            const mask = new Float64Array(visible.faces.length);
            const state = kernels.outlineMask(scene, picture, visible, { sharpness }, mask);
            const gradient = new Float64Array(scene.positions.length);
            kernels.outlineMaskBackward(scene, picture, state, testNumbers(mask.length, seed), gradient);
            return { mask, gradient };
          });
          const worst = Math.max(...fast.mask.map((value, i) => Math.abs(value - slow.mask[i])));
          expect(worst).toBeLessThan(2e-6);
          if (Math.max(...slow.gradient.map(Math.abs)) > 1e-3) {
            expect(relativeError(fast.gradient, slow.gradient)).toBeLessThan(1e-5);
          }
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });

  it.each([3, 30, 100])('is the same where %i faces as large as the picture cross', (count) => {
    const scene = triangles(...Array.from({ length: count }, (_, i) => [...testNumbers(6, 7 * i + count)]));
    const picture = somePicture({ width: 30, height: 30 });
    const visible = referenceKernels.findVisible(scene, picture);
    const [fast, slow] = [scalarKernels, referenceKernels].map((kernels) => {
      const mask = new Float64Array(visible.faces.length);
      const state = kernels.outlineMask(scene, picture, visible, { sharpness: 100 }, mask);
      const gradient = new Float64Array(scene.positions.length);
      kernels.outlineMaskBackward(scene, picture, state, testNumbers(mask.length, 2), gradient);
      return { mask, gradient };
    });
    expect(relativeError(fast.mask, slow.mask)).toBeLessThan(1e-6);
    expect(relativeError(fast.gradient, slow.gradient)).toBeLessThan(1e-5);
  });

  it('reaches tensors, by tf.grad', () => {
    const test = crumpledSpheres(5);
    const { topology } = test;
    const draw = (kernel: 'scalar' | 'reference') =>
      tf
        .grad((positions) =>
          rasterize(positions as tf.Tensor3D, topology, {
            width: 20,
            height: 18,
            kernel,
            method: { type: 'dibr', sharpness: 300, unbiased: true },
            outputs: ['silhouette'],
          })
            .silhouette.square()
            .sum(),
        )(tf.tensor3d(Float32Array.from(test.positions), [1, topology.vertexCount, 4]))
        .dataSync();
    expect(relativeError(draw('scalar'), draw('reference'))).toBeLessThan(1e-5);
  });
});

describe('across the outlines of anything', () => {
  /** ∫_U G by counting: G at samples that hard rasterization finds covered, over G at all of them. */
  function filtered(scene: Scene, picture: Picture, sharpness: number): Float64Array {
    const finer = 32;
    const margin = 2;
    // The same scene in a picture with a margin, so that samples surround the pixels at the border.
    const [width, height] = [picture.width + 2 * margin, picture.height + 2 * margin];
    const samples = { ...picture, cull: false, width: finer * width, height: finer * height };
    const shrunk = scene.positions.map((value, i) => {
      const coordinate = i % scene.stride;
      return coordinate === 0
        ? (value * picture.width) / width
        : coordinate === 1
          ? (value * picture.height) / height
          : value;
    });
    const { faces } = scalarKernels.findVisible({ ...scene, positions: shrunk }, samples);
    const side = (count: number) => Array.from({ length: count }, (_, i) => (2 * i + 1 - count) / count);
    const weights = (all: number, count: number, fine: number) =>
      side(count).map((at) => side(fine).map((x) => Math.exp(-sharpness * ((x * all) / count - at) ** 2)));
    const across = weights(width, picture.width, samples.width);
    const down = weights(height, picture.height, samples.height);
    const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
    const rows = down[0].map((_, r) =>
      across.map((ofColumn) =>
        ofColumn.reduce((sum, weight, c) => sum + (faces[r * samples.width + c] >= 0 ? weight : 0), 0),
      ),
    );
    return Float64Array.from({ length: picture.width * picture.height }, (_, i) => {
      const [row, column] = [Math.floor(i / picture.width), i % picture.width];
      const sum = total(down[row].map((weight, r) => weight * rows[r][column]));
      return sum / total(down[row]) / total(across[column]);
    });
  }

  const scenes: [string, Scene][] = [
    ['a triangle', triangles([-0.7, -0.6, 0.8, -0.2, -0.1, 0.7])],
    ['a spoke narrower than a pixel', triangles([-0.9, -0.3, 0.9, 0.25, 0.9, 0.3])],
    ['a triangle larger than the picture', triangles([-5, -4, 6, -0.1, -0.3, 7])],
    ['random triangles', triangles(...Array.from({ length: 12 }, (_, i) => [...testNumbers(6, 40 + i)]))],
    ['a crumpled sphere', kernelScene(crumpledSpheres(6))],
  ];
  it.each(scenes)('it is the covered area through a Gaussian: %s', (_, scene) => {
    const picture = somePicture({ width: 24, height: 20 });
    const expected = filtered(scene, picture, 300);
    for (const kernels of [referenceKernels, scalarKernels]) {
      const mask = maskOf(kernels, scene, picture, 300);
      expect(Math.max(...mask.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(4e-3);
    }
  });

  /** Left, bottom, right, top. */
  type Box = readonly [number, number, number, number];
  const big: Box = [-0.6, -0.5, 0.4, 0.45];
  const boxes: [string, Box[]][] = [
    ['a square of triangles that share no vertices', [big]],
    ['the same square twice', [big, big]],
    ['two squares that overlap', [big, [0.1, 0, 0.8, 0.8]]],
    ['a square within another', [big, [-0.3, -0.2, 0.1, 0.2]]],
    ['a square within another, sharing part of a side', [big, [0, -0.2, 0.4, 0.2]]],
    ['two squares side by side, of different height', [big, [0.4, -0.2, 0.8, 0.3]]],
    ['two squares flush on one side', [big, [-0.3, 0.2, 0.4, 0.8]]],
    ['a crack narrower than a pixel', [big, [0.41, -0.5, 0.8, 0.45]]],
    ['a crack of rounding errors', [big, [0.4 + 1e-13, -0.5, 0.8, 0.45 - 1e-13]]],
  ];
  it.each(boxes)('it is the product of error functions: %s', (_, all) => {
    const picture = somePicture({ width: 24, height: 20 });
    const sharpness = 300;
    const between = (low: number, high: number, at: number) =>
      (erf(Math.sqrt(sharpness) * (high - at)) - erf(Math.sqrt(sharpness) * (low - at))) / 2;
    const area = ([left, bottom, right, top]: Box, x: number, y: number) =>
      left < right && bottom < top ? between(left, right, x) * between(bottom, top, y) : 0;
    const union = ([first, second]: Box[], x: number, y: number) => {
      if (!second) return area(first, x, y);
      const shared = first.map((value, k) => (k < 2 ? Math.max : Math.min)(value, second[k]));
      return area(first, x, y) + area(second, x, y) - area(shared as unknown as Box, x, y);
    };
    // The halves of a square wind opposite ways.
    const scene = triangles(
      ...all.flatMap(([x0, y0, x1, y1]) => [
        [x0, y0, x1, y0, x1, y1],
        [x0, y0, x0, y1, x1, y1],
      ]),
    );
    for (const kernels of [referenceKernels, scalarKernels]) {
      const mask = maskOf(kernels, scene, picture, sharpness);
      const worst = Math.max(
        ...Array.from(pixelsOf(picture), ({ index, x, y }) => Math.abs(mask[index] - union(all, x, y))),
      );
      expect(worst).toBeLessThan(1e-6);
    }
  });

  it('culling does not change it, as for the plain mask', () => {
    const scene = kernelScene(crumpledSpheres(7));
    const drawn = (cull: boolean) =>
      rasterize(tf.tensor3d(Float32Array.from(scene.positions), [1, 18, 4]), crumpledSpheres(7).topology, {
        width: 20,
        height: 20,
        cull,
        method: { type: 'dibr', unbiased: true },
        outputs: ['silhouette'],
      }).silhouette.dataSync();
    expect(drawn(true)).toEqual(drawn(false));
  });
});

describe('against hard masks', () => {
  const picture: Picture = { width: 128, height: 128, perspectiveCorrect: true, cull: false, near: 1e-6 };
  const sharpness = 7000;
  const plain = { sharpness, boxSize: 0.02, maxFaces: 30, order: 'index' as const };

  /** How far off, in pixels outwards, the scene `at` fits the hard mask of `at(0)` best in the sense of least squares. */
  function bestOffset(at: (offset: number) => Scene, unbiased: boolean): number {
    const wanted = scalarKernels.findVisible(at(0), picture).faces;
    const mask = new Float64Array(wanted.length);
    const loss = (offset: number) => {
      const scene = at(offset);
      const visible = scalarKernels.findVisible(scene, picture);
      if (unbiased) scalarKernels.outlineMask(scene, picture, visible, { sharpness }, mask);
      else scalarKernels.softMask(scene, picture, visible, plain, mask);
      return mask.reduce((sum, value, i) => sum + (value - (wanted[i] < 0 ? 0 : 1)) ** 2, 0);
    };
    const golden = (Math.sqrt(5) - 1) / 2;
    let [low, high] = [-2, 2];
    let [left, right] = [high - golden * 4, low + golden * 4];
    let [atLeft, atRight] = [loss(left), loss(right)];
    while (high - low > 0.005) {
      if (atLeft < atRight) {
        [high, right, atRight] = [right, left, atLeft];
        left = high - golden * (high - low);
        atLeft = loss(left);
      } else {
        [low, left, atLeft] = [left, right, atRight];
        right = low + golden * (high - low);
        atRight = loss(right);
      }
    }
    return (low + high) / 2;
  }

  const pixel = 2 / picture.width;
  const shrinkage = Math.sqrt(Math.LN2 / sharpness) / pixel;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  /** Half the plane, seen in the picture: a triangle whose one edge has a random direction and passes near the middle. */
  function halfPlane(seed: number): (offset: number) => Scene {
    const [turn, phase] = testNumbers(2, seed);
    const [nx, ny] = [Math.cos(Math.PI * turn), Math.sin(Math.PI * turn)];
    return (offset) => {
      const along = 0.3 * phase + offset * pixel;
      const corner = (n: number, t: number) => [(along + n) * nx - t * ny, (along + n) * ny + t * nx];
      return triangles([...corner(0, -6), ...corner(0, 6), ...corner(-6, 0)]);
    };
  }

  it.each([
    ['on the outline', true, 0],
    ['√(ln 2 / s) inside it without', false, -shrinkage],
  ])('a straight edge comes to rest %s', (_, unbiased, expected) => {
    const offsets = Array.from({ length: 100 }, (_, seed) => bestOffset(halfPlane(seed + 1), unbiased));
    expect(Math.abs(mean(offsets) - expected)).toBeLessThan(0.05);
  });

  it('a sphere keeps its radius; without, it shrinks by more, as an outline has faces in front and behind', () => {
    const { vertices, topology } = icosphere(3, { radii: [1, 1, 1] });
    const directions = vertices.dataSync();
    const { vertexCount, faceCount, faces } = topology;
    const items = [{ vertexStart: 0, vertexCount, faceStart: 0, faceCount }];
    const offset = (unbiased: boolean) =>
      mean(
        [0.5, 0.53, 0.57, 0.61].map((radius) =>
          bestOffset(
            (by) => ({
              positions: Float64Array.from(
                directions,
                (value, i) => (radius + by * pixel) * value + [0.01, 0.02, 0][i % 3],
              ),
              stride: 3,
              faces,
              items,
            }),
            unbiased,
          ),
        ),
      );
    expect(Math.abs(offset(true))).toBeLessThan(0.05);
    expect(offset(false)).toBeLessThan(-shrinkage);
  });

  it('points nearer to the exact gradient of one triangle than the plain mask', () => {
    const cases = triangleCases(60, 1);
    const size = 64;
    const cosine = (unbiased: boolean) =>
      compareWithExact(cases, size, scalarKernels, (scene, drawn, visible, coverage, upstream, gradient) => {
        const mask = new Float64Array(coverage.length);
        const kernels = scalarKernels;
        const state = unbiased
          ? kernels.outlineMask(scene, drawn, visible, { sharpness }, mask)
          : kernels.softMask(scene, drawn, visible, plain, mask);
        // The loss of `upstream` is that of plain coverage: 2 (coverage − wanted) a pixel's area.
        const ofMask = mask.map((value, i) => upstream[i] + (8 / size ** 2) * (value - coverage[i]));
        if (unbiased) kernels.outlineMaskBackward(scene, drawn, state, ofMask, gradient);
        else kernels.softMaskBackward(scene, drawn, state, ofMask, gradient);
      }).cosine;
    expect(cosine(true)).toBeGreaterThan(0.98);
    expect(cosine(false)).toBeLessThan(cosine(true));
  });
});

describe('whatever the scene', () => {
  it.each([scalarKernels, referenceKernels])('nothing is NaN or outside 0 to 1', (kernels) => {
    const numbers = fc.oneof(
      fc.constantFrom(-1e6, -1, -0.5, 0, 0.25, 0.5, 1, 1e6),
      fc.integer({ min: -8, max: 8 }).map((n) => n / 8),
      fc.float({ min: -2, max: 2, noNaN: true }),
    );
    const corners = fc.array(fc.array(numbers, { minLength: 6, maxLength: 6 }), { maxLength: 8 });
    const sizes = fc.constantFrom([1, 1], [1, 300], [300, 1], [8, 8], [16, 9]);
    fc.assert(
      fc.property(
        corners,
        sizes,
        fc.constantFrom(1e-3, 30, 7000, 1e9),
        (faces, [width, height], sharpness) => {
          const scene = triangles(...faces);
          const picture = somePicture({ width, height });
          const visible = kernels.findVisible(scene, picture);
          const mask = new Float64Array(visible.faces.length);
          const state = kernels.outlineMask(scene, picture, visible, { sharpness }, mask);
          const gradient = new Float64Array(scene.positions.length);
          kernels.outlineMaskBackward(
            scene,
            picture,
            state,
            mask.map(() => 1),
            gradient,
          );
          expect(mask.every((value) => value >= 0 && value <= 1)).toBe(true);
          expect(gradient.every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 150, seed: 11 },
    );
  });

  it('a thousand coincident faces, or as many crossing ones, cost little more than finding them', () => {
    const one = [-0.7, -0.6, 0.8, -0.2, -0.1, 0.7];
    const same = triangles(...Array.from({ length: 1000 }, () => one));
    const small = triangles(
      ...Array.from({ length: 1000 }, (_, i) => {
        const [x, y, ...around] = testNumbers(8, i + 1);
        return around.map((value, k) => (k % 2 ? y : x) + 0.1 * value);
      }),
    );
    const picture = somePicture({ width: 64, height: 64 });
    const large = triangles(...Array.from({ length: 1000 }, (_, i) => [...testNumbers(6, i + 1)]));
    for (const scene of [same, small, large]) {
      const start = performance.now();
      const mask = maskOf(scalarKernels, scene, picture, 7000);
      expect(performance.now() - start).toBeLessThan(1000);
      expect(mask.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    expect(maskOf(scalarKernels, same, picture, 7000)).toEqual(
      maskOf(scalarKernels, triangles(one), picture, 7000),
    );
  });
});
