// Cutting at the near plane, against the same cut made beforehand with ordinary tensor operations.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type MethodOptions,
  methods,
  type OutputName,
  PerspectiveCamera,
  rasterize,
  render,
  Topology,
} from '../../../renderer/index.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

const near = 0.1;
const size = { width: 24, height: 20, near };
const outputs: OutputName[] = ['image', 'silhouette', 'depth', 'barycentrics'];

/** A floor whose corner c lies behind the plane, and a face in front of it all. */
const floor = [
  [-1.5, -0.9, -3, 3],
  [1.6, -0.8, -2.5, 2.5],
  [0.3, -0.7, 0.5, -0.5],
  [-0.3, -0.1, -1, 1],
  [0.4, 0, -1.1, 1.1],
  [0.1, 0.6, -1.2, 1.2],
];
const colors = [
  [1, 0.1, 0.2],
  [0.3, 1, 0],
  [0, 0.2, 1],
  [0.9, 0.8, 0.1],
  [0.2, 0.7, 0.9],
  [0.5, 0.1, 0.6],
];
const topology = new Topology(Int32Array.of(0, 1, 2, 3, 4, 5), 6);
/** The same with the floor's first face in two: corners 6 and 7 on the edges from 1 and 0 to 2. */
const precut = new Topology(Int32Array.of(0, 1, 6, 0, 6, 7, 3, 4, 5), 8);

function cutByHand(positions: tf.Tensor3D, values: tf.Tensor3D): [tf.Tensor3D, tf.Tensor3D] {
  const row = (from: tf.Tensor3D, i: number) => from.slice([0, i, 0], [-1, 1, -1]);
  const depth = (i: number) => positions.slice([0, i, 3], [-1, 1, 1]);
  const blend = (from: tf.Tensor3D, a: number, b: number) => {
    const share = tf.sub(near, depth(a)).div(depth(b).sub(depth(a)));
    return row(from, a).add(share.mul(row(from, b).sub(row(from, a))));
  };
  const extended = (from: tf.Tensor3D) =>
    tf.concat([from, blend(from, 1, 2), blend(from, 0, 2)], 1) as tf.Tensor3D;
  return [extended(positions), extended(values)];
}

const all: MethodOptions[] = methods.list().map(({ type }) => ({ type }));
const places = () => tf.tensor3d([floor]);
const paints = () => tf.tensor3d([colors]);

describe('faces across the near plane', () => {
  it.each(all)('are drawn and differentiated as if cut beforehand: $type', (method) => {
    for (const perspectiveCorrect of [true, false]) {
      const draw = (points: tf.Tensor3D, values: tf.Tensor3D, mesh: Topology) =>
        rasterize(points, mesh, {
          ...size,
          // A little nearer, so that the cut edge is not cut again.
          near: mesh === topology ? near : near / 2,
          method,
          perspectiveCorrect,
          attributes: values,
          outputs: ['image', 'silhouette'],
        });
      const loss = (points: tf.Tensor, values: tf.Tensor, byHand: boolean) => {
        const given = [points as tf.Tensor3D, values as tf.Tensor3D] as const;
        const { image, silhouette } = byHand
          ? draw(...cutByHand(...given), precut)
          : draw(...given, topology);
        const weights = tf.randomNormal(image.shape, 0, 1, 'float32', 5);
        return image.mul(weights).sum().add(silhouette.square().sum().mul(0.3)) as tf.Scalar;
      };
      const [own, byHand] = [false, true].map((hand) =>
        tf.valueAndGrads((points, values) => loss(points, values, hand))([places(), paints()]),
      );
      expect(own.value.dataSync()[0]).toBeCloseTo(byHand.value.dataSync()[0], 3);
      own.grads.forEach((gradient, i) => {
        const expected = byHand.grads[i].dataSync();
        const largest = Math.max(...expected.map(Math.abs));
        expect(largest).toBeGreaterThan(0.01);
        gradient.dataSync().forEach((value, k) => {
          expect(Math.abs(value - expected[k]) / largest).toBeLessThan(2e-4);
        });
      });
    }
  });

  it('keep their index and the weights of their own corners', () => {
    const { image, faceIndex, barycentrics, depth } = rasterize(places(), topology, {
      ...size,
      attributes: paints(),
      outputs: ['image', 'faceIndex', 'barycentrics', 'depth'],
    });
    const faces = faceIndex.dataSync();
    expect(new Set(faces)).toEqual(new Set([-1, 0, 1]));
    const [shown, weights, depths] = [image, barycentrics, depth].map((tensor) => tensor.dataSync());
    faces.forEach((face, p) => {
      if (face < 0) return;
      expect(depths[p]).toBeLessThan(-near + 1e-6);
      for (let c = 0; c < 3; c++) {
        const mixed = [0, 1, 2].reduce((sum, k) => sum + weights[3 * p + k] * colors[3 * face + k][c], 0);
        expect(shown[3 * p + c]).toBeCloseTo(mixed, 5);
      }
    });
  });

  it('of one item change nothing in the others', () => {
    const ahead = floor.map(([x, y, z, w]) => [x, y, z - 1, w + 1]);
    const draw = (points: tf.Tensor3D, values: tf.Tensor3D) =>
      outputs.map((name) =>
        rasterize(points, topology, { ...size, attributes: values, outputs: [name] })[name].dataSync(),
      );
    const both = draw(tf.tensor3d([floor, ahead]), tf.tensor3d([colors, colors]));
    const [first, second] = [floor, ahead].map((points) => draw(tf.tensor3d([points]), paints()));
    both.forEach((numbers, i) => {
      expect([...numbers]).toEqual([...first[i], ...second[i]]);
    });
  });

  it('let a camera stand on a floor', () => {
    const vertices = tf.tensor2d([
      [-50, 0, 50],
      [50, 0, 50],
      [50, 0, -50],
      [-50, 0, -50],
    ]);
    const mesh = {
      vertices,
      topology: new Topology(Int32Array.of(0, 1, 2, 0, 2, 3), 4),
      colors: tf.ones([4, 3]) as tf.Tensor2D,
    };
    const eye = [1, 0, 0, 0, 0, 1, 0, -1, 0, 0, 1, 0, 0, 0, 0, 1];
    const { silhouette } = render(mesh, new PerspectiveCamera({ fovDegrees: 60, view: eye }), {
      width: 8,
      height: 8,
      method: { type: 'hard' },
      outputs: ['silhouette'],
    });
    // All below the horizon, nothing above.
    expect([...silhouette.dataSync()]).toEqual(Array.from({ length: 64 }, (_, p) => (p < 32 ? 0 : 1)));
  });

  it('give no gradient where they are wholly behind, and no NaN', () => {
    const behind = floor.map(([x, y, z, w], i) => (i < 3 ? [x, y, -z, -w] : [x, y, z, w]));
    const gradient = tf.grad((points) => {
      const { image, silhouette } = rasterize(points as tf.Tensor3D, topology, {
        ...size,
        attributes: paints(),
      });
      return image.sum().add(silhouette.sum()) as tf.Scalar;
    })(tf.tensor3d([behind]));
    const values = [...gradient.dataSync()];
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.slice(0, 12)).toEqual(new Array(12).fill(0));
    expect(values.slice(12).some((value) => value !== 0)).toBe(true);
  });
});
