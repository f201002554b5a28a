import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { coverage, withPositionGradient } from '../../../renderer/browser.ts';
import { ArgumentError } from '../../../renderer/errors.ts';
import { icosphere } from '../../../renderer/mesh/index.ts';
import { hard } from '../../../renderer/methods/hard.ts';
import {
  type GradientMethod,
  type MethodOption,
  type MethodOptions,
  methods,
  type OptionValue,
  registerMethod,
  resolveMethod,
} from '../../../renderer/methods/index.ts';
import { accepts, completeOptions } from '../../../renderer/methods/options.ts';
import { rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

describe('methods', () => {
  it('describe themselves and keep their defaults in range', () => {
    expect(methods.list().map(({ type }) => type)).toEqual(expect.arrayContaining(['hard', 'dibr']));
    for (const method of methods.list()) {
      expect(method.summary).not.toBe('');
      for (const option of Object.values(method.options)) {
        expect(option.description).not.toBe('');
        expect(accepts(option, option.default)).toBe(true);
      }
    }
  });

  it('fill in defaults', () => {
    expect(resolveMethod({ type: 'dibr', sharpness: 50 }).options).toMatchObject({
      sharpness: 50,
      boxSize: 0.02,
      maxFaces: 30,
    });
  });

  it.each<[MethodOptions, string]>([
    [{ type: 'dirb' }, 'there is no method "dirb"; did you mean "dibr"?'],
    [{ type: 'raytracing' }, 'there is no method "raytracing"; known are hard, dibr, '],
    [{ type: 'dibr', sharpnes: 3 }, 'method "dibr" has no option "sharpnes"; did you mean "sharpness"?'],
    [{ type: 'hard', sharpness: 3 }, 'method "hard" has no option "sharpness"; it has no options'],
    [
      { type: 'dibr', maxFaces: 2.5 },
      'option "maxFaces" of method "dibr" must be a whole number from 1 to 1000000, or "all", but is 2.5',
    ],
    [
      { type: 'dibr', boxSize: -1 },
      'option "boxSize" of method "dibr" must be a number from 0 to 10, or "auto", but is -1',
    ],
    [
      { type: 'dibr', boxSize: 'wide' },
      'option "boxSize" of method "dibr" must be a number from 0 to 10, or "auto", but is "wide"',
    ],
    [{ type: 'dibr', sharpness: Number.NaN }, 'must be a number from 0.001 to 1000000000, but is NaN'],
    [
      'dibr' as unknown as MethodOptions,
      'method must be an object with a type, as in { type: "dibr" }, but is "dibr"',
    ],
  ])('refuse %o', (options, message) => {
    expect(() => resolveMethod(options)).toThrow(message);
    expect(() => resolveMethod(options)).toThrow(ArgumentError);
  });
});

describe('options', () => {
  const table = {
    reach: { default: 'auto', range: [0, 2], word: 'auto', unit: '', description: 'a number or a word' },
    order: { default: 'index', choices: ['index', 'nearest'], description: 'a choice' },
    signed: { default: false, description: 'a flag' },
  } as const satisfies Record<string, MethodOption>;

  it('take numbers or their word, choices and flags', () => {
    expect(completeOptions('mine', table, {})).toEqual({ reach: 'auto', order: 'index', signed: false });
    const given = { reach: 0.5, order: 'nearest', signed: true };
    expect(completeOptions('mine', table, given)).toEqual(given);
  });

  it.each<[Record<string, OptionValue>, string]>([
    [
      { reach: 'far' },
      'option "reach" of method "mine" must be a number from 0 to 2, or "auto", but is "far"',
    ],
    [{ reach: Number.NaN }, 'must be a number from 0 to 2, or "auto", but is NaN'],
    [{ reach: 1n as unknown as number }, 'must be a number from 0 to 2, or "auto", but is 1'],
    [{ order: 'last' }, 'option "order" of method "mine" must be one of "index", "nearest", but is "last"'],
    [{ signed: 1 }, 'option "signed" of method "mine" must be true or false, but is 1'],
  ])('refuse %o', (given, message) => {
    expect(() => completeOptions('mine', table, given)).toThrow(message);
  });
});

describe('registerMethod', () => {
  it('makes a method known by its name', () => {
    registerMethod({ ...hard, type: 'mine' });
    expect(resolveMethod({ type: 'mine' }).method.summary).toBe(hard.summary);
  });

  it.each<[string, GradientMethod, string]>([
    ['a name that is taken', { ...hard, type: 'dibr' }, 'there is a method "dibr" already'],
    ['a name that is no word', { ...hard, type: 'my method' }, 'must be a word'],
    [
      'a default out of range',
      {
        ...hard,
        type: 'wrong',
        options: { reach: { default: 3, range: [0, 2], unit: '', description: '' } },
      },
      'the default of option "reach" of method "wrong" must be a number from 0 to 2, but is 3',
    ],
    [
      'an option that hides the name',
      {
        ...hard,
        type: 'wrong',
        options: { type: { default: false, description: '' } },
      },
      'method "wrong" may not have an option "type"',
    ],
    [
      'a method without a silhouette',
      { ...hard, type: 'wrong', silhouette: undefined as unknown as GradientMethod['silhouette'] },
      'method "wrong" must have a function "silhouette", but it is undefined',
    ],
    [
      'a method without a table of options',
      { ...hard, type: 'wrong', options: undefined as unknown as GradientMethod['options'] },
      'method "wrong" must have a table "options", {} where there are none',
    ],
  ])('refuses %s', (_, method, message) => {
    expect(() => registerMethod(method)).toThrow(message);
  });
});

describe("a method of one's own", () => {
  const { topology, vertices } = icosphere(1, { center: [0, 0, -2] });
  const positions = vertices.expandDims(0) as tf.Tensor3D;

  it('may put a gradient on a finished picture', () => {
    const middle: GradientMethod = {
      ...hard,
      type: 'to-the-middle',
      silhouette: (frame) =>
        withPositionGradient(frame, coverage(frame), ({ positions }, mask, upstream, gradient) => {
          let size = 0;
          for (let i = 0; i < mask.length; i++) size += mask[i] * upstream[i];
          for (let i = 0; i < positions.length; i++) gradient[i] += size * positions[i];
        }),
    };
    registerMethod(middle);
    const area = (at: tf.Tensor) =>
      rasterize(at as tf.Tensor3D, topology, {
        width: 5,
        height: 6,
        method: { type: middle.type },
        outputs: ['silhouette'],
      }).silhouette.sum();
    const size = area(positions).dataSync()[0];
    expect(size).toBeGreaterThan(3);
    expect(tf.grad(area)(positions).sub(positions.mul(size)).abs().max().dataSync()[0]).toBeLessThan(1e-6);
  });

  it.each<[string, (shape: number[]) => unknown, string]>([
    ['of another shape', (shape) => tf.zeros([...shape, 1]), '[1,6,5], but returned [1,6,5,1]'],
    ['that is none', () => undefined, '[1,6,5], but returned undefined'],
  ])('may not draw a silhouette %s', (kind, draw, message) => {
    const type = `draws-${kind.replaceAll(' ', '-')}`;
    registerMethod({ ...hard, type, silhouette: (frame) => draw(frame.shape) as tf.Tensor3D });
    const options = { width: 5, height: 6, method: { type }, outputs: ['silhouette'] as const };
    expect(() => rasterize(positions, topology, options)).toThrow(
      `silhouette of method "${type}" must return a tensor ${message}`,
    );
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
