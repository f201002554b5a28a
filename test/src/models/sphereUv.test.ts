import { beforeAll, describe, expect, it } from 'vitest';
import { icosphere } from '../../../renderer/index.ts';
import { sphereUv } from '../../../src/models/sphereUv.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

describe.each([1, 2, 3])('texture coordinates of an icosphere at level %i', (level) => {
  const layout = () => {
    const { vertices, topology } = icosphere(level, { radii: [0.35, 0.35, 0.35] });
    const places = vertices.dataSync() as Float32Array;
    const { values, indices } = sphereUv(places, topology);
    return { places, topology, uv: values.dataSync(), indices };
  };

  it('are where their corners are, by longitude and latitude', () => {
    const { places, topology, uv, indices } = layout();
    topology.faces.forEach((vertex, corner) => {
      const [u, v] = [uv[2 * indices[corner]], uv[2 * indices[corner] + 1]];
      const [longitude, latitude] = [2 * Math.PI * (u - 0.5), Math.PI * (v - 0.5)];
      const [x, y, z] = Array.from(places.subarray(3 * vertex, 3 * vertex + 3), (value) => value / 0.35);
      expect(Math.cos(latitude) * Math.sin(longitude)).toBeCloseTo(x, 5);
      expect(Math.sin(latitude)).toBeCloseTo(y, 5);
      expect(Math.cos(latitude) * Math.cos(longitude)).toBeCloseTo(z, 5);
    });
  });

  it('never span the texture the wrong way, and cover it once', () => {
    const { topology, uv, indices } = layout();
    let area = 0;
    for (let face = 0; face < 3 * topology.faceCount; face += 3) {
      const [a, b, c] = [0, 1, 2].map((k) => [uv[2 * indices[face + k]], uv[2 * indices[face + k] + 1]]);
      expect(Math.max(a[0], b[0], c[0]) - Math.min(a[0], b[0], c[0])).toBeLessThanOrEqual(0.5);
      const signed = ((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2;
      // As seen from outside, u runs to the right and v upwards.
      expect(signed).toBeGreaterThan(0);
      area += signed;
    }
    // All but half of each triangle that touches a pole.
    expect(area).toBeLessThanOrEqual(1 + 1e-6);
    expect(area).toBeGreaterThan(level === 1 ? 0.7 : 0.85);
  });

  it('have a row for each place that a vertex has in the texture', () => {
    const { topology, uv, indices } = layout();
    expect(new Set(indices).size).toBe(uv.length / 2);
    const rows = uv.length / 2;
    expect(rows).toBeGreaterThan(topology.vertexCount);
    expect(rows).toBeLessThan(topology.vertexCount + 8 * 2 ** level + 16);
  });
});
