// Portraits: framed, and coloured wherever they are not transparent.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { icosphere, methods } from '../../../renderer/index.ts';
import { portrait } from '../../../src/experiments/portrait.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

describe.each(methods.list().map(({ type }) => type))('a portrait by %s', (type) => {
  it('has the colour of the mesh wherever it shows, soft outlines included', () => {
    const sphere = icosphere(2);
    const colors = tf.tile(tf.tensor2d([[0.5, 0.25, 0.1]]), [sphere.topology.vertexCount, 1]) as tf.Tensor2D;
    const { data } = portrait(
      { ...sphere, colors },
      { width: 40, height: 40, azimuthDegrees: 30, elevationDegrees: 20, fovDegrees: 30, method: { type } },
    );
    let shown = 0;
    for (let i = 0; i < data.length; i += 4) {
      expect(data[i + 3]).toBeGreaterThanOrEqual(0);
      expect(data[i + 3]).toBeLessThanOrEqual(1);
      if (data[i + 3] === 0) continue;
      shown++;
      expect(data[i]).toBeCloseTo(0.735, 2);
      expect(data[i + 1]).toBeCloseTo(0.537, 2);
      expect(data[i + 2]).toBeCloseTo(0.349, 2);
    }
    expect(shown).toBeGreaterThan(900);
  });
});
