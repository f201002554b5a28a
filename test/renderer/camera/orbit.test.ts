import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookAt, orbit, orbitPose, orbitViews, PerspectiveCamera } from '../../../renderer/camera/index.ts';
import { useTestBackend } from '../../backend.ts';
import { expectCameraGradient, expectClose } from './cameras.ts';

beforeAll(() => useTestBackend());

const somewhere = {
  azimuthDegrees: 40,
  elevationDegrees: 25,
  distance: 3,
  target: [0.1, -0.2, 0.3] as const,
};

describe('orbit', () => {
  it('counts azimuth from +z towards +x, and elevation upwards', () => {
    const camera = (azimuthDegrees: number, elevationDegrees: number) =>
      new PerspectiveCamera({
        fovDegrees: 90,
        view: orbit({ azimuthDegrees, elevationDegrees, distance: 2 }),
      });
    // From +z, x is right; from +x, −z is right; from above, −z is up.
    expectClose(camera(0, 0).projectOnHost([0.1, 0.2, 0.3]), [0.1, 0.2, -1.7, 1.7]);
    expectClose(camera(90, 0).projectOnHost([0.1, 0.2, 0.3]), [-0.3, 0.2, -1.9, 1.9]);
    expectClose(camera(0, 90).projectOnHost([0.1, 0.2, 0.3]), [0.1, -0.3, -1.8, 1.8]);
    expectClose(camera(0, -90).projectOnHost([0.1, 0.2, 0.3]), [0.1, 0.3, -2.2, 2.2]);
  });

  it('is lookAt wherever that has a direction', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -400, max: 400, noNaN: true }),
        fc.double({ min: -89, max: 89, noNaN: true }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (azimuthDegrees, elevationDegrees, distance) => {
          const [azimuth, elevation] = [azimuthDegrees, elevationDegrees].map((a) => (a * Math.PI) / 180);
          const { target } = somewhere;
          const eye = [
            target[0] + distance * Math.cos(elevation) * Math.sin(azimuth),
            target[1] + distance * Math.sin(elevation),
            target[2] + distance * Math.cos(elevation) * Math.cos(azimuth),
          ] as const;
          expectClose(
            orbit({ azimuthDegrees, elevationDegrees, distance, target }),
            lookAt({ eye, target }),
            1e-9,
          );
        },
      ),
    );
  });

  it('takes lists for many views', () => {
    const views = orbitViews({ azimuthDegrees: [0, 120, 240], elevationDegrees: 20, distance: [1, 2, 3] });
    expect(views).toHaveLength(3);
    expect(views[1]).toEqual(orbit({ azimuthDegrees: 120, elevationDegrees: 20, distance: 2 }));
    expect(orbitViews(somewhere)).toEqual([orbit(somewhere)]);
  });

  it('names what is wrong', () => {
    expect(() => orbit({ ...somewhere, distance: 0 })).toThrow('distance must be positive, but is 0');
    expect(() => orbit({ ...somewhere, azimuthDegrees: Number.NaN })).toThrow(
      'azimuthDegrees must be a finite number, but is NaN',
    );
    expect(() => orbitViews({ ...somewhere, azimuthDegrees: [1, 2], distance: [1, 2, 3] })).toThrow(
      'distance has 3 entries, but azimuthDegrees has 2: expected one for each view',
    );
    expect(() =>
      orbitPose({ ...somewhere, distance: tf.tensor1d([1, 1]), azimuthDegrees: tf.tensor1d([1, 2, 3]) }),
    ).toThrow(/but have 3, 1, 2, 1/);
    expect(() => orbitPose({ ...somewhere, distance: tf.ones([2, 1]) as unknown as tf.Tensor1D })).toThrow(
      'distance must be a number, a scalar or a tensor [views], but has shape [2,1]',
    );
    expect(() => orbitPose({ ...somewhere, target: tf.ones([2]) })).toThrow(/target must have shape/);
  });
});

describe('orbitPose', () => {
  it.each([25, 90, -90, 200])('is orbit with gradients, at an elevation of %s°', (elevationDegrees) => {
    const numbers = ([azimuth, elevation, distance, ...target]: readonly number[]) =>
      orbit({
        azimuthDegrees: azimuth,
        elevationDegrees: elevation,
        distance,
        target: target as [number, number, number],
      });
    expectCameraGradient(
      [40, elevationDegrees, 3, ...somewhere.target],
      [6],
      (p) =>
        new PerspectiveCamera({
          fovDegrees: 35,
          view: orbitPose({
            azimuthDegrees: p.slice([0], [1]).reshape([]),
            elevationDegrees: p.slice([1], [1]).reshape([]),
            distance: p.slice([2], [1]) as tf.Tensor1D,
            target: p.slice([3], [3]),
          }),
        }),
      (p) => new PerspectiveCamera({ fovDegrees: 35, view: numbers(p) }),
    );
  });

  it('makes one view an entry, and leaves no other tensors', () => {
    const azimuths = tf.tensor1d([10, 20]);
    const before = tf.memory().numTensors;
    orbitPose({ ...somewhere, azimuthDegrees: azimuths }).dispose();
    expect(tf.memory().numTensors).toBe(before);
    const views = orbitPose({ ...somewhere, azimuthDegrees: azimuths });
    const expected = orbitViews({ ...somewhere, azimuthDegrees: [10, 20] });
    expectClose(
      views.dataSync(),
      expected.flatMap((view) => [...view]),
      1e-6,
    );
  });
});
