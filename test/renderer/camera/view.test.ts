import { describe, expect, it } from 'vitest';
import { lookAt, OrthographicCamera, PerspectiveCamera, rigidView } from '../../../renderer/camera/index.ts';
import { ArgumentError } from '../../../renderer/errors.ts';

describe('lookAt', () => {
  it('puts the target on the −z axis at its distance and up at the top', () => {
    const camera = new OrthographicCamera({
      halfHeight: 1,
      view: lookAt({ eye: [3, 4, 0], target: [0, 0, 0] }),
    });
    const [x, y, z, w] = camera.projectOnHost([0, 0, 0]);
    expect([x, y, z, w].map((value) => Number(value.toFixed(12)) + 0)).toEqual([0, 0, -5, 1]);
    expect(camera.projectOnHost([0, 0.1, 0])[1]).toBeGreaterThan(0);
  });

  it('keeps handedness: from +z, world x is picture x', () => {
    const camera = new PerspectiveCamera({ fovDegrees: 90, view: lookAt({ eye: [0, 0, 2] }) });
    const [x, y, z, w] = camera.projectOnHost([1, 0.5, 0]);
    expect(x / w).toBeCloseTo(0.5, 12);
    expect(y / w).toBeCloseTo(0.25, 12);
    expect(z).toBeCloseTo(-2, 12);
  });

  it('refuses views that have no direction', () => {
    expect(() => lookAt({ eye: [1, 1, 1], target: [1, 1, 1] })).toThrow(ArgumentError);
    expect(() => lookAt({ eye: [0, 2, 0] })).toThrow(/parallel/);
    expect(() => lookAt({ eye: [Number.NaN, 0, 1] })).toThrow(
      'eye must be three finite numbers, but is (NaN, 0, 1)',
    );
  });
});

describe('rigidView', () => {
  it('puts a rotation and a translation together', () => {
    const quarter = [0, -1, 0, 1, 0, 0, 0, 0, 1];
    expect([...rigidView(quarter, [4, 5, 6])]).toEqual([0, -1, 0, 4, 1, 0, 0, 5, 0, 0, 1, 6, 0, 0, 0, 1]);
  });

  it('refuses what is no rotation', () => {
    expect(() => rigidView([0, 1, 0, 1, 0, 0, 0, 0, 1], [0, 0, 0])).toThrow(
      'rotation must be a rotation, but is a reflection (its determinant is −1)',
    );
    expect(() => rigidView([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, Infinity, 0])).toThrow(
      'translation must be 3 finite numbers, but is [0, Infinity, 0]',
    );
  });
});
