import { describe, expect, it } from 'vitest';
import { lookAt } from '../../../renderer/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import {
  changedPose,
  drawPoseChange,
  mirrorSigns,
  type PoseChange,
} from '../../../src/training/poseNoise.ts';

const camera = Array.from(lookAt({ eye: [1, 0.5, 1.5] }));
const applied = (m: readonly number[], p: readonly number[]) =>
  [0, 4, 8].map((row) => m[row] * p[0] + m[row + 1] * p[1] + m[row + 2] * p[2] + m[row + 3]);
const mirrored = (m: readonly number[]) =>
  m.map((value, i) => ((i >> 2 === 0) !== (i % 4 === 0) ? -value : value));

describe('a changed pose', () => {
  it('turns the object about its centre, and shifts it, along the axes of the camera', () => {
    const turned = changedPose(camera, [0, 0, Math.PI / 2, 0, 0, 0]);
    expect(applied(turned, [0, 0, 0])).toEqual(applied(camera, [0, 0, 0]));
    const [centre, before, after] = [
      applied(camera, [0, 0, 0]),
      applied(camera, [0.1, 0.2, 0.3]),
      applied(turned, [0.1, 0.2, 0.3]),
    ];
    expect(after[0] - centre[0]).toBeCloseTo(-(before[1] - centre[1]), 12);
    expect(after[1] - centre[1]).toBeCloseTo(before[0] - centre[0], 12);
    expect(after[2]).toBeCloseTo(before[2], 12);
    const shifted = changedPose(camera, [0, 0, 0, 1, 2, 3]);
    expect(applied(shifted, [0.1, 0.2, 0.3])).toEqual(before.map((value, axis) => value + [1, 2, 3][axis]));
  });

  it('stays rigid', () => {
    const m = changedPose(camera, [0.3, -0.8, 1.7, 0, 0, 0]);
    for (const [a, b] of [
      [0, 0],
      [0, 4],
      [4, 8],
      [8, 8],
    ]) {
      const dot = m[a] * m[b] + m[a + 1] * m[b + 1] + m[a + 2] * m[b + 2];
      expect(dot).toBeCloseTo(a === b ? 1 : 0, 12);
    }
  });

  it('of a mirrored camera is the mirrored one', () => {
    const change: PoseChange = [0.1, -0.2, 0.3, 0.01, 0.02, -0.03];
    const reflected = change.map((value, i) => value * mirrorSigns[i]) as unknown as PoseChange;
    const expected = mirrored(changedPose(camera, change));
    changedPose(mirrored(camera), reflected).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 12);
    });
  });

  it('is drawn with the deviations that are asked for', () => {
    const random = new Random(1);
    const draws = Array.from({ length: 4000 }, () => drawPoseChange({ degrees: 10, shift: 0.02 }, random));
    for (let axis = 0; axis < 6; axis++) {
      const deviation = Math.sqrt(draws.reduce((sum, change) => sum + change[axis] ** 2, 0) / draws.length);
      expect(deviation / (axis < 3 ? (10 * Math.PI) / 180 : 0.02)).toBeCloseTo(1, 1);
    }
  });
});
