// Ragged batches: meshes of different topologies in one call are drawn as if each were alone.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ArgumentError,
  icosphere,
  type MethodOptions,
  methods,
  rasterize,
  Topology,
} from '../../../renderer/index.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

const size = { width: 17, height: 13 };
const colorsOf = (points: tf.Tensor2D) => points.slice([0, 0], [-1, 3]).sin().add(1) as tf.Tensor2D;

/** Two spheres that share a topology and a triangle between them, one of whose corners is behind the camera. */
function meshes(): { points: tf.Tensor2D; topology: Topology }[] {
  const sphere = icosphere(1, { radii: [0.5, 0.4, 0.3], center: [0.1, 0, -2] });
  const finer = icosphere(2, { radii: [0.3, 0.6, 0.3], center: [-0.2, 0.1, -2] });
  const shifted = sphere.vertices.add([0.2, 0.1, 0.3]) as tf.Tensor2D;
  const triangle = tf.tensor2d([-1, -0.5, -2, 1, -0.5, -2, 0, -0.2, 1], [3, 3]);
  const homogeneous = (vertices: tf.Tensor2D) =>
    tf.concat([vertices, vertices.slice([0, 2], [-1, 1]).neg()], 1) as tf.Tensor2D;
  return [
    { points: homogeneous(sphere.vertices), topology: sphere.topology },
    { points: homogeneous(triangle), topology: new Topology(Int32Array.of(0, 1, 2), 3) },
    { points: homogeneous(shifted), topology: sphere.topology },
    { points: homogeneous(finer.vertices), topology: finer.topology },
  ];
}

describe('a ragged batch', () => {
  it.each(methods.list().map(({ type }): MethodOptions => ({ type })))(
    'is drawn and differentiated as its meshes alone, to the bit: $type',
    (method) => {
      const draw = (points: tf.Tensor2D, topologies: Topology[]) =>
        rasterize(points, topologies, { ...size, method, attributes: colorsOf(points) });
      const lossOf = ({ image, silhouette }: ReturnType<typeof draw>) =>
        image.square().sum().add(silhouette.mul(0.7).sum()) as tf.Scalar;
      const list = meshes();
      const packed = tf.concat(list.map(({ points }) => points)) as tf.Tensor2D;
      const topologies = list.map(({ topology }) => topology);
      const whole = draw(packed, topologies);
      const wholeGradient = tf.grad((points) => lossOf(draw(points as tf.Tensor2D, topologies)))(packed);
      let row = 0;
      list.forEach(({ points, topology }, b) => {
        const alone = draw(points, [topology]);
        for (const name of ['image', 'silhouette'] as const) {
          expect(whole[name].slice(b, 1).dataSync()).toEqual(alone[name].dataSync());
        }
        const gradient = tf.grad((at) => lossOf(draw(at as tf.Tensor2D, [topology])))(points);
        const [count] = points.shape;
        expect(wholeGradient.slice(row, count).dataSync()).toEqual(gradient.dataSync());
        row += count;
      });
    },
  );

  it('takes attributes with rows of their own, as a shader does', () => {
    const list = meshes();
    const packed = tf.concat(list.map(({ points }) => points)) as tf.Tensor2D;
    const topologies = list.map(({ topology }) => topology);
    const faces = [...new Set(topologies)].flatMap((topology) => [...topology.faces]);
    let start = 0;
    const rowStarts = list.map(({ points }) => {
      start += points.shape[0];
      return start - points.shape[0];
    });
    const attributes = { values: colorsOf(packed), indices: Int32Array.from(faces), rowStarts };
    const method = { type: 'softras' };
    const direct = rasterize(packed, topologies, { ...size, method, attributes });
    const asked = rasterize(packed, topologies, {
      ...size,
      method,
      shader: (_, surface) => surface.interpolate(attributes),
    });
    direct.image.dataSync().forEach((value, i) => {
      expect(asked.image.dataSync()[i]).toBeCloseTo(value, 4);
    });
  });

  it('lets items share rows of attributes, also where they are cut', () => {
    const [, { points, topology }] = meshes();
    const values = tf.tensor2d([0.1, 0.9, 0.4, 0.7, 0.2, 0.5], [6, 1]);
    const draw = (count: number, attributes: object) =>
      rasterize(tf.concat(new Array(count).fill(points)) as tf.Tensor2D, new Array(count).fill(topology), {
        ...size,
        near: 0.5,
        attributes: { values, indices: Int32Array.of(0, 1, 2), ...attributes } as never,
        outputs: ['image'],
      }).image;
    const both = draw(2, { rowStarts: [2, 0] });
    [2, 0].forEach((start, b) => {
      expect(both.slice(b, 1).dataSync()).toEqual(draw(1, { rowStarts: [start] }).dataSync());
    });
    expect(both.max().dataSync()[0]).toBeGreaterThan(0.3);
  });

  it('cuts at the plane of the eye, too', () => {
    const [, { points, topology }] = meshes();
    const sums = [0, 1e-3].map(
      (near) =>
        rasterize(points, [topology], { ...size, near, outputs: ['silhouette'], method: { type: 'hard' } })
          .silhouette.sum()
          .dataSync()[0],
    );
    expect(sums[0]).toBeGreaterThan(10);
    expect(sums[0]).toBe(sums[1]);
  });

  it('names what does not fit', () => {
    const { points, topology } = meshes()[0];
    const call = (positions: tf.Tensor2D, topologies: Topology[], options = {}) =>
      rasterize(positions, topologies, { ...size, ...options });
    expect(() => call(points, [topology, topology])).toThrow(
      new ArgumentError('positions have 42 vertices, but the topologies of the batch have 84'),
    );
    expect(() => call(points.expandDims(0), [topology])).toThrow(
      'positions must have shape [vertices of all meshes, 4], or 3 when divided, but have [1,42,4]',
    );
    const attributes = { values: tf.zeros([42, 3]), indices: topology.faces, rowStarts: [0, 42] };
    const beyond = { values: tf.zeros([42, 3]), indices: topology.faces, rowStarts: [3] };
    expect(() => call(points, [topology], { attributes: beyond })).toThrow('but there are 39 rows');
    expect(() => call(points, [topology], { attributes })).toThrow(
      'attributes.rowStarts must have a row of 0 to 42 for each of 1 items, but are [0,42]',
    );
  });
});
