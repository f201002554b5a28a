// The exact picture against polygons clipped by hand, against a picture of very many samples, and under changes that must not matter.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../renderer/errors.ts';
import type { Scene } from '../../../renderer/kernels/index.ts';
import { exactPicture } from '../../../renderer/oracle/index.ts';
import { supersampledPicture } from '../../../renderer/oracle/supersampled.ts';
import { testNumbers } from '../../gradient.ts';
import { relativeError } from '../scenes.ts';
import { clippedArea } from './clippedArea.ts';
import { chair, colorsOf, frame, sceneOf, solids, sphere, wholeMesh } from './scenes.ts';

const triangle = (corners: ArrayLike<number>): Scene => ({
  positions: Float64Array.from([0, 1, 2].flatMap((k) => [corners[2 * k], corners[2 * k + 1], -2])),
  stride: 3,
  faces: Int32Array.from([0, 1, 2]),
  items: wholeMesh(3, 1),
});

describe('exactPicture', () => {
  it('covers of every pixel what polygon clipping says of one triangle', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (corners, width, height) => {
          const { silhouette } = exactPicture(triangle(corners), frame({ width, height }));
          silhouette.forEach((share, pixel) => {
            expect(Math.abs(share - clippedArea(corners, pixel, width, height))).toBeLessThan(1e-9);
          });
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  // An edge of n pixels crosses samples of 1/48 pixel with an error near √n·48^−1.5 in area; 0.011 is half a row of samples.
  const samples = 48;
  it.each([...Object.entries(solids), ['a chair', chair] as const])(
    'is what many samples approach: %s',
    (_, make) => {
      const solid = make();
      const picture = frame();
      const options = { attributes: colorsOf(solid), background: [0.3, -0.2] };
      const exact = exactPicture(sceneOf(solid), picture, options);
      const sampled = supersampledPicture(sceneOf(solid), picture, { ...options, samples });
      for (const name of ['silhouette', 'image'] as const) {
        let squared = 0;
        let worst = 0;
        exact[name].forEach((value, i) => {
          worst = Math.max(worst, Math.abs(value - sampled[name][i]));
          squared += (value - sampled[name][i]) ** 2 / exact[name].length;
        });
        expect(worst).toBeLessThan(0.02);
        expect(Math.sqrt(squared)).toBeLessThan(0.002);
      }
    },
  );

  it('interpolates in space or in the picture', () => {
    const solid = sphere(0, 0.8);
    const options = { attributes: colorsOf(solid) };
    for (const perspectiveCorrect of [true, false]) {
      const picture = frame({ perspectiveCorrect });
      const exact = exactPicture(sceneOf(solid), picture, options);
      const sampled = supersampledPicture(sceneOf(solid), picture, { ...options, samples });
      expect(relativeError(sampled.image, exact.image)).toBeLessThan(0.01);
    }
  });

  it('leaves culled faces out', () => {
    const clockwise = triangle([-0.5, -0.5, 0.1, 0.6, 0.7, -0.4]);
    expect(exactPicture(clockwise, frame({ cull: true })).silhouette.every((share) => share === 0)).toBe(
      true,
    );
    expect(exactPicture(clockwise, frame()).silhouette.some((share) => share > 0)).toBe(true);
  });

  it('does not depend on the order of faces, nor on the split of a batch', () => {
    const solid = solids['two boxes that cross']();
    const scene = sceneOf(solid);
    const options = { attributes: colorsOf(solid) };
    // Affine colours: their integrals are exact however the pieces fall.
    const picture = frame({ perspectiveCorrect: false });
    const expected = exactPicture(scene, picture, options);
    const reversed = Int32Array.from(
      Array.from({ length: solid.faces.length / 3 }, (_, f) => [...solid.faces.subarray(3 * f, 3 * f + 3)])
        .reverse()
        .flat(),
    );
    const shuffled = exactPicture({ ...scene, faces: reversed }, picture, {
      attributes: { ...options.attributes, indices: reversed },
    });
    expect(relativeError(shuffled.image, expected.image)).toBeLessThan(1e-12);

    const twice = exactPicture(
      {
        ...scene,
        positions: Float64Array.from([...scene.positions, ...scene.positions]),
        items: [scene.items[0], { ...scene.items[0], vertexStart: solid.vertices.length / 3 }],
      },
      picture,
      { attributes: { ...options.attributes, rowStarts: [0, 0] } },
    );
    expect(twice.image.subarray(expected.image.length)).toEqual(expected.image);
    expect(twice.silhouette.subarray(0, expected.silhouette.length)).toEqual(expected.silhouette);
  });

  it('moves with the mesh, pixel by pixel', () => {
    const { width, height } = frame();
    const corners = [-0.5, -0.33, 0.1, 0.57, 0.37, -0.4];
    const shifted = corners.map((value, i) => value + (i % 2 === 0 ? 2 / width : -2 / height));
    const before = exactPicture(triangle(corners), frame()).silhouette;
    const after = exactPicture(triangle(shifted), frame()).silhouette;
    for (let row = 0; row + 1 < height; row++) {
      for (let column = 0; column + 1 < width; column++) {
        expect(after[(row + 1) * width + column + 1]).toBeCloseTo(before[row * width + column], 12);
      }
    }
  });

  it('resolves thousands of faces within one pixel', () => {
    const solid = sphere(4, 0.3, [0.02, 0.01, 0]);
    const { silhouette } = exactPicture(sceneOf(solid), frame({ width: 1, height: 1 }));
    const fine = exactPicture(sceneOf(solid), frame({ width: 32, height: 32 })).silhouette;
    expect(silhouette[0]).toBeCloseTo(
      fine.reduce((sum, share) => sum + share / 1024, 0),
      10,
    );
  });

  it('says what does not fit', () => {
    const scene = triangle(testNumbers(6, 3));
    expect(() => exactPicture(scene, frame(), { order: 1 })).toThrow(ArgumentError);
    expect(() => exactPicture(scene, frame(), { order: 1 })).toThrow('order must be a whole number from 2');
    expect(() => exactPicture(scene, frame(), { background: [1] })).toThrow(
      'background must have one number',
    );
  });
});
