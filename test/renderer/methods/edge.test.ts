// The method `edge` as a user meets it: tensors, shaders, batches, and how near it comes to the exact gradient.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import { type RasterizeOptions, rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { compareWithExact, triangleCases } from '../oneTriangle.ts';
import { crumpledSpheres, positionsTensor, relativeError } from '../scenes.ts';

beforeAll(() => useTestBackend());

const size = { width: 33, height: 29 };
const scene = (batch = 1) => {
  const test = crumpledSpheres(3, batch);
  const colors = tf.tensor3d(Float32Array.from(testNumbers(batch * 18 * 3, 4)), [batch, 18, 3]);
  return { ...test, positions: positionsTensor(test), colors };
};

/** A shader that is not linear. */
const shader: RasterizeOptions['shader'] = (rows) => rows.square().add(0.1) as tf.Tensor2D;

it('draws what the z-buffer draws', () => {
  const { positions, topology, colors } = scene();
  const [edge, hard] = ['edge', 'hard'].map((type) => {
    const { image, silhouette } = rasterize(positions, topology, {
      ...size,
      attributes: colors,
      shader,
      background: [0.2, 0.3, 0.4],
      method: { type },
    });
    return [image.dataSync(), silhouette.dataSync()];
  });
  expect(edge).toEqual(hard);
});

it('adds its gradient to that of the interior, and none to colours', () => {
  const { positions, topology, colors } = scene();
  const weights = tf.tensor4d(Float32Array.from(testNumbers(33 * 29 * 3, 8)), [1, 29, 33, 3]);
  const gradients = ['edge', 'hard'].map((type) =>
    tf.grads((p, c) =>
      rasterize(p as tf.Tensor3D, topology, {
        ...size,
        attributes: c as tf.Tensor3D,
        shader,
        method: { type },
        outputs: ['image'],
      })
        .image.mul(weights)
        .sum(),
    )([positions, colors]),
  );
  const [edge, hard] = gradients.map(([p, c]) => ({ p: p.dataSync(), c: c.dataSync() }));
  expect(edge.c).toEqual(hard.c);

  const test = crumpledSpheres(3);
  const picture = { ...size, perspectiveCorrect: true, cull: false, near: 1e-6 };
  const { topology: t, positions: rows } = test;
  const items = [{ vertexStart: 0, vertexCount: t.vertexCount, faceStart: 0, faceCount: t.faceCount }];
  const kernelScene = { positions: rows, stride: 4 as const, faces: t.faces, items };
  const visible = scalarKernels.findVisible(kernelScene, picture);
  const image = rasterize(positions, topology, {
    ...size,
    attributes: colors,
    shader,
    method: { type: 'hard' },
    outputs: ['image'],
  }).image.dataSync() as Float32Array;
  const added = new Float64Array(rows.length);
  const upstream = weights.dataSync() as Float32Array;
  scalarKernels.edgeGradient(kernelScene, picture, visible, image, upstream, { maxDpDr: 1e4 }, added);
  const total = added.map((value, i) => value + hard.p[i]);
  expect(relativeError(edge.p, total)).toBeLessThan(1e-5);
  expect(relativeError(hard.p, total)).toBeGreaterThan(0.1);
});

it('gives every item of a batch what it gets alone', () => {
  const { positions, topology } = scene(2);
  const weights = tf.tensor3d(Float32Array.from(testNumbers(2 * 33 * 29, 8)), [2, 29, 33]);
  const gradient = (p: tf.Tensor, w: tf.Tensor) =>
    tf
      .grad((moved) =>
        rasterize(moved as tf.Tensor3D, topology, {
          ...size,
          method: { type: 'edge' },
          outputs: ['silhouette'],
        })
          .silhouette.mul(w)
          .sum(),
      )(p)
      .dataSync();
  const apart = [0, 1].flatMap((b) => [
    ...gradient(positions.slice([b, 0, 0], [1, -1, -1]), weights.slice([b, 0, 0], [1, -1, -1])),
  ]);
  expect([...gradient(positions, weights)]).toEqual(apart);
});

describe('one triangle, its silhouette against another one', () => {
  it.each([
    [64, 0.97, 0.85],
    [256, 0.995, 0.97],
  ])('points where the exact gradient points at %i²', (side, cosine, length) => {
    const compared = compareWithExact(
      triangleCases(60, 3),
      side,
      scalarKernels,
      (...[kernelScene, picture, visible, coverage, upstream, gradient]) =>
        scalarKernels.edgeGradient(
          kernelScene,
          picture,
          visible,
          coverage,
          upstream,
          { maxDpDr: 1e4 },
          gradient,
        ),
    );
    expect(compared.cosine).toBeGreaterThan(cosine);
    expect(compared.length).toBeGreaterThan(length);
    expect(compared.length).toBeLessThan(1.03);
  });
});
