// rasterize() on the webgpu back end: pictures and gradients as with the kernels in plain TypeScript on the wasm back end.

import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../../../renderer/backend/index.ts';
import { lookAt, PerspectiveCamera } from '../../../renderer/camera/index.ts';
import { icosphere, Topology } from '../../../renderer/mesh/index.ts';
import { type OutputName, type RasterizeOptions, rasterize } from '../../../renderer/rasterize.ts';
import { render } from '../../../renderer/render.ts';
import { testNumbers } from '../../gradient.ts';
import { readBacks, startWebGpu, valuesOn } from '../../webGpu.ts';
import { crumpledSpheres, positionsTensor, relativeError } from '../scenes.ts';

const absent = await startWebGpu();

const size = { width: 33, height: 24 };
const soft = { type: 'dibr', sharpness: 300, boxSize: 0.1 } as const;
const differentiable = ['image', 'silhouette', 'depth', 'barycentrics'] as const;

const numbers = (shape: number[], seed: number) =>
  tf.tensor(Float32Array.from(testNumbers(tf.util.sizeFromShape(shape), seed)), shape);

type Options = Omit<RasterizeOptions<OutputName>, 'outputs'>;

/** Every output and, for a weighted sum of each, dL/d(positions) and dL/d(attributes). */
function drawn(
  positions: tf.Tensor,
  topology: Topology | readonly Topology[],
  options: Options,
): Record<string, tf.Tensor> {
  const { attributes } = options;
  const values = attributes instanceof tf.Tensor ? attributes : attributes!.values;
  const draw = <Name extends OutputName>(p: tf.Tensor, v: tf.Tensor, outputs: Name[]) =>
    rasterize(p as tf.Tensor3D, topology, {
      ...options,
      attributes: (attributes instanceof tf.Tensor ? v : { ...attributes!, values: v }) as tf.Tensor3D,
      outputs,
    });
  const results: Record<string, tf.Tensor> = draw(positions, values, [...differentiable, 'faceIndex']);
  for (const name of differentiable) {
    const loss = (p: tf.Tensor, v: tf.Tensor) => {
      const output: tf.Tensor = draw(p, v, [name])[name];
      // Both inputs take part, for tf.grads() insists.
      return output.mul(numbers(output.shape, 1)).sum().add(v.sum().mul(0)) as tf.Scalar;
    };
    const [towardsPositions, towardsValues] = tf.grads(loss)([positions, values]);
    results[`d${name}/d positions`] = towardsPositions;
    results[`d${name}/d attributes`] = towardsValues;
  }
  return results;
}

async function expectSame(scene: () => Record<string, tf.Tensor>, tolerance = 1e-5): Promise<void> {
  const expected = await valuesOn('wasm', scene);
  const actual = await valuesOn('webgpu', scene);
  expect(actual.faceIndex).toEqual(expected.faceIndex);
  for (const [name, values] of Object.entries(expected)) {
    expect(relativeError(actual[name], values), name).toBeLessThan(tolerance);
  }
}

const spheres = (seed: number, stride: 3 | 4 = 4, batch = 2) => {
  const test = crumpledSpheres(seed, batch, stride);
  return { positions: positionsTensor(test), topology: test.topology };
};

describe.skipIf(absent)(`rasterize on webgpu${absent ? `: ${absent}` : ''}`, () => {
  beforeEach(async () => {
    await useBackend('webgpu');
  });

  it.each([
    { stride: 4, perspectiveCorrect: true, cull: false },
    { stride: 4, perspectiveCorrect: false, cull: true },
    { stride: 3, perspectiveCorrect: true, cull: true },
  ] as const)('draws and differentiates as on wasm: %o', async ({ stride, ...rules }) => {
    await expectSame(() => {
      const { positions, topology } = spheres(5, stride);
      const attributes = numbers([1, 18, 3], 3) as tf.Tensor3D;
      const background = [0.1, 0.2, 0.3];
      return drawn(positions, topology, { ...size, ...rules, attributes, background, method: soft });
    });
  });

  it.each<Record<string, number | string>>([
    { maxFaces: 1, boxSize: 0.3 },
    { maxFaces: 3, boxSize: 0.1 },
    { maxFaces: 'all', boxSize: 'auto' },
    { maxFaces: 'all', order: 'nearest' },
  ])('hears the faces that the options of the soft mask say: %o', async (options) => {
    await expectSame(() => {
      const { positions, topology } = spheres(7);
      const attributes = numbers([1, 18, 1], 3) as tf.Tensor3D;
      return drawn(positions, topology, { ...size, attributes, method: { ...soft, ...options } });
    });
  });

  it('draws a smooth mesh of 1,280 faces from two sides', async () => {
    await expectSame(() => {
      const { vertices, topology } = icosphere(3);
      const camera = new PerspectiveCamera({
        fovDegrees: 50,
        view: [lookAt({ eye: [0.3, 0.5, 3] }), lookAt({ eye: [-2.9, 0.2, 0.8] })],
      });
      const positions = camera.project(vertices.expandDims(0) as tf.Tensor3D);
      const attributes = vertices.expandDims(0) as tf.Tensor3D;
      return drawn(positions, topology, { width: 64, height: 64, attributes, method: { type: 'dibr' } });
    }, 2e-5);
  });

  it('draws ragged batches, indexed attributes and pictures as backgrounds', async () => {
    await expectSame(() => {
      const [first, second] = [crumpledSpheres(3), crumpledSpheres(4)];
      const half = new Topology(second.topology.faces.slice(0, 48), 18);
      const positions = tf.concat([positionsTensor(first), positionsTensor(second)], 1).reshape([36, 4]);
      const indices = Int32Array.from({ length: 3 * (32 + 16) }, (_, i) => (7 * i) % 11);
      return drawn(positions, [first.topology, half], {
        ...size,
        attributes: { values: numbers([15, 2], 9) as tf.Tensor2D, indices, rowStarts: [0, 4] },
        background: numbers([1, 24, 33, 2], 6) as tf.Tensor4D,
        method: soft,
      });
    });
  });

  it('leaves out faces with a vertex that is not finite', async () => {
    await expectSame(() => {
      const { positions, topology } = spheres(5);
      const places = positions.arraySync() as number[][][];
      places[0][5] = [0, Number.NaN, -1, 1];
      places[1][7] = [0, 0, Number.POSITIVE_INFINITY, 1];
      const attributes = numbers([1, 18, 3], 3) as tf.Tensor3D;
      return drawn(tf.tensor3d(places), topology, { ...size, attributes, method: soft });
    });
  });

  it('leaves out faces that reach behind the camera, which it does not cut', async () => {
    const results = await valuesOn('webgpu', () => {
      const test = crumpledSpheres(5);
      test.positions.set([0.1, 0.2, 0.3, -0.5], 4 * 2);
      test.positions.fill(0, 4 * 5, 4 * 6);
      const attributes = numbers([1, 18, 3], 3) as tf.Tensor3D;
      return drawn(positionsTensor(test), test.topology, { ...size, attributes, method: soft });
    });
    for (const [name, values] of Object.entries(results))
      expect(values.every(Number.isFinite), name).toBe(true);
    const { faces } = crumpledSpheres(5).topology;
    for (const face of results.faceIndex.filter((index) => index >= 0)) {
      const corners = [...faces.subarray(3 * face, 3 * face + 3)];
      expect(corners.includes(2) || corners.includes(5)).toBe(false);
    }
  });

  it('has a hard silhouette, whose gradient is zero', async () => {
    const scene = () => {
      const { positions, topology } = spheres(5);
      const draw = (p: tf.Tensor) =>
        rasterize(p as tf.Tensor3D, topology, {
          ...size,
          method: { type: 'hard' },
          outputs: ['silhouette'],
        }).silhouette;
      return { silhouette: draw(positions), gradient: tf.grad(draw)(positions) };
    };
    const expected = await valuesOn('wasm', scene);
    expect(await valuesOn('webgpu', scene)).toEqual(expected);
  });

  it('reads nothing back, keeps no tensors, and repeats itself to the last bit', async () => {
    const { positions, topology } = spheres(6);
    const attributes = numbers([1, 18, 3], 3) as tf.Tensor3D;
    const step = () =>
      tf.tidy(() =>
        tf.grads((p, c) => {
          const { image, silhouette } = rasterize(p as tf.Tensor3D, topology, {
            ...size,
            attributes: c as tf.Tensor3D,
            method: soft,
          });
          return image.square().sum().add(silhouette.sum()) as tf.Scalar;
        })([positions, attributes]),
      );
    const first = step();
    const before = tf.memory().numTensors;
    let second: tf.Tensor[] = [];
    expect(
      readBacks(() => {
        second = step();
      }),
    ).toBe(0);
    expect(tf.memory().numTensors).toBe(before + 2);
    for (const [i, gradient] of first.entries())
      expect(await second[i].data()).toEqual(await gradient.data());
  });

  it('says what it does not have, and where that is to be had', () => {
    const { positions, topology } = spheres(5);
    const draw = (options: Partial<RasterizeOptions<'image' | 'silhouette'>>) => () =>
      rasterize(positions, topology, {
        ...size,
        attributes: numbers([1, 18, 3], 3) as tf.Tensor3D,
        ...options,
      });
    const elsewhere = /only the methods "hard" and "dibr" .* "wasm", "tensorflow" or "cpu"/;
    expect(draw({ method: { type: 'softras' } })).toThrow(/"webgpu" has no method "softras" yet/);
    expect(draw({ method: { type: 'softras' } })).toThrow(elsewhere);
    expect(draw({ method: { type: 'dibr', unbiased: true } })).toThrow(
      /no option "unbiased" of method "dibr"/,
    );
    expect(draw({ method: { type: 'dibr', order: 'nearest' } })).toThrow(/of the nearest faces/);
    expect(draw({ shader: (rows) => rows })).toThrow(/no shader yet/);
    const camera = new PerspectiveCamera({ fovDegrees: 50, view: lookAt({ eye: [0, 0, 3] }) });
    expect(() => render(icosphere(0), camera, size)).toThrow(/"webgpu" has no render\(\) yet/);
  });
});
