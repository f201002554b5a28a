import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  clay,
  icosphere,
  lookAt,
  type Mesh,
  OrthographicCamera,
  PerspectiveCamera,
  render,
  Topology,
} from '../../renderer/index.ts';
import { useTestBackend } from '../backend.ts';

beforeAll(() => useTestBackend());

const front = lookAt({ eye: [0, 0, 2] });
const camera = new PerspectiveCamera({ fovDegrees: 40, view: [front, lookAt({ eye: [2, 0, 0] })] });
const size = { width: 24, height: 24 };
const sphere = () => icosphere(2, { radii: [0.5, 0.5, 0.5] });
/** Red on the +x side, blue on the other. */
const twoColored = (): Mesh => {
  const mesh = sphere();
  const x = mesh.vertices.slice([0, 0], [-1, 1]);
  const red = x.greater(0).toFloat();
  return { ...mesh, colors: tf.concat([red, red.mul(0), red.neg().add(1)], 1) as tf.Tensor2D };
};

describe('render', () => {
  it('shows vertex colours where they are, once for every view', () => {
    const { image, silhouette } = render(twoColored(), camera, { ...size, method: { type: 'hard' } });
    expect(image.shape).toEqual([2, 24, 24, 3]);
    expect(silhouette.shape).toEqual([2, 24, 24]);
    const pixel = (view: number, row: number, column: number) =>
      [...image.slice([view, row, column, 0], [1, 1, 1, 3]).dataSync()].map((value) =>
        Number(value.toFixed(3)),
      );
    expect(pixel(0, 12, 17)).toEqual([1, 0, 0]);
    expect(pixel(0, 12, 6)).toEqual([0, 0, 1]);
    expect(pixel(1, 12, 12)).toEqual([1, 0, 0]);
    expect(pixel(1, 0, 0)).toEqual([0, 0, 0]);
  });

  it('shows the colours of materials where there are no vertex colours, and grey where a face has no material', () => {
    const { topology, vertices } = sphere();
    const materials = [
      { name: 'green', diffuse: [0, 1, 0] as [number, number, number], opacity: 1 },
      { name: 'blue', diffuse: [0, 0, 1] as [number, number, number], opacity: 1 },
    ];
    const faceMaterials = Int32Array.from({ length: topology.faceCount }, (_, f) => (f % 3) - 1);
    const mesh = { topology, vertices, materials, faceMaterials };
    const { image, faceIndex } = render(mesh, camera, { ...size, outputs: ['image', 'faceIndex'] });
    const colors = image.dataSync();
    const expected = [
      [0.5, 0.5, 0.5],
      [0, 1, 0],
      [0, 0, 1],
    ];
    faceIndex.dataSync().forEach((face, p) => {
      if (face < 0) return;
      for (const [c, value] of expected[face % 3].entries()) expect(colors[3 * p + c]).toBeCloseTo(value, 6);
    });
  });

  it('draws meshes without colours as clay: grey, lighter towards the lamp', () => {
    const { image } = render(sphere(), camera, { ...size, background: [1, 1, 1], outputs: ['image'] });
    const [red, green, blue] = tf.split(image, 3, 3).map((channel) => channel.dataSync());
    expect(red).toEqual(green);
    expect(red).toEqual(blue);
    expect(red[0]).toBe(1);
    const at = (row: number, column: number) => red[24 * row + column];
    expect(at(9, 9)).toBeGreaterThan(at(15, 15) + 0.1);
    expect(Math.min(...red)).toBeGreaterThan(0.1);
  });

  it('lights both sides of a clay sheet', () => {
    const sheet = (faces: number[]): Mesh => ({
      ...sphere(),
      vertices: tf.tensor2d([-1, -1, 0, 1, -1, 0, 0, 1, 0], [3, 3]),
      topology: new Topology(Int32Array.from(faces), 3),
    });
    const view = new OrthographicCamera({ halfHeight: 1, view: front });
    const shown = [
      [0, 1, 2],
      [0, 2, 1],
    ].map((faces) =>
      render(sheet(faces), view, { ...size, shading: clay, outputs: ['image'] }).image.dataSync(),
    );
    // Up to rounding, as the corners come in another order.
    shown[0].forEach((value, i) => {
      expect(Math.abs(value - shown[1][i])).toBeLessThan(1e-6);
    });
  });

  it('passes gradients to vertices and colours', () => {
    const mesh = twoColored();
    const loss = (vertices: tf.Tensor, colors: tf.Tensor) => {
      const { image, silhouette } = render(
        { ...mesh, vertices: vertices as tf.Tensor2D, colors: colors as tf.Tensor2D },
        camera,
        size,
      );
      return image.sum().add(silhouette.sum());
    };
    const [vertices, colors] = tf.grads(loss)([mesh.vertices, mesh.colors!]);
    expect(vertices.shape).toEqual(mesh.vertices.shape);
    expect(vertices.mul(mesh.vertices).sum().dataSync()[0]).toBeGreaterThan(1);
    expect(colors.sum().dataSync()[0]).toBeGreaterThan(100);
  });

  it('passes no NaN from a vertex to the gradients of others, whatever the shading', () => {
    const vertices = tf.tensor2d([-0.5, -0.5, 0, 0.5, -0.5, 0, 0, 0.5, 0, Number.NaN, 0, 0], [4, 3]);
    const topology = new Topology(Int32Array.of(0, 1, 2, 0, 1, 3), 4);
    for (const colors of [undefined, tf.ones([4, 3]) as tf.Tensor2D]) {
      const gradient = tf.grad((moved) => {
        const { image, silhouette } = render(
          { vertices: moved as tf.Tensor2D, topology, colors },
          camera,
          size,
        );
        return image.sum().add(silhouette.sum());
      })(vertices);
      expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
    }
  });

  it('names colours that do not fit the mesh', () => {
    const mesh = { ...sphere(), colors: tf.ones([5, 3]) as tf.Tensor2D };
    expect(() => render(mesh, camera, size)).toThrow('colors must have shape [162, 3], but have [5,3]');
  });

  it('leaves out what is nearer than the camera allows', () => {
    const inside = new PerspectiveCamera({ fovDegrees: 40, near: 1.9, view: front });
    const { silhouette } = render(sphere(), inside, {
      ...size,
      method: { type: 'hard' },
      outputs: ['silhouette'],
    });
    const full = render(sphere(), camera, { ...size, method: { type: 'hard' }, outputs: ['silhouette'] });
    expect(silhouette.sum().dataSync()[0]).toBeGreaterThan(0);
    expect(silhouette.sum().dataSync()[0]).toBeLessThan(full.silhouette.sum().dataSync()[0]);
  });

  it('shades an empty view without complaint', () => {
    const away = new PerspectiveCamera({
      fovDegrees: 40,
      view: lookAt({ eye: [0, 0, 2], target: [0, 0, 4] }),
    });
    const { image } = render(sphere(), away, {
      ...size,
      shading: clay,
      background: [0, 1, 0],
      outputs: ['image'],
    });
    expect(image.sum().dataSync()[0]).toBe(24 * 24);
  });
});
