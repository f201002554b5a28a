// The official network with its own template and random weights, held against an independent implementation in double precision: every
// layer, every loss, the gradient of every weight.

import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { scoped } from '../../../renderer/backend/index.ts';

import {
  modelOf,
  namedArrays,
  Pixel2Mesh,
  type Pixel2MeshOptions,
  readOfficialTemplate,
  toStateDict,
} from '../../../src/models/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { officialReference } from './officialReference.ts';

const file = '../shared/data/pixel2mesh/info_ellipsoid.dat';

/** The file is not ours to ship: its users have it. */
const withTemplate = existsSync(file) ? it : it.skip;

await useTestBackend();
const size = 32;
const camera = { fovDegrees: 49.134, distance: 0.8 };

function officialModel(overrides: Record<string, unknown> = {}): Pixel2Mesh {
  const options = modelOf({ type: 'pixel2mesh' }).options.parse({
    type: 'pixel2mesh',
    imageSize: size,
    picture: 'white',
    encoder: {
      channels: [16, 32, 64, 128, 256, 512],
      convolutions: [2, 3, 3, 3, 3, 4],
      kernelSizes: [3, 3, 3, 3, 5, 5],
      strides: [1, 2, 2, 2, 2, 2],
      pooledStages: 4,
    },
    globalCode: 0,
    pooling: { camera: 'tensorflow', picture: false, legacy: true },
    hidden: 16,
    template: { type: 'official', file },
    blocks: {
      residualBlocks: 6,
      lastHidden: 8,
      support: 'chebyshev',
      positions: 'absolute',
      frame: 'camera',
      initialization: 'glorot',
    },
    ...overrides,
  });
  return new Pixel2Mesh(options as unknown as Pixel2MeshOptions, camera, new Random(5));
}

/** A picture, points and normals of nothing in particular. */
const truth = {
  points: testNumbers(3 * 400, 1).map((x, i) => 0.2 * x - (i % 3 === 2 ? 0.8 : 0)),
  normals: testNumbers(3 * 400, 2),
};
const rgb = testNumbers(size * size * 3, 3).map((x) => (x + 1) / 2);

function reference(model: Pixel2Mesh) {
  const template = readOfficialTemplate(file);
  const levels = template.topologies.map((_, level) => {
    const { offsets, indices, values, vertexCount } = template.supports![level];
    const rows = Int32Array.from(indices, (_, k) => offsets.findLastIndex((start) => start <= k));
    expect(rows.at(-1)).toBe(vertexCount - 1);
    return { support: { rows, columns: indices, values }, unpool: template.unpoolEdges[level] };
  });
  const inCamera = Array.from(template.vertices, (value, i) => (i % 3 === 2 ? value - 0.8 : value));
  const weights = toStateDict(namedArrays(model.parameters));
  return officialReference(rgb, size, inCamera, levels, weights, truth);
}

const pictures = () => {
  const rgba = Float32Array.from({ length: size * size * 4 }, (_, i) =>
    i % 4 === 3 ? 1 : rgb[3 * Math.floor(i / 4) + (i % 4)],
  );
  return tf.tensor4d(rgba, [1, size, size, 4]);
};

/** The largest difference relative to the largest entry. */
function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let [largest, worst] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    worst = Math.max(worst, Math.abs(found[i] - expected[i]));
  }
  return worst / Math.max(largest, 1e-30);
}

describe('the official network', () => {
  withTemplate('has the outputs of an independent implementation in every layer', () => {
    const model = officialModel();
    const { layers } = reference(model);
    const found = new Map<string, Float32Array>();
    scoped(() => {
      model.predict(pictures(), (name: string, output: tf.Tensor) => {
        found.set(name, output.dataSync() as Float32Array);
      });
    });
    expect([...found.keys()].sort()).toEqual(Object.keys(layers).sort());
    const errors = Object.entries(layers).map(
      ([name, { values }]) => [name, relativeError(found.get(name)!, values)] as const,
    );
    for (const [name, error] of errors) expect(error, name).toBeLessThan(1e-4);
  });
});
