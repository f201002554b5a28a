import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { icosphere, subdivide, unitIcosphere } from '../../../renderer/mesh/index.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('icosphere', () => {
  it.each([
    [0, 12, 20],
    [1, 42, 80],
    [2, 162, 320],
    [3, 642, 1280],
    [4, 2562, 5120],
  ])('at level %i has %i vertices and %i faces', (level, vertexCount, faceCount) => {
    const { vertices, topology } = unitIcosphere(level);
    expect(vertices).toHaveLength(3 * vertexCount);
    expect(topology.vertexCount).toBe(vertexCount);
    expect(topology.faceCount).toBe(faceCount);
    expect(vertexCount - topology.edgeCount + faceCount).toBe(2);
  });

  it('is closed and winds counter-clockwise seen from outside', () => {
    const { vertices, topology } = unitIcosphere(2);
    expect(topology.edgeFaces).not.toContain(-1);
    let volume = 0;
    for (let f = 0; f < topology.faces.length; f += 3) {
      const [a, b, c] = [0, 1, 2].map((k) => vertices.subarray(3 * topology.faces[f + k]));
      const det =
        a[0] * (b[1] * c[2] - b[2] * c[1]) -
        a[1] * (b[0] * c[2] - b[2] * c[0]) +
        a[2] * (b[0] * c[1] - b[1] * c[0]);
      expect(det).toBeGreaterThan(0);
      volume += det / 6;
    }
    expect(volume).toBeGreaterThan(0.95 * ((4 / 3) * Math.PI));
    expect(volume).toBeLessThan((4 / 3) * Math.PI);
  });

  it('keeps the vertices and the subdivided topology of the level below', () => {
    const coarse = unitIcosphere(1);
    const fine = unitIcosphere(2);
    expect(fine.topology.faces).toEqual(subdivide(coarse.topology).topology.faces);
    fine.vertices.subarray(0, coarse.vertices.length).forEach((value, i) => {
      expect(value).toBeCloseTo(coarse.vertices[i], 14);
    });
  });

  it('stretches to an ellipsoid about a centre', () => {
    const { vertices } = icosphere(2, { radii: [0.2, 0.3, 0.4], center: [1, 0, -0.8] });
    for (const [x, y, z] of vertices.arraySync()) {
      expect(((x - 1) / 0.2) ** 2 + (y / 0.3) ** 2 + ((z + 0.8) / 0.4) ** 2).toBeCloseTo(1, 5);
    }
  });

  it('names a bad level or radius', () => {
    expect(() => icosphere(1.5)).toThrow('level is 1.5, expected a whole number from 0 to 8');
    expect(() => icosphere(9)).toThrow('level is 9');
    expect(() => icosphere(0, { radii: [1, 0, 1] })).toThrow('radii is 1,0,1, expected positive numbers');
  });
});
