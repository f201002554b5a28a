import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { linearToSrgb, srgbToLinear } from '../../../renderer/io/colorSpace.ts';
import { icosphere } from '../../../renderer/mesh/index.ts';
import { encodePictures } from '../../../src/models/pictureEncoding.ts';
import { SphereTexture } from '../../../src/models/sphereTexture.ts';
import { Parameters } from '../../../src/nn/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

beforeAll(() => useTestBackend());

const size = 16;
const camera = { fovDegrees: 30, distance: 2 };

/** Two codes for a sphere of radius 0.35. */
function make(from: 'code' | 'picture') {
  const { vertices, topology } = icosphere(2, { radii: [0.35, 0.35, 0.35] });
  const parameters = new Parameters(new Random(3));
  const options = { size, channels: 4, from, codeSize: 6, template: vertices, topology, camera } as const;
  return {
    parameters,
    texture: new SphereTexture(parameters, 'texture', options),
    code: tf.tensor2d(Float32Array.from(testNumbers(12, 4)), [2, 6]),
    surface: tf.tile(vertices.expandDims<tf.Tensor3D>(0), [2, 1, 1]) as tf.Tensor3D,
  };
}

/** Two pictures, each `of` column and row in 0 … 1: sRGB and coverage, encoded. */
const pictures = (of: (x: number, y: number) => number[], side = 32) => {
  const shown = tf.tile(
    tf.tensor4d(
      Float32Array.from({ length: side * side }, (_, i) => i).reduce<number[]>((all, i) => {
        all.push(...of(((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side));
        return all;
      }, []),
      [1, side, side, 4],
    ),
    [2, 1, 1, 1],
  );
  return encodePictures(shown as tf.Tensor4D, 'filled');
};

describe.each(['code', 'picture'] as const)('texels from the %s', (from) => {
  it('have a gradient for every weight', () => {
    tf.tidy(() => {
      const { parameters, texture, code, surface } = make(from);
      const seen = pictures((x, y) => [x, y, x * y, 1]);
      const { grads } = tf.variableGrads(
        () =>
          texture
            .apply({ code, filled: () => seen, vertices: surface })
            .texels.square()
            .sum() as tf.Scalar,
      );
      for (const { name, variable } of parameters.list()) {
        expect(grads[variable.name].abs().max().dataSync()[0], name).toBeGreaterThan(0);
      }
      parameters.dispose();
      texture.dispose();
    });
  });
});

describe('texels from the picture', () => {
  it('have the colour of an object that has one, in linear numbers, wherever they look', () => {
    tf.tidy(() => {
      const { texture, code, surface } = make('picture');
      const small = pictures((x, y) => [0.8, 0.2, 0.1, Math.hypot(x - 0.5, y - 0.5) < 0.1 ? 1 : 0]);
      const { texels } = texture.apply({ code, filled: () => small, vertices: surface });
      expect(texels.shape).toEqual([2, size, size, 3]);
      const colors = texels.dataSync();
      for (let i = 0; i < colors.length; i++) {
        expect(colors[i]).toBeCloseTo(srgbToLinear([0.8, 0.2, 0.1][i % 3]), 5);
      }
    });
  });

  it('show at first what is seen where the surface is, and behind it too', () => {
    tf.tidy(() => {
      const { texture, code, surface } = make('picture');
      // Red grows to the right, green downwards: on the surface, u grows to the right in front and to the left behind.
      const slope = pictures((x, y) => [x, y, 0, 1], 128);
      const { texels } = texture.apply({ code: code.mul(0), filled: () => slope, vertices: surface });
      const colors = texels.arraySync()[0];
      const focal = 1 / Math.tan((camera.fovDegrees * Math.PI) / 360);
      colors.forEach((row, i) => {
        const latitude = Math.PI * (0.5 - (i + 0.5) / size);
        row.forEach(([red, green], j) => {
          const longitude = 2 * Math.PI * ((j + 0.5) / size - 0.5);
          const depth = camera.distance - 0.35 * Math.cos(latitude) * Math.cos(longitude);
          const x = 0.5 + (focal * 0.35 * Math.cos(latitude) * Math.sin(longitude)) / depth / 2;
          const y = 0.5 - (focal * 0.35 * Math.sin(latitude)) / depth / 2;
          // The sphere's faces are flat.
          expect(Math.abs(red - srgbToLinear(x)), `${i} ${j}`).toBeLessThan(0.05);
          expect(Math.abs(green - srgbToLinear(y)), `${i} ${j}`).toBeLessThan(0.05);
        });
      });
    });
  });

  it('change with the surface and with what is decoded as finite differences say', () => {
    tf.tidy(() => {
      const { parameters, texture, code, surface } = make('picture');
      // Straight in linear light, so that no slope changes from texel to texel.
      const slope = pictures((x, y) => [linearToSrgb(x), linearToSrgb(y), 0.3, 1]);
      const weights = tf.tensor4d(Float32Array.from(testNumbers(2 * size * size * 3, 5)), [2, size, size, 3]);
      const vertices = tf.variable(surface, true, 'surface');
      // No rectifier comes after these weights: where one changes sides, slopes jump.
      const decoded = parameters.list().find(({ name }) => name === 'texture.mean.weights')!.variable;
      const texels = () =>
        texture.apply({ code, filled: () => slope, vertices: vertices as tf.Tensor as tf.Tensor3D }).texels;
      const { grads } = tf.variableGrads(() => texels().mul(weights).sum() as tf.Scalar, [vertices, decoded]);
      // Summed in double precision.
      const loss = () => {
        const [values, factors] = [texels(), weights].map((each) => each.dataSync());
        return (values as Float32Array).reduce((sum, value, i) => sum + value * factors[i], 0);
      };
      const step = 1e-3;
      for (const variable of [vertices, decoded]) {
        const along = tf.tensor(Float32Array.from(testNumbers(variable.size, 6)), variable.shape);
        const start = variable.clone();
        const [above, below] = [step, -step].map((by) => {
          variable.assign(start.add(along.mul(by)));
          return loss();
        });
        variable.assign(start);
        const expected = grads[variable.name].mul(along).sum().dataSync()[0];
        expect(Math.abs((above - below) / (2 * step) - expected)).toBeLessThan(1e-3 * Math.abs(expected));
      }
      vertices.dispose();
      parameters.dispose();
    });
  });
});
