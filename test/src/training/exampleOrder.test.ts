import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import type { DatasetObject } from '../../../src/datasets/sample.ts';
import { Random } from '../../../src/tensor/random.ts';
import { ExampleOrder } from '../../../src/training/exampleOrder.ts';

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -2, 0, 0, 0, 1];

const objects: DatasetObject[] = ['chair', 'table', 'lamp'].map((id) => ({
  id,
  name: id,
  category: id,
  license: 'CC0-1.0',
  creator: 'nobody',
  views: Array.from({ length: 5 }, (_, view) => ({
    image: ndarray(new Float32Array(4 * 4 * 4).fill(view / 10), [4, 4, 4]),
    worldToCamera: identity,
  })),
  points: new Float32Array(30),
  normals: new Float32Array(30),
}));

const options = { batchSize: 3, views: 2, mirror: true };
const order = () => new ExampleOrder(objects, options, new Random(3));
const viewOf = (image: { data: Float32Array }) => Math.round(image.data[0] * 10);

describe('order of examples', () => {
  it('shows every pair of object and input view once an epoch, each epoch in another order', () => {
    const examples = order();
    const epoch = (first: number) =>
      Array.from({ length: 5 }, (_, i) => examples.step(first + i).samples)
        .flat()
        .map(({ id, input }) => `${id} ${viewOf(input.image)}`);
    const [one, two] = [epoch(1), epoch(6)];
    expect(new Set(one).size).toBe(15);
    expect(new Set(two)).toEqual(new Set(one));
    expect(two).not.toEqual(one);
  });

  it('supervises from the input view and another one', () => {
    for (const { input, supervision } of order().step(4).samples) {
      expect(supervision).toHaveLength(2);
      expect(viewOf(supervision[0].image)).toBe(viewOf(input.image));
      expect(viewOf(supervision[1].image)).not.toBe(viewOf(input.image));
    }
  });

  it('depends on seed and step alone, not on the steps before', () => {
    const examples = order();
    for (let step = 1; step < 7; step++) examples.step(step);
    const summary = ({ samples }: ReturnType<ExampleOrder['step']>) =>
      samples.map(({ id, supervision }) => [id, ...supervision.map(({ image }) => viewOf(image))]);
    expect(summary(order().step(7))).toEqual(summary(examples.step(7)));
  });
});
