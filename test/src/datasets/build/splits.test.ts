import { describe, expect, it } from 'vitest';
import { occupancies, twinGroups } from '../../../../src/datasets/build/nearTwins.ts';
import { assignSplits } from '../../../../src/datasets/build/splits.ts';
import { Random } from '../../../../src/tensor/random.ts';

const random = new Random(3);

/** Points on an L of two walls, which no symmetry maps onto itself, about `height` high. */
function walls(height: number): Float32Array {
  const points: number[] = [];
  for (let i = 0; i < 6000; i++) {
    const [along, up] = [random.uniform(), random.uniform() * height - 0.3];
    points.push(...(i % 3 === 0 ? [-0.33, up, along * 0.4 - 0.3] : [along * 0.6 - 0.33, up, -0.31]));
  }
  return Float32Array.from(points);
}

function mapped(points: Float32Array, to: (x: number, y: number, z: number) => number[]): Float32Array {
  const result = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 3) result.set(to(points[i], points[i + 1], points[i + 2]), i);
  return result;
}

describe('twinGroups', () => {
  it('finds twins that are turned by 90° or mirrored, and tells other shapes apart', () => {
    const shape = walls(0.6);
    const turned = mapped(walls(0.6), (x, y, z) => [z, y, -x]);
    const mirrored = mapped(walls(0.6), (x, y, z) => [-x, y, z]);
    const lower = walls(0.3);
    const shapes = [lower, shape, turned, mirrored].map(occupancies);
    expect(twinGroups(shapes, 0.7)).toEqual([0, 1, 1, 1]);
  });

  it('links chains', () => {
    const heights = [0.3, 0.37, 0.46, 0.57].map((height) => occupancies(walls(height)));
    expect(new Set(twinGroups(heights, 0.7)).size).toBe(1);
    expect(new Set(twinGroups([heights[0], heights[3]], 0.7)).size).toBe(2);
  });
});

describe('assignSplits', () => {
  const objects = Array.from({ length: 100 }, (_, i) => ({
    id: `object-${i}`,
    category: i % 2 === 0 ? 'chair' : 'table',
    cluster: i < 20 ? 1000 + Math.floor(i / 4) : i,
  }));
  const shares = { validation: 0.1, test: 0.15, seed: 'seed' };

  it('gives each category its share and never divides a cluster', () => {
    const splits = assignSplits(objects, shares);
    for (const [split, wanted] of [
      ['test', 15],
      ['validation', 10],
      ['train', 75],
    ] as const) {
      expect(Math.abs(splits.filter((name) => name === split).length - wanted)).toBeLessThanOrEqual(3);
    }
    for (let i = 0; i < 20; i++) expect(splits[i]).toBe(splits[4 * Math.floor(i / 4)]);
  });

  it('depends on the seed alone, not on the run', () => {
    expect(assignSplits(objects, shares)).toEqual(assignSplits(objects, shares));
    expect(assignSplits(objects, shares)).not.toEqual(assignSplits(objects, { ...shares, seed: 'another' }));
  });
});
