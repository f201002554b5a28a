// Lamps on rows: by hand, and every gradient against finite differences in double precision.

import { describe, expect, it } from 'vitest';
import {
  type LitGradients,
  type LitRows,
  light,
  lightBackward,
  reflectionModels,
} from '../../../renderer/kernels/lighting.ts';
import { centralDifferences, relativeError, waves } from '../../differences.ts';

const one = (parts: Partial<LitRows>): LitRows => ({
  model: 'lambert',
  albedo: Float64Array.of(0.5, 1, 0.25),
  normals: Float64Array.of(0, 0, 2),
  positions: Float64Array.of(0, 0, 0),
  viewpoints: Float64Array.of(0, 0, 5, 1),
  items: Int32Array.of(0),
  materials: Int32Array.of(0),
  specular: Float64Array.of(0.1, 0.2, 0.3),
  shininess: Float64Array.of(10),
  ambient: Float64Array.of(0.2, 0.2, 0.2),
  colors: Float64Array.of(1, 0.5, 2),
  places: Float64Array.of(0, 3, 3),
  arePoints: [false],
  ...parts,
});

function lit(rows: LitRows): number[] {
  const output = new Float64Array(rows.albedo.length);
  light(rows, output);
  return [...output].map((value) => Number(value.toFixed(9)));
}

const round = (values: number[]) => values.map((value) => Number(value.toFixed(9)));

describe('light', () => {
  const cosine = Math.SQRT1_2;

  it('falls by the cosine, times albedo and colour, over ambient light', () => {
    const expected = [0.5 * (0.2 + cosine), 0.2 + 0.5 * cosine, 0.25 * (0.2 + 2 * cosine)];
    expect(lit(one({}))).toEqual(round(expected));
    // A point at the same direction is the same.
    expect(lit(one({ arePoints: [true] }))).toEqual(round(expected));
  });

  it('does not reach a surface that is turned away, unless its other side is seen', () => {
    const away = one({ normals: Float64Array.of(0, 0, -1) });
    expect(lit(away)).toEqual([0.1, 0.2, 0.05]);
    expect(lit({ ...away, sides: Float32Array.of(-1) })).toEqual(lit(one({})));
  });

  it('shines where the mirrored lamp is seen: Phong', () => {
    const mirrored = Float64Array.of(0, -5, 5, 1);
    const diffuse = lit(one({}));
    const glossy = lit(one({ model: 'phong', viewpoints: mirrored }));
    expect(glossy).toEqual(round(diffuse.map((value, c) => value + [0.1, 0.1, 0.6][c])));
    // From straight ahead the angle between them is 45°.
    const ahead = lit(one({ model: 'phong' }));
    expect(ahead[0]).toBeCloseTo(diffuse[0] + 0.1 * cosine ** 10, 9);
    // The direction towards a viewer far away, too.
    expect(lit(one({ model: 'phong', viewpoints: Float64Array.of(0, 0, 1, 0) }))).toEqual(ahead);
  });

  it('shines by the halfway direction: Blinn and Phong', () => {
    const diffuse = lit(one({}));
    const ahead = lit(one({ model: 'blinnPhong' }));
    expect(ahead[0]).toBeCloseTo(diffuse[0] + 0.1 * Math.cos(Math.PI / 8) ** 10, 9);
  });

  it('is ambient alone, with no NaN, on a surface without a direction', () => {
    for (const model of reflectionModels) {
      for (const normals of [
        [0, 0, 0],
        [Number.NaN, 0, 1],
        [Infinity, 0, 0],
      ]) {
        const rows = one({ model, normals: Float64Array.from(normals) });
        expect(lit(rows)).toEqual([0.1, 0.2, 0.05]);
        const gradients = { normals: new Float64Array(3), places: new Float64Array(3) };
        lightBackward(rows, Float64Array.of(1, 1, 1), gradients);
        expect([...gradients.normals, ...gradients.places]).toEqual([0, 0, 0, 0, 0, 0]);
      }
    }
  });
});

describe('gradients of light', () => {
  const count = 30;
  const inputs = {
    albedo: waves(3 * count, 1).map(Math.abs),
    normals: waves(3 * count, 2),
    positions: waves(3 * count, 3),
    viewpoints: Float64Array.of(1, 2, 4, 1, -1, 0.5, 2, 0),
    specular: Float64Array.of(0.3, 0.2, 0.1, 0.5, 0.4, 0.9),
    shininess: Float64Array.of(3.5, 12),
    ambient: Float64Array.of(0.1, 0.2, 0.3),
    colors: waves(9, 4).map(Math.abs),
    places: Float64Array.of(1, 2, 3, -2, 1.5, 2, 2, -1, 1),
  };
  const upstream = waves(3 * count, 5);

  it.each(reflectionModels)('are the derivative in everything: %s', (model) => {
    const fixed = {
      model,
      arePoints: [false, true, true],
      items: Int32Array.from({ length: count }, (_, i) => i % 2),
      materials: Int32Array.from({ length: count }, (_, i) => (i >> 1) % 2),
      sides: Float32Array.from({ length: count }, (_, i) => (i % 3 === 0 ? -1 : 1)),
    };
    const evaluate = (at: typeof inputs) => {
      const output = new Float64Array(3 * count);
      light({ ...fixed, ...at }, output);
      return output.reduce((sum, value, i) => sum + value * upstream[i], 0);
    };
    const gradients: LitGradients = Object.fromEntries(
      Object.entries(inputs).map(([name, { length }]) => [name, new Float64Array(length)]),
    );
    lightBackward({ ...fixed, ...inputs }, upstream, gradients);
    const glossOnly = ['viewpoints', 'specular', 'shininess'];
    for (const [name, values] of Object.entries(inputs)) {
      const own = gradients[name as keyof LitGradients]!;
      if (model === 'lambert' && glossOnly.includes(name)) {
        expect([...own]).toEqual(new Array(values.length).fill(0));
        continue;
      }
      const expected = centralDifferences((moved) => evaluate({ ...inputs, [name]: moved }), values, 1e-6);
      expect(relativeError(own, expected), name).toBeLessThan(1e-7);
    }
  });
});
