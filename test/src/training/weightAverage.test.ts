// The running mean of weights, against its sum written out in double precision.

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { WeightAverage } from '../../../src/training/weightAverage.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();

const setUp = (decay: number) => {
  const x = tf.variable(tf.tensor1d([1, -2, 3]));
  const y = tf.variable(tf.scalar(0.5));
  const parameters = [
    { name: 'x', variable: x },
    { name: 'y', variable: y },
  ];
  return { x, y, average: new WeightAverage(parameters, decay) };
};
const weightsAt = (step: number) => [Math.sin(step), Math.cos(step), step / 10];

describe('the average of weights', () => {
  it('is the exponential one, with a decay that rises to the one given', () => {
    const { x, average } = setUp(0.7);
    const expected = [1, -2, 3];
    for (let step = 1; step <= 30; step++) {
      x.assign(tf.tensor1d(weightsAt(step)));
      average.update(step);
      const decay = Math.min(0.7, (1 + step) / (10 + step));
      for (const i of [0, 1, 2]) expected[i] = decay * expected[i] + (1 - decay) * weightsAt(step)[i];
    }
    const [{ name, shape, data }, { data: scalar }] = average.list();
    expect({ name, shape }).toEqual({ name: 'x', shape: [3] });
    for (const i of [0, 1, 2]) expect(data[i]).toBeCloseTo(expected[i], 6);
    expect([...scalar]).toEqual([0.5]);
  });

  it('is lent to the variables, which then are again what they were', () => {
    const { x, y, average } = setUp(0.5);
    x.assign(tf.tensor1d([5, 6, Math.PI]));
    average.update(100);
    const { numTensors } = tf.memory();
    const bits = x.dataSync().slice();
    const lent = average.lend(() => [...x.dataSync(), ...y.dataSync()]);
    expect(lent).toEqual([3, 2, Math.fround((3 + Math.fround(Math.PI)) / 2), 0.5]);
    expect(x.dataSync()).toEqual(bits);
    expect(() =>
      average.lend(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(x.dataSync()).toEqual(bits);
    average.update(101);
    expect(average.list()[0].data[0]).toBe(4);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
