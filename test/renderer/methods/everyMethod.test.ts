// What holds for every method of the registry, whatever it does at outlines: finite on any input, the same for any split of a batch,
// differentiable through any shader, options that can all be used.

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { icosphere, Topology } from '../../../renderer/mesh/index.ts';
import { type GradientMethod, type MethodOptions, methods } from '../../../renderer/methods/index.ts';
import { type RasterizeOptions, rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { crumpledSpheres, positionsTensor } from '../scenes.ts';

beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  return useTestBackend();
});

/** A method as it is by default, and with each of its options at another value. */
function variants({ type, options }: GradientMethod): MethodOptions[] {
  const others = Object.entries(options).flatMap(([name, option]): MethodOptions[] => {
    if ('choices' in option) return option.choices.map((choice) => ({ type, [name]: choice }));
    if (!('range' in option)) return [{ type, [name]: !option.default }];
    const [low, high] = option.useful ?? option.range;
    return [...(option.word ? [option.word] : []), low, high].map((value) => ({ type, [name]: value }));
  });
  return [{ type }, ...others];
}

const everyVariant = methods.list().flatMap(variants);
const named = (method: MethodOptions) =>
  [
    method.type,
    ...Object.entries(method).map(([key, value]) => (key === 'type' ? '' : `${key}=${value}`)),
  ].join(' ');

interface Drawn {
  silhouette: Float32Array;
  image: Float32Array;
  positions: Float32Array;
  colors: Float32Array;
}

/** Picture, silhouette, and the gradients of a weighted sum of both. */
function draw(
  corners: Float32Array,
  shape: [number, number, 3 | 4],
  faces: Int32Array,
  method: MethodOptions,
  options: Pick<RasterizeOptions, 'width' | 'height'> & Partial<RasterizeOptions>,
): Drawn {
  return tf.tidy(() => {
    const topology = new Topology(faces, shape[1]);
    const positions = tf.tensor3d(corners, shape);
    const colors = tf.tensor3d(Float32Array.from(testNumbers(shape[0] * shape[1] * 2, 5)), [
      shape[0],
      shape[1],
      2,
    ]);
    const pictures = (at: tf.Tensor, attributes: tf.Tensor) =>
      rasterize(at as tf.Tensor3D, topology, {
        method,
        attributes: attributes as tf.Tensor3D,
        ...options,
        outputs: ['image', 'silhouette'],
      });
    const weighted = (picture: tf.Tensor, seed: number) =>
      picture.mul(tf.tensor(Float32Array.from(testNumbers(picture.size, seed)), picture.shape)).sum();
    const { image, silhouette } = pictures(positions, colors);
    const [toPositions, toColors] = tf.grads((at, attributes) => {
      const drawn = pictures(at, attributes);
      return weighted(drawn.image, 11).add(weighted(drawn.silhouette, 12)) as tf.Scalar;
    })([positions, colors]);
    return {
      silhouette: silhouette.dataSync() as Float32Array,
      image: image.dataSync() as Float32Array,
      positions: toPositions.dataSync() as Float32Array,
      colors: toColors.dataSync() as Float32Array,
    };
  });
}

function expectFinite(drawn: Drawn): void {
  for (const [name, values] of Object.entries(drawn)) {
    expect(`${name} ${values.findIndex((value: number) => !Number.isFinite(value))}`).toBe(`${name} -1`);
  }
}

const size = { width: 8, height: 8 };

/** Coordinates where rasterizers go wrong: pixel centres and corners of an 8 × 8 picture, far away, tiny differences. */
const coordinate = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map((i) => i / 8),
  fc.double({ min: -1.5, max: 1.5, noNaN: true }),
  fc.constantFrom(0, 1e-30, -1e-12, 1e6, -1e6, 0.125 + 1e-7),
);
const depth = fc.constantFrom(-1, -1, -2, -1.000001, -1e6);
const divisor = fc.constantFrom(1, 1, 2, 1e-3, 0, -1, 1e6, 1e-7);

const awkwardMesh = fc
  .record({
    vertices: fc.array(fc.tuple(coordinate, coordinate, depth, divisor), { minLength: 3, maxLength: 9 }),
    picks: fc.array(fc.nat(), { minLength: 3, maxLength: 24 }),
  })
  .map(({ vertices, picks }) => ({
    vertices,
    faces: Int32Array.from(
      picks.slice(0, picks.length - (picks.length % 3)),
      (pick) => pick % vertices.length,
    ),
  }));

describe.each(everyVariant.map((method) => [named(method), method] as const))('%s', (_, method) => {
  it('is finite on awkward meshes, homogeneous and divided', () => {
    fc.assert(
      fc.property(awkwardMesh, fc.boolean(), fc.boolean(), ({ vertices, faces }, homogeneous, affine) => {
        const stride = homogeneous ? 4 : 3;
        const corners = Float32Array.from(
          vertices.flatMap(([x, y, z, w]) => (homogeneous ? [x * w, y * w, z, w] : [x, y, z])),
        );
        expectFinite(
          draw(corners, [1, vertices.length, stride], faces, method, {
            ...size,
            perspectiveCorrect: !affine,
          }),
        );
      }),
      { numRuns: 40, seed: 4 },
    );
  });

  it.each([
    [1, 1],
    [1, 4096],
    [4096, 1],
  ])('is finite in pictures of %i × %i', (width, height) => {
    const { topology, positions } = crumpledSpheres(3);
    const shape: [number, number, 4] = [1, topology.vertexCount, 4];
    expectFinite(draw(Float32Array.from(positions), shape, topology.faces, method, { width, height }));
  });

  it('draws the background of a mesh without faces, and of one behind the camera', () => {
    const background = [0.25, -0.5];
    const none = draw(new Float32Array(12), [1, 3, 4], new Int32Array(0), method, { ...size, background });
    const { positions, topology } = crumpledSpheres(3);
    const behind = Float32Array.from(positions, (value, i) => (i % 4 === 3 ? -value : value));
    const hidden = draw(behind, [1, topology.vertexCount, 4], topology.faces, method, {
      ...size,
      background,
    });
    for (const drawn of [none, hidden]) {
      expectFinite(drawn);
      expect(Math.max(...drawn.silhouette)).toBe(0);
      expect(Array.from(drawn.image)).toEqual(Array.from(drawn.image, (_, i) => background[i % 2]));
      expect(drawn.positions.every((value) => value === 0)).toBe(true);
      expect(drawn.colors.every((value) => value === 0)).toBe(true);
    }
  });

  it('gives the same for a batch as for its items, bit for bit', () => {
    const scene = crumpledSpheres(7, 3);
    const { faces, vertexCount } = scene.topology;
    const options = { width: 17, height: 13 };
    const corners = Float32Array.from(scene.positions);
    const outputs = (from: number, items: number) =>
      tf.tidy(() => {
        const positions = tf.tensor3d(corners, [3, vertexCount, 4]).slice([from], [items]) as tf.Tensor3D;
        const topology = new Topology(faces, vertexCount);
        const picture = (at: tf.Tensor) =>
          rasterize(at as tf.Tensor3D, topology, { ...options, method, attributes: at as tf.Tensor3D });
        const { image, silhouette } = picture(positions);
        const gradient = tf.grad((at) => {
          const drawn = picture(at);
          return drawn.image.square().sum().add(drawn.silhouette.square().sum());
        })(positions);
        return [image, silhouette, gradient].map((tensor) => Array.from(tensor.dataSync()));
      });
    const whole = outputs(0, 3);
    const parts = [outputs(0, 1), outputs(1, 2)];
    whole.forEach((values, k) => {
      expect(values).toEqual(parts.flatMap((part) => part[k]));
    });
  });

  it('takes a shader, and passes gradients through it', () => {
    const scene = crumpledSpheres(5);
    const positions = positionsTensor(scene);
    const attributes = tf.tensor3d(Float32Array.from(testNumbers(3 * scene.topology.vertexCount, 2)), [
      1,
      scene.topology.vertexCount,
      3,
    ]);
    const shaded = (at: tf.Tensor, values: tf.Tensor, shader?: (rows: tf.Tensor2D) => tf.Tensor2D) =>
      rasterize(at as tf.Tensor3D, scene.topology, {
        width: 17,
        height: 13,
        method,
        attributes: values as tf.Tensor3D,
        shader,
        outputs: ['image'],
      }).image;
    // A linear shader may as well be applied to the attributes beforehand.
    const before = tf.grads((at, values) => shaded(at, values.mul(3)).square().sum())([
      positions,
      attributes,
    ]);
    const within = tf.grads((at, values) =>
      shaded(at, values, (rows) => rows.mul(3))
        .square()
        .sum(),
    )([positions, attributes]);
    before.forEach((gradient, k) => {
      const largest = gradient.abs().max().dataSync()[0];
      expect(within[k].sub(gradient).abs().max().dataSync()[0]).toBeLessThanOrEqual(2e-5 * largest);
    });
  });
});

it('leaves no tensors behind', () => {
  const { vertices, topology } = icosphere(1, { radii: 0.5 });
  const positions = vertices.expandDims(0) as tf.Tensor3D;
  for (const { type } of methods.list()) {
    const work = () =>
      tf.tidy(() =>
        tf
          .grad((at) =>
            rasterize(at as tf.Tensor3D, topology, {
              ...size,
              method: { type },
              attributes: positions,
            }).image.sum(),
          )(positions)
          .dataSync(),
      );
    work();
    const before = tf.memory().numTensors;
    work();
    expect(`${type} ${tf.memory().numTensors - before}`).toBe(`${type} 0`);
  }
});
