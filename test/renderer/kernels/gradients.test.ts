// The gradients of rasterize() in float32 against central differences of the reference kernels in double precision.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';
import { type OutputName, rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import {
  crumpledSpheres,
  interpolated,
  kernelScene,
  positionsTensor,
  relativeError,
  somePicture,
  type TestScene,
} from '../scenes.ts';

beforeAll(() => useTestBackend());

const channels = 2;
const size = { width: 11, height: 9 };
const step = 1e-6;
const softOptions = { sharpness: 150, boxSize: 0.15, maxFaces: 6, order: 'index' as const };

interface Case {
  output: OutputName;
  stride: 3 | 4;
  perspectiveCorrect: boolean;
  method: 'hard' | 'dibr';
}

/** An output of the reference kernels, in double precision. */
function referenceOutput(test: TestScene, colors: Float64Array, { output, ...rest }: Case): Float64Array {
  const scene = kernelScene(test);
  const picture = somePicture({ ...size, ...rest });
  const visible = referenceKernels.findVisible(scene, picture);
  switch (output) {
    case 'image':
      return interpolated(referenceKernels, scene, visible, colors, channels);
    case 'depth': {
      const depth = Float64Array.from({ length: test.positions.length / test.stride }, (_, v) => {
        return test.positions[test.stride * v + 2];
      });
      return interpolated(referenceKernels, scene, visible, depth, 1);
    }
    case 'barycentrics':
      return visible.weights as Float64Array;
    default: {
      const mask = new Float64Array(visible.faces.length);
      referenceKernels.softMask(scene, picture, visible, softOptions, mask);
      return mask;
    }
  }
}

const moved = (numbers: Float64Array, i: number, by: number) => {
  const copy = numbers.slice();
  copy[i] += by;
  return copy;
};

/** What `make` says for a key, made once: the tests of several kernels, and of several outputs, share it. */
function once<Value>(made: Map<string, Value>, key: unknown[], make: () => Value): Value {
  const name = key.join(' ');
  const value = made.get(name) ?? make();
  made.set(name, value);
  return value;
}

const changes = new Map<string, Set<number>>();

/** Pixels where a step of some coordinate changes the visible face. */
const visibilityChanges = (test: TestScene, seed: number, { stride, perspectiveCorrect }: Case) =>
  once(changes, [seed, stride, perspectiveCorrect], () => {
    const picture = somePicture({ ...size, perspectiveCorrect });
    const facesOf = (positions: Float64Array) =>
      referenceKernels.findVisible(kernelScene({ ...test, positions }), picture).faces;
    const base = facesOf(test.positions);
    const changing = new Set<number>();
    for (let i = 0; i < test.positions.length; i++) {
      for (const by of [step, -step]) {
        facesOf(moved(test.positions, i, by)).forEach((face, pixel) => {
          if (face !== base[pixel]) changing.add(pixel);
        });
      }
    }
    return changing;
  });

/** Gradients by differences, for Σ upstream · output, with an upstream of 0 wherever a step changes the visible face. */
interface Expected {
  upstream: Float64Array;
  positions: Float64Array;
  colors: Float64Array;
}

const expectations = new Map<string, Expected>();

const expectedGradients = (test: TestScene, colors: Float64Array, seed: number, options: Case) =>
  once(expectations, [seed, ...Object.values(options)], (): Expected => {
    const { length } = referenceOutput(test, colors, options);
    const upstream = testNumbers(length, seed + 90).map(Math.fround);
    const each = length / (test.batch * size.width * size.height);
    for (const pixel of visibilityChanges(test, seed, options)) {
      upstream.fill(0, each * pixel, each * (pixel + 1));
    }
    const loss = (positions: Float64Array, values: Float64Array) =>
      referenceOutput({ ...test, positions }, values, options).reduce(
        (sum, value, i) => sum + value * upstream[i],
        0,
      );
    const differences = (numbers: Float64Array, at: (moved: Float64Array) => number) =>
      numbers.map((_, i) => (at(moved(numbers, i, step)) - at(moved(numbers, i, -step))) / (2 * step));
    return {
      upstream,
      positions: differences(test.positions, (positions) => loss(positions, colors)),
      colors:
        options.output === 'image'
          ? differences(colors, (values) => loss(test.positions, values))
          : new Float64Array(colors.length),
    };
  });

const cases: Case[] = (['image', 'depth', 'barycentrics', 'silhouette'] as const).flatMap((output) =>
  ([3, 4] as const).flatMap((stride) =>
    [true, false].map((perspectiveCorrect) => ({
      output,
      stride,
      perspectiveCorrect,
      method: output === 'silhouette' ? ('dibr' as const) : ('hard' as const),
    })),
  ),
);

describe.each(cases)(
  '$output, positions of $stride numbers, perspective-correct $perspectiveCorrect',
  (options) => {
    it.each([
      [1, 'simd'],
      [2, 'simd'],
      [1, 'scalar'],
    ] as const)('has the gradient of its finite differences (mesh %i, %s kernels)', (seed, kernel) => {
      const test = crumpledSpheres(seed, 1, options.stride);
      const { topology, batch } = test;
      const colors = testNumbers(batch * topology.vertexCount * channels, seed + 50).map(Math.fround);
      const expected = expectedGradients(test, colors, seed, options);
      const { upstream } = expected;
      expect(upstream.filter((value) => value !== 0).length).toBeGreaterThan(0.9 * upstream.length);

      const draw = (positions: tf.Tensor, values: tf.Tensor) =>
        rasterize(positions as tf.Tensor3D, topology, {
          ...size,
          attributes: values as tf.Tensor3D,
          perspectiveCorrect: options.perspectiveCorrect,
          method: options.method === 'dibr' ? { type: 'dibr', ...softOptions } : { type: 'hard' },
          outputs: [options.output],
          kernel,
        })[options.output];
      const inputs = [
        positionsTensor(test),
        tf.tensor3d(Float32Array.from(colors), [batch, topology.vertexCount, channels]),
      ];
      const weighted = (positions: tf.Tensor, values: tf.Tensor) => {
        const drawn = draw(positions, values);
        // tf.grads insists that every input matters.
        return drawn
          .mul(tf.tensor(Float32Array.from(upstream), drawn.shape))
          .sum()
          .add(values.sum().mul(0));
      };
      const [positionGradient, colorGradient] = tf.grads(weighted)(inputs);

      expect(relativeError(positionGradient.dataSync(), expected.positions)).toBeLessThan(1e-4);
      if (options.output === 'image') {
        expect(relativeError(colorGradient.dataSync(), expected.colors)).toBeLessThan(1e-4);
      }
    });
  },
);
