// The presets against a plain statement, in double precision, of what the two public codes compute: nywang16/Pixel2Mesh
// (p2m/losses.py, p2m/models.py) and noahcao/Pixel2Mesh (models/losses/p2m.py, options.py). Rows of edges are built as those codes
// build them, with self-loops. Nothing is shared with the library but the topology's faces.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { unitIcosphere } from '../../../renderer/mesh/index.ts';
import { parseConfig, type TrainConfig } from '../../../src/config/index.ts';
import { pointClouds } from '../../../src/losses/index.ts';
import type { Batch } from '../../../src/training/batch.ts';
import { Objective } from '../../../src/training/objective.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

beforeAll(() => useTestBackend());

type Vector = number[];

/** One mesh of the prediction, before and after its block. */
interface Level {
  support: number[][];
  before: Vector[];
  after: Vector[];
}

interface Code {
  chamfer: number;
  opposite: number;
  edge: number;
  normal: number;
  laplacian: number;
  move: number;
  /** Factors on Laplacian and move terms, by block; move has none in the first. */
  blocks: number[];
  /** Of ½‖w‖² of graph variables, encoder kernels, encoder biases. */
  decay: [number, number, number];
}

const official: Code = {
  chamfer: 3000,
  opposite: 0.55,
  edge: 300,
  normal: 0.5,
  laplacian: 1500,
  move: 100,
  blocks: [0.1, 1, 1],
  decay: [5e-6, 0.3 * 1e-5, 0],
};
const pytorch: Code = {
  chamfer: 1,
  opposite: 1,
  edge: 0.3,
  normal: 1.6e-4,
  laplacian: 0.5,
  move: 0.1,
  blocks: [0.2, 1, 1],
  decay: [1e-6, 1e-6, 1e-6],
};

const minus = (a: Vector, b: Vector) => a.map((x, k) => x - b[k]);
const dot = (a: Vector, b: Vector) => a.reduce((sum, x, k) => sum + x * b[k], 0);
const square = (a: Vector) => dot(a, a);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const unit = (a: Vector) => a.map((x) => x / Math.sqrt(Math.max(square(a), 1e-12)));
const half = (values: Float32Array) => values.reduce((sum, x) => sum + x * x, 0) / 2;

/** Of every vertex, itself and its neighbours: the entries of the support matrix that are not zero, row by row. */
function supportOf(faces: Int32Array, vertexCount: number): number[][] {
  return Array.from({ length: vertexCount }, (_, i) => {
    const near = new Set([i]);
    for (let f = 0; f < faces.length; f += 3) {
      const corners = faces.subarray(f, f + 3);
      if (corners.includes(i)) for (const corner of corners) near.add(corner);
    }
    return [...near];
  });
}

function laplaceCoordinates(vertices: Vector[], support: number[][]): Vector[] {
  return vertices.map((vertex, i) => {
    const neighbours = support[i].filter((j) => j !== i).map((j) => vertices[j]);
    return vertex.map((x, k) => x - mean(neighbours.map((neighbour) => neighbour[k])));
  });
}

function nearest(from: Vector, to: Vector[]): number {
  const distances = to.map((other) => square(minus(from, other)));
  return distances.indexOf(Math.min(...distances));
}

/** Loss terms of one object, weighted and summed over blocks. */
function terms(levels: Level[], points: Vector[], normals: Vector[], code: Code) {
  const sums = { chamfer: 0, edge: 0, normal: 0, laplacian: 0, move: 0 };
  for (const [block, { support, before, after }] of levels.entries()) {
    const rows = support.flatMap((columns, i) => columns.map((j) => [i, j]));
    const toVertex = points.map((point) => square(minus(point, after[nearest(point, after)])));
    const pointOf = after.map((vertex) => nearest(vertex, points));
    const toPoint = after.map((vertex, v) => square(minus(vertex, points[pointOf[v]])));
    sums.chamfer += code.chamfer * (mean(toVertex) + code.opposite * mean(toPoint));
    sums.edge += code.edge * mean(rows.map(([i, j]) => square(minus(after[i], after[j]))));
    const cosines = rows.map(([i, j]) =>
      Math.abs(dot(unit(normals[pointOf[i]]), unit(minus(after[i], after[j])))),
    );
    sums.normal += code.normal * mean(cosines);
    const [lap1, lap2] = [laplaceCoordinates(before, support), laplaceCoordinates(after, support)];
    const factor = code.blocks[block];
    sums.laplacian +=
      factor * code.laplacian * mean(lap1.map((coordinate, v) => square(minus(coordinate, lap2[v]))));
    if (block > 0)
      sums.move += factor * code.move * mean(before.map((vertex, v) => square(minus(vertex, after[v]))));
  }
  return sums;
}

const rowsOf = (values: Float32Array): Vector[] =>
  Array.from({ length: values.length / 3 }, (_, i) => Array.from(values.subarray(3 * i, 3 * i + 3)));
const noise = (length: number, seed: number, scale: number) =>
  Float32Array.from(testNumbers(length, seed), (x) => scale * x);

const batch = 2;
const topologies = [0, 1, 2].map((level) => unitIcosphere(level).topology);
const supports = topologies.map(({ faces, vertexCount }) => supportOf(faces, vertexCount));
/** Of each level: vertices of both items before and after. The first block deforms a template that they share. */
const positions = topologies.map(({ vertexCount }, block) => ({
  before: noise((block === 0 ? 1 : batch) * vertexCount * 3, 10 + block, 0.4),
  after: noise(batch * vertexCount * 3, 20 + block, 0.4),
}));
const clouds = [
  { points: noise(3 * 70, 1, 0.5), normals: noise(3 * 70, 2, 1) },
  { points: noise(3 * 25, 3, 0.5), normals: noise(3 * 25, 4, 1) },
];
const weights = {
  'encoder.0.0.kernel': noise(30, 5, 2),
  'encoder.0.0.bias': noise(10, 6, 2),
  'blocks.0.first.weights': noise(40, 7, 2),
  'blocks.0.first.bias': noise(8, 8, 2),
};

/** What the code computes of both items: their mean, as each is a batch of one there. */
function expectedTerms(code: Code): Record<string, number> {
  const items = clouds.map(({ points, normals }, b) => {
    const levels = topologies.map(({ vertexCount }, block) => {
      const { before, after } = positions[block];
      const item = (values: Float32Array, index: number) =>
        rowsOf(values.subarray(3 * vertexCount * index, 3 * vertexCount * (index + 1)));
      return { support: supports[block], before: item(before, block === 0 ? 0 : b), after: item(after, b) };
    });
    return terms(levels, rowsOf(points), rowsOf(normals), code);
  });
  const names = Object.keys(items[0]) as (keyof (typeof items)[0])[];
  const [graph, kernels, biases] = code.decay;
  return {
    ...Object.fromEntries(names.map((name) => [name, mean(items.map((item) => item[name]))])),
    weightDecay:
      graph * (half(weights['blocks.0.first.weights']) + half(weights['blocks.0.first.bias'])) +
      kernels * half(weights['encoder.0.0.kernel']) +
      biases * half(weights['encoder.0.0.bias']),
  };
}

const sum = (values: Record<string, number>) =>
  Object.values(values).reduce((total, value) => total + value, 0);

/** Evaluates the objective of a config; returns its terms and the gradient of every level's positions and of the parameters. */
function evaluatePreset(preset: string) {
  const config = parseConfig({ task: 'train', losses: { preset } }) as TrainConfig;
  const objective = new Objective({
    losses: config.losses,
    renderedLevels: 1,
    renderer: config.renderer,
    fovDegrees: 30,
  });
  return tf.tidy(() => {
    const target = pointClouds(clouds);
    const variables = positions.map(({ before, after }, block) => {
      const { vertexCount } = topologies[block];
      return {
        before: tf.variable(tf.tensor3d(before, [before.length / 3 / vertexCount, vertexCount, 3])),
        after: tf.variable(tf.tensor3d(after, [batch, vertexCount, 3])),
      };
    });
    const parameters = Object.entries(weights).map(([name, values]) => ({
      name,
      variable: tf.variable(tf.tensor1d(values)) as tf.Variable,
    }));
    const levels = variables.map(({ before, after }, block) => ({
      topology: topologies[block],
      before: before as unknown as tf.Tensor3D,
      vertices: after as unknown as tf.Tensor3D,
    }));
    let found: Record<string, number> = {};
    const { grads } = tf.variableGrads(() => {
      const colors = tf.zeros<tf.Rank.R3>([batch, topologies[2].vertexCount, 3]);
      const value = objective.evaluate({ levels, colors }, { target } as Batch, parameters);
      found = Object.fromEntries(
        Object.entries(value.terms).map(([name, term]) => [name, term.dataSync()[0]]),
      );
      return value.total;
    });
    const gradientOf = ({ name }: tf.Variable) => grads[name]?.dataSync() as Float32Array | undefined;
    const result = {
      terms: found,
      positions: variables.map(({ before, after }) => ({
        before: gradientOf(before)!,
        after: gradientOf(after)!,
      })),
      weights: Object.fromEntries(parameters.map(({ name, variable }) => [name, gradientOf(variable)])),
    };
    for (const { before, after } of variables) for (const variable of [before, after]) variable.dispose();
    for (const { variable } of parameters) variable.dispose();
    return result;
  });
}

describe.each([
  ['official', official],
  ['pytorch', pytorch],
] as const)('preset %s', (preset, code) => {
  it('has the terms of the code', () => {
    const found = evaluatePreset(preset).terms;
    const expected = expectedTerms(code);
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected))
      expect(Math.abs(found[name] - value), name).toBeLessThan(2e-6 * value);
  });

  it('has their gradients, on vertices before and after every block and on parameters', () => {
    const found = evaluatePreset(preset);
    const differenceAt = (values: Float32Array, i: number, value: () => number) => {
      // Positions are float32: the steps are what they round to.
      const kept = values[i];
      values[i] = kept + 2 ** -13;
      const [above, high] = [value(), values[i]];
      values[i] = kept - 2 ** -13;
      const [below, low] = [value(), values[i]];
      values[i] = kept;
      return (above - below) / (high - low);
    };
    for (const [block, sides] of positions.entries()) {
      for (const side of ['before', 'after'] as const) {
        const gradient = found.positions[block][side];
        const largest = Math.max(...gradient.map(Math.abs));
        // A sample of the coordinates: every one would take a minute.
        for (let i = 0; i < gradient.length; i += Math.ceil(gradient.length / 12)) {
          const error = Math.abs(differenceAt(sides[side], i, () => sum(expectedTerms(code))) - gradient[i]);
          expect(error, `block ${block}, ${side}, coordinate ${i}`).toBeLessThan(1e-3 * largest);
        }
      }
    }
    for (const [name, values] of Object.entries(weights)) {
      const slope = found.weights[name];
      const expected = differenceAt(values, 3, () => expectedTerms(code).weightDecay);
      if (!slope) expect(expected).toBe(0);
      else expect(slope[3] / expected).toBeCloseTo(1, 4);
    }
  });
});
