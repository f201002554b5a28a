import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError, FileError } from '../../../renderer/errors.ts';
import {
  formatRenderingMetadata,
  parseRenderingMetadata,
  r2n2Camera,
  r2n2FovDegrees,
  r2n2WorldToCamera,
} from '../../../src/datasets/r2n2.ts';

const seen = (m: readonly number[], [x, y, z]: readonly number[]) =>
  [0, 4, 8].map((row) => m[row] * x + m[row + 1] * y + m[row + 2] * z + m[row + 3]);

function expectClose(actual: readonly number[], expected: readonly number[], digits = 12): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, digits);
}

describe('cameras of 3D-R2N2', () => {
  it('have a focal length of 245 pixels at 224', () => {
    expect(r2n2FovDegrees).toBeCloseTo(49.1343420774, 5);
    expect(112 / Math.tan((r2n2FovDegrees * Math.PI) / 360)).toBeCloseTo(245, 9);
  });

  it('see points where a calculation by hand puts them', () => {
    // From +x: depth runs along x, the picture's right is −z, its up is y.
    const fromX = r2n2WorldToCamera({ azimuthDegrees: 0, elevationDegrees: 0, distance: 0.8 });
    expectClose(seen(fromX, [0.1, 0.2, 0.3]), [-0.3, 0.2, 0.1 - 0.8]);
    // From +z: as a picture of the x-y plane is usually drawn.
    const fromZ = r2n2WorldToCamera({ azimuthDegrees: 90, elevationDegrees: 0, distance: 0.7 });
    expectClose(seen(fromZ, [0.1, 0.2, 0.3]), [0.1, 0.2, 0.3 - 0.7]);
    // From above +x at 30°: Z = (√3/2, 1/2, 0), Y = (−1/2, √3/2, 0).
    const above = r2n2WorldToCamera({ azimuthDegrees: 0, elevationDegrees: 30, distance: 0.9 });
    const root = Math.sqrt(3) / 2;
    expectClose(seen(above, [0.4, 0.2, 0.1]), [-0.1, -0.2 + 0.2 * root, 0.4 * root + 0.1 - 0.9]);
  });

  it('follow the formulas of Pixel2Mesh', () => {
    // data/generate_data.py, `camera_info`, on a row of ShapeNet's chair 1a6f615e8b1b5ae4dbbc9440457e303e.
    const camera = { azimuthDegrees: 155.558, elevationDegrees: 28.2, distance: 0.841 };
    const [theta, phi] = [155.558, 28.2].map((degrees) => (degrees * Math.PI) / 180);
    const position = [
      0.841 * Math.cos(phi) * Math.cos(theta),
      0.841 * Math.sin(phi),
      0.841 * Math.cos(phi) * Math.sin(theta),
    ];
    const unit = (v: number[]) => v.map((value) => value / Math.hypot(...v));
    const cross = (a: number[], b: number[]) =>
      [1, 2, 0].map((i, k) => a[i] * b[(i + 1) % 3] - a[(i + 1) % 3] * b[[1, 2, 0][k]]);
    const z = unit(position);
    const x = unit(cross([0, 1, 0], z));
    const y = unit(cross(z, x));
    const matrix = r2n2WorldToCamera(camera);
    const p = [0.11, -0.2, 0.05];
    const expected = [x, y, z].map((axis) =>
      axis.reduce((sum, value, k) => sum + value * (p[k] - position[k]), 0),
    );
    expectClose(seen(matrix, p), expected);
  });

  it('come back from their matrices', () => {
    const camera = fc.record({
      azimuthDegrees: fc.double({ min: 0, max: 359.99, noNaN: true }),
      elevationDegrees: fc.double({ min: -90, max: 90, noNaN: true }),
      distance: fc.double({ min: 0.1, max: 3, noNaN: true }),
    });
    fc.assert(
      fc.property(camera, (original) => {
        const back = r2n2Camera(r2n2WorldToCamera(original));
        expect(back.elevationDegrees).toBeCloseTo(original.elevationDegrees, 5);
        expect(back.distance).toBeCloseTo(original.distance, 12);
        expectClose(r2n2WorldToCamera(back), r2n2WorldToCamera(original), 7);
        const turn = Math.abs(back.azimuthDegrees - original.azimuthDegrees);
        expect(Math.min(turn, 360 - turn)).toBeLessThan(1e-5);
      }),
    );
  });

  it('refuse matrices of other cameras', () => {
    const matrix = r2n2WorldToCamera({ azimuthDegrees: 10, elevationDegrees: 20, distance: 1 });
    expect(() => r2n2Camera(matrix.map((value, i) => (i === 3 ? 0.1 : value)))).toThrow(ArgumentError);
    const rolled = [
      ...matrix.slice(4, 8),
      ...matrix.slice(0, 4).map((value) => 0 - value),
      ...matrix.slice(8),
    ];
    expect(() => r2n2Camera(rolled)).toThrow(ArgumentError);
  });

  it('are read from and written to rendering_metadata.txt', () => {
    const text = '233.465 27.716 0 0.756955 25\n  40.01 -5.5 0.000 0.9 25 \r\n';
    const cameras = parseRenderingMetadata(text, 'm.txt');
    expect(cameras).toEqual([
      { azimuthDegrees: 233.465, elevationDegrees: 27.716, distance: 0.756955 },
      { azimuthDegrees: 40.01, elevationDegrees: -5.5, distance: 0.9 },
    ]);
    expect(parseRenderingMetadata(formatRenderingMetadata(cameras), 'm.txt')).toEqual(cameras);
  });

  it.each([
    ['1 2 0 0.8', /m\.txt:2: is "1 2 0 0\.8", expected azimuth/],
    ['1 2 0 far 25', /m\.txt:2: is/],
    ['', /m\.txt:2: is ""/],
    ['1 91 0 0.8 25', /elevation of 91°/],
    ['1 2 3 0.8 25', /in-plane rotation of 3°/],
    ['1 2 0 0 25', /distance of 0/],
  ])('refuse the row "%s"', (row, problem) => {
    expect(() => parseRenderingMetadata(`1 2 0 0.8 25\n${row}\n1 2 0 0.8 25`, 'm.txt')).toThrow(FileError);
    expect(() => parseRenderingMetadata(`1 2 0 0.8 25\n${row}\n1 2 0 0.8 25`, 'm.txt')).toThrow(problem);
  });
});
