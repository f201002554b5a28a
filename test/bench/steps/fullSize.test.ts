import { expect, it } from 'vitest';
import { stepFlops } from '../../../bench/steps/fullSize.ts';

const shapes = {
  'encoder.0.0.kernel': [3, 3, 3, 16],
  'encoder.0.0.bias': [16],
  'encoder.1.0.kernel': [3, 3, 16, 32],
  'encoder.1.1.kernel': [3, 3, 32, 32],
  'block.0.first.weights': [963, 512],
  'block.0.first.bias': [256],
  'block.1.first.weights': [1219, 512],
  'block.1.residual.0.1.weights': [256, 512],
  'color.weights': [256, 3],
};

it('a step is counted as three products a layer, two where the input is the picture', () => {
  const network = {
    parameters: {
      list: () => Object.entries(shapes).map(([name, shape]) => ({ name, variable: { shape } })),
    },
    graph: { topologies: [{ vertexCount: 156 }, { vertexCount: 618 }] },
  } as unknown as Parameters<typeof stepFlops>[0];
  const convolutions =
    2 * (2 * 224 ** 2 * 9 * 3 * 16) + 3 * (2 * 112 ** 2 * 9 * 16 * 32) + 3 * (2 * 112 ** 2 * 9 * 32 * 32);
  // The first layer of a level comes before its unpooling.
  const graph = 3 * 2 * (156 * 963 * 512 + 156 * 1219 * 512 + 618 * 256 * 512);
  expect(stepFlops(network)).toBe(convolutions + graph);
});
