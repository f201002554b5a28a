import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { ArgumentError, RastergradError } from '../../../renderer/errors.ts';
import { Adam, type AdamOptions } from '../../../src/tensor/adam.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();

const shapes = [[3, 4], [5], []];

function setUp(options?: AdamOptions) {
  const variables = shapes.map((shape, i) => ({
    name: `v${i}`,
    variable: tf.variable(tf.randomUniform(shape, -1, 1, 'float32', i + 1)),
  }));
  return { variables, adam: new Adam(variables, options) };
}

const gradientsAt = (step: number) =>
  Object.fromEntries(
    shapes.map((shape, i) => [`v${i}`, tf.randomNormal(shape, 0, 1, 'float32', 100 * step + i)]),
  );
const valuesOf = (variables: { variable: tf.Variable }[]) =>
  variables.flatMap(({ variable }) => [...variable.dataSync()]);

describe('Adam', () => {
  it('follows tf.train.adam', () => {
    const { variables, adam } = setUp({ beta1: 0.8, beta2: 0.95, epsilon: 1e-4 });
    const others = variables.map(({ variable }) => tf.variable(variable.clone()));
    const reference = tf.train.adam(0.01, 0.8, 0.95, 1e-4);
    for (let step = 1; step <= 20; step++) {
      const gradients = gradientsAt(step);
      adam.step(gradients, 0.01);
      reference.applyGradients(
        // Tensors by variable name, whatever the declared type says.
        Object.fromEntries(
          others.map((variable, i) => [variable.name, gradients[`v${i}`]]),
        ) as unknown as Parameters<typeof reference.applyGradients>[0],
      );
    }
    const expected = others.flatMap((variable) => [...variable.dataSync()]);
    for (const [i, value] of valuesOf(variables).entries()) expect(value).toBeCloseTo(expected[i], 5);
  });

  it('is the double-precision recurrence, rounded', () => {
    const variable = tf.variable(tf.scalar(1));
    const adam = new Adam([{ name: 'x', variable }], { weightDecay: 0.1 });
    let [x, m, v] = [1, 0, 0];
    for (let t = 1; t <= 50; t++) {
      const g = Math.sin(t);
      tf.tidy(() => adam.step({ x: tf.scalar(g) }, 0.02));
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      x -= 0.02 * (m / (1 - 0.9 ** t) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8) + 0.1 * x);
    }
    expect(variable.dataSync()[0]).toBeCloseTo(x, 5);
  });

  it('scales all gradients together to the norm given, and tells the norm', () => {
    const { variables, adam } = setUp({ clipNorm: 0.5, epsilon: 1 });
    const { variables: others, adam: reference } = setUp({ epsilon: 1 });
    const gradients = gradientsAt(1);
    const squares = Object.values(gradients).flatMap((gradient) => [...gradient.square().dataSync()]);
    const norm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
    expect(adam.step(gradients, 0.1)).toBeCloseTo(norm, 5);
    const scaled = Object.entries(gradients).map(([name, gradient]) => [name, gradient.mul(0.5 / norm)]);
    reference.step(Object.fromEntries(scaled), 0.1);
    const expected = valuesOf(others);
    for (const [i, value] of valuesOf(variables).entries()) expect(value).toBeCloseTo(expected[i], 6);
  });

  it('takes one step size a variable where it is uniform', () => {
    const variable = tf.variable(tf.tensor1d([1, -2, 3]));
    const other = tf.variable(tf.scalar(5));
    const adam = new Adam(
      [
        { name: 'x', variable },
        { name: 'y', variable: other },
      ],
      { uniform: true },
    );
    const x = [1, -2, 3];
    const [m, v] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    for (let t = 1; t <= 30; t++) {
      const gradient = x.map((_, i) => Math.sin(t * (i + 1)) * 10 ** i);
      tf.tidy(() => void adam.step({ x: tf.tensor1d(gradient), y: tf.scalar(1e4) }, 0.02));
      for (const [i, g] of gradient.entries()) {
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
      }
      const root = Math.sqrt(Math.max(...v) / (1 - 0.999 ** t));
      for (let i = 0; i < 3; i++) x[i] -= (0.02 * m[i]) / (1 - 0.9 ** t) / root;
    }
    variable.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(x[i], 5);
    });
    expect(other.dataSync()[0]).toBeCloseTo(5 - 30 * 0.02, 4);
  });

  it('leaves variables without a gradient alone', () => {
    const { variables, adam } = setUp();
    const before = [...variables[1].variable.dataSync()];
    const { v1, ...rest } = gradientsAt(1);
    adam.step(rest, 0.1);
    expect([...variables[1].variable.dataSync()]).toEqual(before);
    expect(v1.shape).toEqual([5]);
  });

  it('gives the same bits when it goes on from a saved state', () => {
    const one = setUp();
    for (let step = 1; step <= 3; step++) one.adam.step(gradientsAt(step), 0.01);
    const two = setUp();
    for (const [i, { variable }] of two.variables.entries()) variable.assign(one.variables[i].variable);
    two.adam.restore(one.adam.state());
    for (let step = 4; step <= 6; step++) {
      one.adam.step(gradientsAt(step), 0.01);
      two.adam.step(gradientsAt(step), 0.01);
    }
    expect(valuesOf(two.variables)).toEqual(valuesOf(one.variables));
    expect(two.adam.state()).toEqual(one.adam.state());
  });

  it('changes nothing when a gradient is not finite', () => {
    const { variables, adam } = setUp();
    const before = valuesOf(variables);
    const gradients = { ...gradientsAt(1), v1: tf.tensor1d([0, 0, Number.NaN, 0, 0]) };
    expect(() => adam.step(gradients, 0.1)).toThrow(
      new RastergradError('the gradient of "v1" is not finite'),
    );
    expect(valuesOf(variables)).toEqual(before);
    expect(adam.state().step).toBe(0);
  });

  it('refuses what does not fit', () => {
    const { variables, adam } = setUp();
    expect(() => adam.step({ v1: tf.zeros([4]) }, 0.1)).toThrow(
      'gradient of "v1" has shape [4], expected [5]',
    );
    expect(() => adam.restore({ step: 1, m: new Float32Array(17), v: new Float32Array(18) })).toThrow(
      'state.m has 17 elements, expected 18',
    );
    expect(() => new Adam([variables[0], variables[0]])).toThrow(ArgumentError);
  });

  it('keeps no tensors', () => {
    const { adam } = setUp();
    const gradients = gradientsAt(1);
    adam.step(gradients, 0.1);
    const { numTensors, numBytes } = tf.memory();
    for (let i = 0; i < 100; i++) adam.step(gradients, 0.1);
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
  });
});
