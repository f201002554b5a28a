// The official network with its own template and random weights, held against an independent implementation in double precision: every
// layer, every loss, the gradient of every weight.

import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { scoped } from '../../../renderer/backend/index.ts';

import { loadConfig, type TrainConfig } from '../../../src/config/index.ts';
import { pointClouds } from '../../../src/losses/index.ts';
import {
  namedArrays,
  namedGradients,
  Pixel2Mesh,
  type Pixel2MeshOptions,
  readOfficialTemplate,
  toStateDict,
} from '../../../src/models/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import type { Batch } from '../../../src/training/batch.ts';
import { Objective } from '../../../src/training/objective.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { officialReference, type ReferenceResult } from './officialReference.ts';

const file = '../shared/data/pixel2mesh/info_ellipsoid.dat';

/** The file is not ours to ship: its users have it. */
const withTemplate = existsSync(file) ? it : it.skip;

await useTestBackend();
const size = 32;
const camera = { fovDegrees: 49.134, distance: 0.8 };

// The config that ships, at a fraction of its size, with the camera and the sampling of the code.
const config = (await loadConfig('experiments/pixel2mesh/official.yaml', [
  `model.imageSize=${size}`,
  'model.hidden=16',
  'model.blocks.lastHidden=8',
  `model.template.file=${file}`,
  'model.pooling.camera=tensorflow',
  'model.pooling.legacy=true',
])) as TrainConfig;

function officialModel(): Pixel2Mesh {
  const model = new Pixel2Mesh(config.model as unknown as Pixel2MeshOptions, camera, new Random(5));
  // With biases of zero, random weights put vertices on top of one another, and the direction of an edge of no length, at which the
  // normal loss looks, is a matter of rounding.
  for (const [i, { name, variable }] of model.parameters.list().entries()) {
    if (!/^block.*bias$/.test(name)) continue;
    const values = testNumbers(variable.size, 100 + i);
    model.parameters.assign(
      variable,
      Float32Array.from(values, (x) => 0.1 * x),
    );
  }
  return model;
}

/** A picture, points and normals of nothing in particular. */
const truth = {
  points: testNumbers(3 * 400, 1).map((x, i) => 0.2 * x - (i % 3 === 2 ? 0.8 : 0)),
  normals: testNumbers(3 * 400, 2),
};
const rgb = testNumbers(size * size * 3, 3).map((x) => (x + 1) / 2);

let computed: ReferenceResult | undefined;

/** Of the same model, whose weights are the same every time it is made; computed once, since it takes a while. */
function reference(model: Pixel2Mesh): ReferenceResult {
  computed ??= computeReference(model);
  return computed;
}

function computeReference(model: Pixel2Mesh): ReferenceResult {
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

describe('the official network', { timeout: 180_000 }, () => {
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

  withTemplate('has its losses and the gradients of all its weights', () => {
    const model = officialModel();
    const { losses, gradients } = reference(model);
    const objective = new Objective({
      losses: config.losses,
      renderedLevels: 1,
      renderer: { method: { type: 'dibr' }, perspectiveCorrect: true, imageSize: size },
      fovDegrees: camera.fovDegrees,
    });
    const inSampleFrame = truth.points.map((value, i) => (i % 3 === 2 ? value + camera.distance : value));
    const found = scoped(() => {
      const batch = {
        target: pointClouds([{ points: inSampleFrame, normals: truth.normals }]),
      } as unknown as Batch;
      const parameters = model.parameters.list();
      const terms: Record<string, number> = {};
      const { grads } = tf.variableGrads(
        () => {
          const value = objective.evaluate(model.predict(pictures()), batch, parameters);
          for (const [name, term] of Object.entries(value.terms)) terms[name] = term.dataSync()[0];
          return value.total;
        },
        parameters.map(({ variable }) => variable),
      );
      return { terms, gradients: toStateDict(namedGradients(model.parameters, grads)) };
    });
    expect(Object.keys(found.terms).sort()).toEqual(Object.keys(losses).sort());
    for (const [name, value] of Object.entries(losses)) {
      expect(Math.abs(found.terms[name] - value) / value, name).toBeLessThan(1e-4);
    }
    for (const [name, gradient] of Object.entries(gradients)) {
      expect(relativeError(found.gradients[name].data, gradient), name).toBeLessThan(0.01);
    }
    expect(Object.keys(gradients)).toHaveLength(2 * 18 + 3 * 43);
  });
});
