// Some points of a surface: as many as are asked for or as there are, each with its normal.

import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/datasets/index.ts';
import { allPoints, chosenPoints, drawnPoints, noPoints } from '../../../src/datasets/pointChoice.ts';
import { sampleSurface } from '../../../src/datasets/sample.ts';
import { Random } from '../../../src/tensor/random.ts';

/** Points (k, k, k) from `first` on, with normals (−k, −k, −k). */
function surface(first: number, count: number) {
  const points = Float32Array.from({ length: 3 * count }, (_, i) => first + Math.floor(i / 3));
  return { points, normals: points.map((value) => -value) };
}

describe('points of a surface', () => {
  it('are drawn without repetition, and all of what has no more', () => {
    const draw = drawnPoints(20, new Random(1));
    expect(chosenPoints(surface(1, 5), draw)).toEqual(surface(1, 5));
    const { points, normals } = chosenPoints(surface(101, 50), draw);
    expect(points).toHaveLength(60);
    expect(normals).toEqual(points.map((value) => -value));
    const drawn = new Set(points);
    expect(drawn.size).toBe(20);
    expect([...drawn].every((value) => value > 100 && value <= 150)).toBe(true);
  });

  it('are all, or none', () => {
    expect(chosenPoints(surface(1, 5), allPoints)).toEqual(surface(1, 5));
    expect(chosenPoints(surface(1, 5), noPoints).points).toHaveLength(0);
  });

  it('are drawn alike whether they have normals or not', () => {
    const { points } = surface(1, 30);
    const bare = chosenPoints({ points }, drawnPoints(10, new Random(3)));
    expect(bare.normals).toBeUndefined();
    expect(bare.points).toEqual(chosenPoints(surface(1, 30), drawnPoints(10, new Random(3))).points);
  });

  it('are the same, to the bit, as where all of a surface is unpacked and turned', async () => {
    const dataset = await openDataset('furniture-mini');
    const [object] = dataset.split('train');
    const whole = sampleSurface(object, 3, { mirror: true });
    const some = sampleSurface(object, 3, { mirror: true, choosePoints: drawnPoints(40, new Random(5)) });
    expect(some).toEqual(chosenPoints(whole, drawnPoints(40, new Random(5))));
    await dataset.close();
  });
});
