import { describe, expect, it } from 'vitest';
import { Topology, taubinSmooth, unitIcosphere } from '../../../renderer/mesh/index.ts';
import { testNumbers } from '../../gradient.ts';

/** A strip that closes on itself, two triangles a step: every vertex has the same four neighbours v ± 1, v ± 2. */
function ring(count: number): Topology {
  const faces = Array.from({ length: count }, (_, v) =>
    [0, 1, 2].map((k) => (v + (v % 2 && k ? 3 - k : k)) % count),
  );
  return new Topology(Int32Array.from(faces.flat()), count);
}

describe('taubinSmooth', () => {
  it('scales a wave by (1 − λk)(1 − μk) a step', () => {
    const count = 24;
    const topology = ring(count);
    for (const wave of [1, 3, 8]) {
      const at = (v: number) => Math.cos((2 * Math.PI * wave * v) / count);
      const vertices = Float64Array.from({ length: 3 * count }, (_, i) => at(Math.floor(i / 3)));
      const angle = (2 * Math.PI * wave) / count;
      const k = 1 - (Math.cos(angle) + Math.cos(2 * angle)) / 2;
      const factor = ((1 - 0.4 * k) * (1 + 0.45 * k)) ** 5;
      const smooth = taubinSmooth(vertices, topology, { lambda: 0.4, mu: -0.45, steps: 5 });
      smooth.forEach((value, i) => {
        expect(value).toBeCloseTo(factor * vertices[i], 12);
      });
    }
  });

  it('takes noise off a sphere and keeps its size', () => {
    const { vertices, topology } = unitIcosphere(3);
    const noise = testNumbers(vertices.length, 1);
    const noisy = vertices.map((value, i) => value + 0.03 * noise[i]);
    const radii = (points: Float64Array) =>
      Array.from({ length: topology.vertexCount }, (_, v) =>
        Math.hypot(...points.subarray(3 * v, 3 * v + 3)),
      );
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;
    const spread = (values: number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
    const smooth = radii(taubinSmooth(noisy, topology));
    expect(spread(smooth)).toBeLessThan(spread(radii(noisy)) / 2);
    expect(mean(smooth)).toBeCloseTo(mean(radii(noisy)), 2);
  });

  it('names options that would not smooth', () => {
    const { vertices, topology } = unitIcosphere(0);
    expect(() => taubinSmooth(vertices, topology, { mu: -0.4 })).toThrow(
      'lambda is 0.5 and mu -0.4, expected 0 < lambda < −mu',
    );
    expect(() => taubinSmooth(vertices, topology, { steps: 1.5 })).toThrow('steps is 1.5');
  });
});
