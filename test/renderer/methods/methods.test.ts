import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ArgumentError } from '../../../renderer/errors.ts';
import { icosphere } from '../../../renderer/mesh/index.ts';
import { type MethodOptions, methods, resolveMethod } from '../../../renderer/methods/index.ts';
import { rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

describe('methods', () => {
  it('describe themselves and keep their defaults in range', () => {
    expect(methods.list().map(({ type }) => type)).toEqual(['hard', 'dibr']);
    for (const method of methods.list()) {
      expect(method.summary).not.toBe('');
      for (const option of Object.values(method.options)) {
        expect(option.description).not.toBe('');
        expect(option.default).toBeGreaterThanOrEqual(option.range[0]);
        expect(option.default).toBeLessThanOrEqual(option.range[1]);
      }
    }
  });

  it('fill in defaults', () => {
    expect(resolveMethod({ type: 'dibr', sharpness: 50 }).options).toEqual({
      sharpness: 50,
      boxSize: 0.02,
      maxFaces: 30,
    });
  });

  it.each<[MethodOptions, string]>([
    [{ type: 'dirb' }, 'there is no method "dirb"; did you mean "dibr"?'],
    [{ type: 'raytracing' }, 'there is no method "raytracing"; known are hard, dibr'],
    [{ type: 'dibr', sharpnes: 3 }, 'method "dibr" has no option "sharpnes"; did you mean "sharpness"?'],
    [{ type: 'hard', sharpness: 3 }, 'method "hard" has no option "sharpness"; it has no options'],
    [
      { type: 'dibr', maxFaces: 2.5 },
      'option "maxFaces" of method "dibr" must be a whole number from 1 to 1000000, but is 2.5',
    ],
    [
      { type: 'dibr', boxSize: -1 },
      'option "boxSize" of method "dibr" must be a number from 0 to 10, but is -1',
    ],
    [
      { type: 'dibr', boxSize: 'wide' },
      'option "boxSize" of method "dibr" must be a number from 0 to 10, but is "wide"',
    ],
  ])('refuse %o', (options, message) => {
    expect(() => resolveMethod(options)).toThrow(new ArgumentError(message));
  });
});

describe('hard', () => {
  it('says once that its silhouette has no gradient, and gives zeros', () => {
    const warning = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { vertices, topology } = icosphere(1, { radii: [0.5, 0.5, 0.5], center: [0, 0, -2] });
    const area = (positions: tf.Tensor) =>
      rasterize(positions as tf.Tensor3D, topology, {
        width: 20,
        height: 20,
        method: { type: 'hard' },
        outputs: ['silhouette'],
      }).silhouette.sum();
    const positions = vertices.expandDims(0) as tf.Tensor3D;
    expect(area(positions).dataSync()[0]).toBeGreaterThan(30);
    expect(warning).not.toHaveBeenCalled();
    for (let i = 0; i < 2; i++) {
      expect(tf.grad(area)(positions).abs().sum().dataSync()[0]).toBe(0);
    }
    expect(warning).toHaveBeenCalledTimes(1);
    expect(warning.mock.calls[0][0]).toMatch(/method "hard" has no gradient.*"dibr"/);
    warning.mockRestore();
  });
});
