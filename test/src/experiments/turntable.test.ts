// A strip of a mesh from all around: who looks from where, and that nothing pulsates.

import * as tf from '@tensorflow/tfjs';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { icosphere, type Mesh } from '../../../renderer/index.ts';
import { turntable } from '../../../src/experiments/turntable.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

const size = 48;
const input = ndarray(new Float32Array(size * size * 4), [size, size, 4]);
for (let row = 10; row < 20; row++) {
  for (let column = 5; column < 15; column++)
    [1, 0, 0, 0.5].map((value, c) => input.set(row, column, c, value));
}

/** Off the origin; red on the side of +z, blue on that of −z, with green on that of +x. */
function ellipsoid(): Mesh {
  const sphere = icosphere(3, { radii: [1, 0.3, 0.3] });
  const vertices = sphere.vertices.arraySync();
  const colors = vertices.map(([x, , z]) => [z > 0 ? 1 : 0, x > 0 ? 1 : 0, z < 0 ? 1 : 0]);
  const moved = sphere.vertices.add([5, 1, -2]) as tf.Tensor2D;
  return { ...sphere, vertices: moved, colors: tf.tensor2d(colors) };
}

describe('a turntable', () => {
  const strip = () => turntable(ellipsoid(), { views: 4, fovDegrees: 30, input });

  it('begins with the input picture on white', () => {
    const picture = strip();
    expect(picture.shape).toEqual([size, 5 * size, 3]);
    expect([0, 1, 2].map((c) => picture.get(0, 0, c))).toEqual([1, 1, 1]);
    // Half red, half white, in linear light.
    const half = 1.055 * 0.5 ** (1 / 2.4) - 0.055;
    for (const [c, value] of [1, half, half].entries()) expect(picture.get(15, 10, c)).toBeCloseTo(value, 5);
  });

  it('looks from +z first, then from +x, from behind, and from −x', () => {
    const picture = strip();
    const at = (view: number, right: number) =>
      [0, 1, 2].map((c) => Math.round(picture.get(size / 2, (1 + view) * size + size / 2 + right, c)));
    expect(at(0, 8)).toEqual([1, 1, 0]);
    expect(at(0, -8)).toEqual([1, 0, 0]);
    expect(at(1, 3)).toEqual([0, 1, 1]);
    expect(at(1, -3)).toEqual([1, 1, 0]);
    expect(at(2, 8)).toEqual([0, 0, 1]);
    expect(at(3, 3)).toEqual([1, 0, 0]);
  });

  it('draws every view at the same scale, in its middle, antialiased', () => {
    const picture = strip();
    const boxes = [0, 1, 2, 3].map((view) => {
      const rows: number[] = [];
      const columns: number[] = [];
      let mixed = 0;
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          const left = (1 + view) * size;
          const least = Math.min(...[0, 1, 2].map((c) => picture.get(row, left + column, c)));
          if (least > 0.9) continue;
          if (least > 0.1) mixed++;
          rows.push(row);
          columns.push(column);
        }
      }
      expect(mixed).toBeGreaterThan(8);
      const [top, bottom] = [Math.min(...rows), Math.max(...rows) + 1];
      const [left, right] = [Math.min(...columns), Math.max(...columns) + 1];
      return { height: bottom - top, width: right - left, y: (top + bottom) / 2, x: (left + right) / 2 };
    });
    for (const { height, x, y } of boxes) {
      // Three tenths of the radius that fills 95 % of half a picture.
      expect(Math.abs(height - 0.3 * 0.95 * size)).toBeLessThan(2);
      expect(Math.abs(x - size / 2)).toBeLessThan(1.1);
      expect(Math.abs(y - size / 2)).toBeLessThan(1.1);
    }
    expect(boxes[0].width).toBeGreaterThan(0.85 * size);
    expect(Math.abs(boxes[1].width - boxes[1].height)).toBeLessThan(2);
  });
});
