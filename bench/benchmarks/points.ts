// Clouds of points: the chamfer distance with its gradient, and samples of a surface.

import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readMesh, sampleSurface } from '../../renderer/index.ts';
import { chamferLoss } from '../../src/losses/index.ts';
import { packageRoot } from '../../src/packageRoot.ts';
import { Random } from '../../src/tensor/random.ts';
import { useWasm } from '../backend.ts';
import { nearestOfAll } from '../baseline/nearest.ts';
import { sampleByTensors } from '../baseline/sampling.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';

export const benchmark: Benchmark = {
  name: 'points',
  title: 'chamfer distance with its gradient, and surface samples',
  baseline: 'all pairs in plain TypeScript; sampling by operations of TensorFlow.js',
  async *cases({ short }) {
    await useWasm();
    yield chamferCase(
      short ? { batch: 1, vertices: 642, points: 2000 } : { batch: 8, vertices: 2466, points: 10_000 },
    );
    if (short) return;
    yield await samplingCase(9000);
  },
};

interface Sizes {
  batch: number;
  vertices: number;
  points: number;
}

/** Points of a sphere against those of one that is a little smaller, as late in a training. */
function chamferCase({ batch, vertices, points }: Sizes): Case {
  const onSphere = (count: number, radius: number, seed: number) =>
    tf.tidy(() => {
      const free = tf.randomNormal<tf.Rank.R3>([batch, count, 3], 0, 1, 'float32', seed);
      return tf.mul(tf.div(free, tf.euclideanNorm(free, 2, true)), radius) as tf.Tensor3D;
    });
  const predicted = onSphere(vertices, 0.45, 1);
  const target = onSphere(points, 0.5, 2);
  const lossAndGradient = (findPairs?: () => { targetOf: Int32Array; predictedOf: Int32Array }) => () =>
    tf.tidy(() => {
      const loss = (p: tf.Tensor) => chamferLoss(p as tf.Tensor3D, target, { pairs: findPairs?.() });
      tf.grad(loss)(predicted).dataSync();
    });
  const allPairs = () => {
    const [p, t] = [predicted.dataSync() as Float32Array, target.dataSync() as Float32Array];
    const targetOf = new Int32Array(batch * vertices);
    const predictedOf = new Int32Array(batch * points);
    for (let b = 0; b < batch; b++) {
      const own = p.subarray(3 * b * vertices, 3 * (b + 1) * vertices);
      const others = t.subarray(3 * b * points, 3 * (b + 1) * points);
      targetOf.set(nearestOfAll(own, others), b * vertices);
      predictedOf.set(nearestOfAll(others, own), b * points);
    }
    return { targetOf, predictedOf };
  };
  return {
    name: `chamfer ${vertices} × ${points}, batch ${batch}`,
    run: lossAndGradient(),
    baseline: lossAndGradient(allPairs),
    // A search that looks at few pairs, or at several at once: ten times as fast even at this small size.
    floor: 1.5,
  };
}

async function samplingCase(count: number): Promise<Case> {
  const { vertices, topology } = await readMesh(path.join(packageRoot, 'data/furniture-meshes/chair.obj'));
  const positions = vertices.dataSync() as Float32Array;
  const faces = tf.tensor2d(topology.faces, [topology.faceCount, 3], 'int32');
  const random = new Random(1);
  return {
    name: `${count} points of a surface of ${topology.faceCount} faces`,
    run: () => sampleSurface(positions, topology, count, () => random.uniform()),
    baseline: () => sampleByTensors(vertices, faces, count, 1),
  };
}
