// The joint objective: each loss by its weight, on each level or the finest ones, in any number of views, by any method; and what
// has weight 0 costs nothing.

import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { icosphere, lookAt, type MethodOptions, methods } from '../../../renderer/index.ts';
import {
  colorLoss,
  type Loss,
  type LossSettings,
  losses,
  type PictureContext,
  pointClouds,
  silhouetteIouLoss,
  silhouetteL2Loss,
} from '../../../src/losses/index.ts';
import type { MeshPrediction } from '../../../src/models/index.ts';
import type { Batch } from '../../../src/training/batch.ts';
import { Objective } from '../../../src/training/objective.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

const levels = [0, 1, 2];
const batchSize = 2;
const imageSize = 16;

const noise = (length: number, seed: number, low: number, high: number) =>
  Float32Array.from(testNumbers(length, seed), (x) => low + ((x + 1) / 2) * (high - low));

/** A crumpled sphere of 2 items at each of three levels, and their colours; of variables, for gradients. */
function makePrediction(): MeshPrediction & { colors: tf.Tensor3D } {
  const meshes = levels.map((level) => {
    const { vertices, topology } = icosphere(level, { radii: [0.35, 0.3, 0.25] });
    const before = vertices.expandDims<tf.Tensor3D>(0);
    const count = 3 * topology.vertexCount * batchSize;
    const moves = tf.tensor3d(noise(count, 20 + level, -0.03, 0.03), [batchSize, topology.vertexCount, 3]);
    return { topology, before, vertices: tf.variable(before.add(moves)) as unknown as tf.Tensor3D };
  });
  const { vertexCount } = meshes.at(-1)!.topology;
  const colors = tf.tensor3d(noise(3 * vertexCount * batchSize, 30, 0.1, 0.9), [batchSize, vertexCount, 3]);
  return { levels: meshes, colors: tf.variable(colors) as unknown as tf.Tensor3D };
}

const cloud = (count: number, seed: number) => ({
  points: noise(3 * count, seed, -0.4, 0.4),
  normals: noise(3 * count, seed + 50, -1, 1),
});

/** Pictures of 2 objects from `views` places around them; what they show does not matter here. */
function makeBatch(views: number, target = pointClouds([cloud(40, 1), cloud(25, 2)])): Batch {
  const count = batchSize * views;
  const pixels = count * imageSize * imageSize;
  const aside = Array.from({ length: views }, (_, view) =>
    lookAt({ eye: [2 * Math.sin(view), 0.3 * view, 2 * Math.cos(view)], target: [0, 0, 0] }),
  );
  return {
    pictures: tf.zeros([batchSize, imageSize, imageSize, 4]),
    target,
    silhouettes: tf.tensor3d(noise(pixels, 3, 0, 1), [count, imageSize, imageSize]),
    colors: tf.tensor4d(noise(3 * pixels, 4, 0, 1), [count, imageSize, imageSize, 3]),
    cameras: [...aside, ...aside].map((matrix) => Array.from(matrix)),
  };
}

const all: Record<string, LossSettings> = Object.fromEntries(losses.map(({ name }) => [name, { weight: 1 }]));
const only = (...names: string[]): Record<string, LossSettings> =>
  Object.fromEntries(names.map((name) => [name, { weight: 1 }]));

/** @param chosen weights and settings; losses that it does not name have weight 0 */
function makeObjective(
  chosen: Record<string, LossSettings>,
  renderedLevels = 1,
  method: MethodOptions = { type: 'dibr' },
) {
  const settings = losses.map((loss) => [
    loss.name,
    { weight: 0, ...loss.settings.parse({}), ...(chosen[loss.name] as object) },
  ]);
  const renderer = { method, perspectiveCorrect: true, imageSize };
  return new Objective({ losses: Object.fromEntries(settings), renderedLevels, renderer, fovDegrees: 30 });
}

const numbers = (terms: Record<string, tf.Scalar>) =>
  Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, term.dataSync()[0]]));

let prediction: ReturnType<typeof makePrediction>;
let parameters: { name: string; variable: tf.Variable }[];
beforeAll(() => useTestBackend());
beforeEach(() => {
  tf.engine().startScope();
  prediction = makePrediction();
  parameters = [{ name: 'block.weights', variable: tf.variable(tf.tensor1d([1, 2])) }];
});
afterEach(() => {
  vi.restoreAllMocks();
  tf.engine().endScope();
  tf.disposeVariables();
});

/** Loss terms as numbers. */
const termsOf = (objective: Objective, batch: Batch) =>
  numbers(objective.evaluate(prediction, batch, parameters).terms);

/** Gradients of the whole objective on each level's vertices and on the colours; undefined where none arrives. */
function gradientsOf(objective: Objective, batch: Batch) {
  const { grads } = tf.variableGrads(() => objective.evaluate(prediction, batch, parameters).total);
  const of = (tensor: tf.Tensor) => grads[(tensor as unknown as tf.Variable).name]?.dataSync();
  return { vertices: prediction.levels.map((level) => of(level.vertices)), colors: of(prediction.colors) };
}

describe('a weight of 0', () => {
  /** How often each loss is evaluated, by name. */
  function countEvaluations(run: () => void): Record<string, number> {
    const spies = losses.map((loss: Loss) => [loss.name, vi.spyOn(loss, 'evaluate')] as const);
    run();
    return Object.fromEntries(spies.map(([name, spy]) => [name, spy.mock.calls.length]));
  }
  const callsOf = ({ kind }: Loss) => (kind === '3d' ? levels.length : kind === '2d' ? 2 : 1);

  it.each(losses.map(({ name }) => name))('leaves %s out and nothing else', (name) => {
    let terms: Record<string, number> = {};
    const counts = countEvaluations(() => {
      terms = termsOf(makeObjective({ ...all, [name]: { weight: 0 } }, 2), makeBatch(1));
    });
    expect(counts).toEqual(
      Object.fromEntries(losses.map((loss) => [loss.name, loss.name === name ? 0 : callsOf(loss)])),
    );
    expect(Object.keys(terms).sort()).toEqual(
      Object.keys(all)
        .filter((other) => other !== name)
        .sort(),
    );
  });

  it('of all 2D losses leaves rendering out', () => {
    const dibr = methods.get('dibr');
    const drawn = [vi.spyOn(dibr, 'silhouette'), vi.spyOn(dibr, 'image')];
    const chosen = losses.filter(({ kind }) => kind !== '2d').map(({ name }) => name);
    const { silhouette } = makeObjective(only(...chosen), 3).evaluate(prediction, makeBatch(2), parameters);
    expect(silhouette).toBeUndefined();
    for (const spy of drawn) expect(spy).not.toHaveBeenCalled();
  });

  it('of the colour loss leaves the rendering of colours out', () => {
    const image = vi.spyOn(methods.get('dibr'), 'image');
    termsOf(makeObjective(only('silhouette'), 3), makeBatch(2));
    expect(image).not.toHaveBeenCalled();
    termsOf(makeObjective(only('silhouette', 'color'), 3), makeBatch(2));
    expect(image).toHaveBeenCalledTimes(3);
  });

  it('of the losses that compare surfaces leaves their points alone', () => {
    const nothing = pointClouds([cloud(0, 1), cloud(0, 2)]);
    const batch = makeBatch(1, nothing);
    const blind = losses.filter((loss) => loss.kind !== '3d' || !loss.comparesSurface);
    const terms = termsOf(makeObjective(only(...blind.map(({ name }) => name))), batch);
    expect(Object.values(terms).every((value) => Number.isFinite(value) && value > 0)).toBe(true);
    expect(() => termsOf(makeObjective(only('chamfer')), batch)).toThrow('expected at least one point');
  });

  it('of the normal loss leaves normals alone, which it names where they are missing', () => {
    const { normals: _, ...bare } = pointClouds([cloud(40, 1), cloud(25, 2)]);
    const batch = makeBatch(1, bare);
    const { normal: _normal, ...others } = all;
    expect(termsOf(makeObjective(others), batch)).toHaveProperty('chamfer');
    expect(() => termsOf(makeObjective(all), batch)).toThrow(/points without normals.*normal loss/);
  });
});

describe('the objective', () => {
  it('is the weighted sum of its terms, each in proportion to its weight', () => {
    const weights = Object.fromEntries(losses.map(({ name }, i) => [name, 1 + i / 4]));
    const weighted = Object.fromEntries(losses.map(({ name }) => [name, { weight: weights[name] }]));
    const batch = makeBatch(2);
    const plain = termsOf(makeObjective(all, 2), batch);
    const { terms, total } = makeObjective(weighted, 2).evaluate(prediction, batch, parameters);
    let sum = 0;
    for (const [name, value] of Object.entries(numbers(terms))) {
      expect(value / plain[name], name).toBeCloseTo(weights[name], 5);
      sum += value;
    }
    expect(total.dataSync()[0]).toBeCloseTo(sum, 4);
  });

  it('decays the parameters that it is given', () => {
    const terms = termsOf(
      makeObjective({ ...only('edge'), weightDecay: { weight: 2, graph: 0.1 } }),
      makeBatch(1),
    );
    expect(terms.weightDecay).toBeCloseTo((2 * 0.1 * (1 + 4)) / 2, 6);
  });

  it.each([1, 2, 5])('compares %i views, of every item as many, as their mean', (views) => {
    const batch = makeBatch(views);
    const objective = makeObjective(only('silhouette', 'color'));
    const { terms, silhouette } = objective.evaluate(prediction, batch);
    expect(silhouette!.shape).toEqual([batchSize * views, imageSize, imageSize]);
    const single = Array.from({ length: views }, (_, view) => {
      const rows = [view, views + view];
      return termsOf(objective, {
        ...batch,
        silhouettes: tf.gather(batch.silhouettes, rows),
        colors: tf.gather(batch.colors, rows),
        cameras: rows.map((row) => batch.cameras[row]),
      });
    });
    for (const [name, value] of Object.entries(numbers(terms))) {
      const mean = single.reduce((sum, term) => sum + term[name], 0) / views;
      expect(value, name).toBeCloseTo(mean, 5);
    }
  });

  it('compares the surfaces that are known alone, as a batch of those items would', () => {
    const clouds = [cloud(40, 1), cloud(25, 2)];
    const whole = makeBatch(1);
    const objective = makeObjective(all);
    const known = { ...makeBatch(1, pointClouds([clouds[1]])), labelled: [1] };
    const terms = termsOf(objective, known);
    const plain = termsOf(objective, whole);
    const item = (tensor: tf.Tensor3D) => (tensor.shape[0] > 1 ? tf.gather(tensor, [1]) : tensor);
    const alone = objective.evaluate(
      {
        levels: prediction.levels.map((level) => ({ ...level, vertices: item(level.vertices) })),
        colors: item(prediction.colors),
      },
      {
        ...whole,
        target: pointClouds([clouds[1]]),
        silhouettes: tf.gather(whole.silhouettes, [1]),
        colors: tf.gather(whole.colors, [1]),
        cameras: [whole.cameras[1]],
      },
      parameters,
    );
    for (const loss of losses) {
      const surface = loss.kind === '3d' && loss.comparesSurface;
      expect(terms[loss.name], loss.name).toBe((surface ? numbers(alone.terms) : plain)[loss.name]);
    }
    const surfaces = makeObjective(only('chamfer', 'normal'));
    const { vertices } = gradientsOf(surfaces, known);
    for (const gradient of vertices) {
      const half = gradient!.length / 2;
      expect(gradient!.slice(0, half).every((slope) => slope === 0)).toBe(true);
      expect(gradient!.slice(half).some((slope) => slope !== 0)).toBe(true);
    }
  });

  it('is 0 with a gradient of 0 where no surface is known', () => {
    const batch = { ...makeBatch(1, pointClouds([])), labelled: [] };
    const surfaces = makeObjective(only('chamfer', 'normal'));
    expect(termsOf(surfaces, batch)).toEqual({ chamfer: 0, normal: 0 });
    const { vertices } = gradientsOf(surfaces, batch);
    expect(vertices.every((gradient) => gradient!.every((slope) => slope === 0))).toBe(true);
    expect(termsOf(makeObjective(all), batch).silhouette).toBe(
      termsOf(makeObjective(all), makeBatch(1)).silhouette,
    );
  });

  it('compares pictures on the last level alone, or summed over as many of the finest as are asked for', () => {
    const batch = makeBatch(2);
    const chosen = only('silhouette', 'color');
    const alone = prediction.levels.map((level) => {
      const colors = prediction.colors.slice([0, 0, 0], [-1, level.topology.vertexCount, -1]);
      return numbers(makeObjective(chosen).evaluate({ levels: [level], colors }, batch).terms);
    });
    for (const rendered of [1, 2, 3]) {
      const objective = makeObjective(chosen, rendered);
      const terms = termsOf(objective, batch);
      for (const name of ['silhouette', 'color']) {
        const sum = alone.slice(-rendered).reduce((total, term) => total + term[name], 0);
        expect(terms[name], `${name}, ${rendered}`).toBeCloseTo(sum, 5);
      }
      const { vertices, colors } = gradientsOf(objective, batch);
      expect(vertices.map((gradient) => gradient?.some((slope) => slope !== 0) ?? false)).toEqual(
        levels.map((level) => level >= levels.length - rendered),
      );
      expect(colors!.some((slope) => slope !== 0)).toBe(true);
    }
  });

  it('takes silhouettes as IoU or L2 and colours as L1 or L2', () => {
    const batch = makeBatch(2);
    const evaluate = vi.spyOn(losses.find(({ name }) => name === 'color')!, 'evaluate');
    const plain = termsOf(makeObjective(only('silhouette', 'color')), batch);
    const squared = termsOf(
      makeObjective({ silhouette: { weight: 1, kind: 'l2' }, color: { weight: 1, kind: 'l2' } }),
      batch,
    );
    const { silhouette, image } = evaluate.mock.calls[0][0] as unknown as Required<PictureContext>;
    const value = (loss: tf.Scalar) => loss.dataSync()[0];
    const { silhouettes, colors } = batch;
    expect(plain.silhouette).toBe(value(silhouetteIouLoss(silhouette, silhouettes)));
    expect(squared.silhouette).toBe(value(silhouetteL2Loss(silhouette, silhouettes)));
    expect(plain.color).toBe(value(colorLoss(image, colors, silhouettes, { kind: 'l1' })));
    expect(squared.color).toBe(value(colorLoss(image, colors, silhouettes, { kind: 'l2' })));
  });

  it.each(methods.list())('compares pictures drawn by $type', ({ type, coverageGradient }) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const drawn = vi.spyOn(methods.get(type), 'silhouette');
    const batch = makeBatch(2);
    const objective = makeObjective(only('silhouette', 'color'), 1, { type });
    const terms = termsOf(objective, batch);
    expect(drawn).toHaveBeenCalledTimes(1);
    expect(Object.values(terms).every((value) => value > 0 && value < 1)).toBe(true);
    const { vertices, colors } = gradientsOf(objective, batch);
    expect(colors!.some((slope) => slope !== 0)).toBe(true);
    expect(vertices.at(-1)!.every(Number.isFinite)).toBe(true);
    const outline = gradientsOf(makeObjective(only('silhouette'), 1, { type }), batch).vertices.at(-1);
    expect(outline?.some((slope) => slope !== 0) ?? false).toBe(coverageGradient);
  });
});
