// A training step of the published Pixel2Mesh network at its full size, and how many floating-point operations its products are.

import { scoped } from '../../renderer/backend/index.ts';
import type { Pixel2Mesh } from '../../src/models/index.ts';
import { chairBatch, officialNetwork, trainingSteps } from '../officialNetwork.ts';
import type { Stepper } from './child.ts';

const imageSize = 224;
/** Of the first convolution of each stage. */
const strides = [1, 2, 2, 2, 2, 2];

export async function fullSize(batch: number, template: string | undefined): Promise<Stepper> {
  const network = await officialNetwork(template);
  const examples = await chairBatch(batch);
  const train = trainingSteps(network, examples.batch);
  return {
    flops: batch * stepFlops(network),
    step: () => train(1e-5).loss,
    forward: () =>
      scoped(() => void network.predict(examples.batch.pictures).levels.at(-1)!.vertices.dataSync()),
  };
}

/**
 * Products and convolutions of one picture's step, forward and backward: the gradients of both factors cost as much each as the product
 * itself, but the picture needs none. A dense product of a level comes before its unpooling, where rows are fewer.
 */
export function stepFlops({ parameters, graph }: Pixel2Mesh): number {
  const vertexCounts = graph.topologies.map(({ vertexCount }) => vertexCount);
  let total = 0;
  let size = imageSize;
  for (const { name, variable } of parameters.list()) {
    const convolution = /^encoder\.(\d+)\.(\d+)\.kernel$/.exec(name);
    const layer = /^block\.(\d+)\.(.+)\.weights$/.exec(name);
    if (convolution) {
      const [height, width, inputs, outputs] = variable.shape;
      const [stage, place] = convolution.slice(1).map(Number);
      if (place === 0) size = Math.ceil(size / strides[stage]);
      const forward = 2 * size ** 2 * height * width * inputs * outputs;
      total += (stage === 0 && place === 0 ? 2 : 3) * forward;
    } else if (layer) {
      const level = Number(layer[1]);
      const rows = vertexCounts[layer[2] === 'first' ? Math.max(0, level - 1) : level];
      const [inputs, outputs] = variable.shape;
      total += 3 * 2 * rows * inputs * outputs;
    }
  }
  return total;
}
