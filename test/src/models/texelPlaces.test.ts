import { beforeAll, describe, expect, it } from 'vitest';
import { icosphere } from '../../../renderer/index.ts';
import { sphereUv } from '../../../src/models/sphereUv.ts';
import { texelPlaces } from '../../../src/models/texelPlaces.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

it('of two triangles that fill the texture are where the centres of texels lie', () => {
  const uv = new Float32Array([0, 0, 1, 0, 1, 1, 0, 1]);
  const indices = new Int32Array([0, 1, 2, 0, 2, 3]);
  const size = 5;
  const { faces, weights } = texelPlaces(uv, indices, size);
  for (let texel = 0; texel < size * size; texel++) {
    const at = (axis: number) =>
      [0, 1, 2].reduce(
        (sum, k) => sum + weights[3 * texel + k] * uv[2 * indices[3 * faces[texel] + k] + axis],
        0,
      );
    expect(at(0)).toBeCloseTo(((texel % size) + 0.5) / size, 6);
    expect(at(1)).toBeCloseTo(1 - (Math.floor(texel / size) + 0.5) / size, 6);
  }
});

it('are those of the nearest texel of the column beyond all faces, and none where it has none', () => {
  const uv = new Float32Array([0, 0, 0.5, 0, 0, 0.5]);
  const { faces, weights } = texelPlaces(uv, new Int32Array([0, 1, 2]), 8);
  const place = (texel: number) => [faces[texel], ...weights.slice(3 * texel, 3 * texel + 3)];
  expect(faces[8 * 4]).toBe(0);
  expect(place(0)).toEqual(place(8 * 4));
  expect(faces[7]).toBe(-1);
});

describe.each([
  [0, 16],
  [0, 64],
  [1, 32],
  [3, 64],
  [3, 256],
  [5, 16],
] as const)('on a sphere of level %i, of %i texels a side,', (level, size) => {
  it('are on its surface at the longitude and latitude of each, the poles too', () => {
    const { vertices, topology } = icosphere(level);
    const positions = vertices.dataSync();
    const { values, indices } = sphereUv(positions as Float32Array, topology);
    const { faces, weights } = texelPlaces(values.dataSync() as Float32Array, indices, size);
    // What is straight in the texture is bent on the sphere: between the corners of a face, by a share of its size.
    const faceSize = 1.1 / 2 ** level;
    const worst = { distance: 0, least: 1, sum: 0 };
    for (let texel = 0; texel < size * size; texel++) {
      const own = weights.subarray(3 * texel, 3 * texel + 3);
      worst.least = Math.min(worst.least, ...own);
      worst.sum = Math.max(worst.sum, Math.abs(own[0] + own[1] + own[2] - 1));
      const point = [0, 1, 2].map((axis) =>
        own.reduce(
          (sum, weight, k) => sum + weight * positions[3 * topology.faces[3 * faces[texel] + k] + axis],
          0,
        ),
      );
      const longitude = 2 * Math.PI * (((texel % size) + 0.5) / size - 0.5);
      const latitude = Math.PI * (0.5 - (Math.floor(texel / size) + 0.5) / size);
      const direction = [
        Math.cos(latitude) * Math.sin(longitude),
        Math.sin(latitude),
        Math.cos(latitude) * Math.cos(longitude),
      ];
      const distance = Math.hypot(...point.map((value, axis) => value - direction[axis]));
      worst.distance = Math.max(worst.distance, distance);
    }
    expect(worst.least).toBeGreaterThanOrEqual(0);
    expect(worst.sum).toBeLessThan(1e-6);
    expect(worst.distance).toBeLessThan(0.5 * faceSize);
  });
});
