// Surface points of a batch: as many as are asked for or as there are, with normals if all have them.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/tensor/random.ts';
import { drawSurfaces } from '../../../src/training/batch.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

/** Points (k, k, k) from `first` on, with normals (−k, −k, −k). */
function surface(first: number, count: number) {
  const points = Float32Array.from({ length: 3 * count }, (_, i) => first + Math.floor(i / 3));
  return { points, normals: points.map((value) => -value) };
}

describe('drawSurfaces', () => {
  it('draws without repetition, and takes all of what has no more', () => {
    tf.tidy(() => {
      const surfaces = [surface(1, 5), surface(101, 50), surface(1001, 20)];
      const { points, normals, offsets } = drawSurfaces(surfaces, 20, new Random(1));
      expect([...offsets]).toEqual([0, 5, 25, 45]);
      const drawn = Array.from(points.dataSync()).filter((_, i) => i % 3 === 0);
      expect(drawn.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
      expect(new Set(drawn).size).toBe(45);
      expect(drawn.slice(5, 25).every((value) => value > 100 && value <= 150)).toBe(true);
      expect([...normals!.dataSync()]).toEqual(Array.from(points.dataSync(), (value) => -value));
    });
  });

  it('draws the same points whether they have normals or not', () => {
    tf.tidy(() => {
      const bare = [surface(1, 30), { points: surface(101, 30).points }];
      const drawn = drawSurfaces(bare, 10, new Random(3));
      const whole = drawSurfaces([surface(1, 30), surface(101, 30)], 10, new Random(3));
      expect(drawn.normals).toBeUndefined();
      expect(drawn.points.dataSync()).toEqual(whole.points.dataSync());
    });
  });
});
