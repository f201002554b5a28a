import { describe, expect, it } from 'vitest';
import { sampleSurface, Topology } from '../../../renderer/mesh/index.ts';
import {
  type PredictedShape,
  protocols,
  type SurfacePoints,
  sharedColumns,
} from '../../../src/metrics/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import { box, sphere } from '../../renderer/mesh/solids.ts';

const score = (name: string, predicted: PredictedShape, truth: SurfacePoints, options = {}) => {
  const random = new Random(1);
  return protocols
    .find((protocol) => protocol.name === name)!
    .score(predicted, truth, {
      pixel2meshScale: 1,
      emdPoints: 0,
      random: () => random.uniform(),
      ...options,
    });
};

function cloudOf({ vertices, topology }: ReturnType<typeof sphere>, count: number, seed = 2) {
  const random = new Random(seed);
  return sampleSurface(vertices, topology, count, () => random.uniform());
}

const ball = sphere(0.5, 3);
const shifted = (points: ArrayLike<number>, x: number) =>
  Float64Array.from(points, (value, i) => (i % 3 === 0 ? value + x : value));

describe('every protocol', () => {
  it.each(protocols)('$name names only columns that it has, and repeats itself', ({ name, columns }) => {
    const truth = cloudOf(ball, 500);
    const keys = new Set([...columns, ...sharedColumns].map(({ key }) => key));
    const first = score(name, ball, truth, { emdPoints: 100 });
    for (const key of Object.keys(first)) expect(keys).toContain(key);
    expect(first).toEqual(score(name, ball, truth, { emdPoints: 100 }));
    // Nothing else changes where the earth mover's distance is left out.
    const { emdExact, emdPoints, ...others } = first;
    expect(emdExact).toBeGreaterThan(0);
    expect(emdPoints).toBe(100);
    expect(score(name, ball, truth)).toEqual(others);
  });

  it.each(protocols)('$name does without normals, and without a mesh', ({ name, columns }) => {
    const { points, normals } = cloudOf(ball, 400);
    const lacking = score(name, { points }, { points });
    for (const key of ['normals', 'iou']) expect(key in lacking).toBe(false);
    const whole = score(name, { points, normals }, { points, normals });
    for (const { key } of columns) expect(Number.isFinite(whole[key])).toBe(true);
    expect([whole.predictedPoints, whole.truePoints]).toEqual([400, 400]);
  });
});

describe('pixel2mesh', () => {
  it('compares vertices, whatever the faces, by squared distances in the scaled frame', () => {
    // Vertices are farther apart than they are moved.
    const scale = 0.57;
    const move = (distance: number) => ({ points: shifted(ball.vertices, distance / scale) });
    const near = score('pixel2mesh', ball, move(0.0099), { pixel2meshScale: scale });
    expect(near.chamfer).toBeCloseTo(1e3 * 2 * 0.0099 ** 2, 9);
    expect([near.fTau, near.f2Tau]).toEqual([100, 100]);
    const farther = score('pixel2mesh', ball, move(0.0141), { pixel2meshScale: scale });
    expect([farther.fTau, farther.f2Tau]).toEqual([0, 100]);
    const farthest = score('pixel2mesh', ball, move(0.0142), { pixel2meshScale: scale });
    expect([farthest.fTau, farthest.f2Tau]).toEqual([0, 0]);

    const faceless = { vertices: ball.vertices, topology: new Topology(new Int32Array(), 642) };
    expect(score('pixel2mesh', faceless, move(0.01), { pixel2meshScale: scale })).toEqual(
      score('pixel2mesh', ball, move(0.01), { pixel2meshScale: scale }),
    );
    expect(near.predictedPoints).toBe(642);
  });

  it('has the mean distance of the best assignment, labelled', () => {
    const truth = { points: shifted(ball.vertices, 0.02) };
    const { emdExact, emdEntropic, emdPoints } = score('pixel2mesh', ball, truth, { emdPoints: 1000 });
    expect(emdExact).toBeCloseTo(20, 9);
    expect(emdEntropic).toBeUndefined();
    expect(emdPoints).toBe(642);
  });
});

describe('meshrcnn', () => {
  it('compares 10,000 points of each side, or all true ones', () => {
    const few = score('meshrcnn', ball, cloudOf(ball, 2000));
    expect([few.predictedPoints, few.truePoints]).toEqual([10_000, 2000]);
    const many = score('meshrcnn', ball, cloudOf(ball, 12_000));
    expect([many.predictedPoints, many.truePoints]).toEqual([10_000, 10_000]);
    expect(many.normals).toBeGreaterThan(0.99);
    expect(many.f2).toBeGreaterThan(many.f1);
  });

  it('takes thresholds as distances in the scaled frame', () => {
    const { points, normals } = cloudOf(ball, 300);
    const by = (distance: number) =>
      score(
        'meshrcnn',
        { points, normals },
        { points: shifted(points, distance), normals },
        { pixel2meshScale: 0.1 },
      );
    expect([by(0.00001).f1, by(0.00001).normals]).toEqual([100, expect.closeTo(1, 9)]);
    const sparse = { points: Float64Array.from({ length: 300 }, (_, i) => (i % 3 === 1 ? 10 * i : 0)) };
    const f = (distance: number) => {
      const { f1, f2 } = score(
        'meshrcnn',
        sparse,
        { points: shifted(sparse.points, 10 * distance) },
        { pixel2meshScale: 0.1 },
      );
      return [f1, f2];
    };
    expect(f(0.00999)).toEqual([100, 100]);
    expect(f(0.01001)).toEqual([0, 100]);
    expect(f(0.01415)).toEqual([0, 0]);
  });
});

describe('dibr', () => {
  it('brings the longest side of the true box to 1', () => {
    const spread = (x: number) =>
      Float64Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 10 * Math.floor(i / 3) + x : 5));
    // 20 points on a line of length 190.
    const f = (distance: number) =>
      score('dibr', { points: spread(190 * distance) }, { points: spread(0) }).f;
    expect(f(0.0199)).toBe(100);
    expect(f(0.0201)).toBe(0);
  });

  it('does not depend on unit and place, and not on pixel2meshScale', () => {
    const solid = box([0, 0, 0], [0.5, 0.9, 0.7]);
    const truth = cloudOf(solid, 2000);
    const moved = (points: ArrayLike<number>) => Float64Array.from(points, (value, i) => 3 * value + (i % 3));
    const original = score('dibr', ball, truth);
    const other = score(
      'dibr',
      { ...ball, vertices: moved(ball.vertices) },
      { points: moved(truth.points), normals: truth.normals },
      { pixel2meshScale: 7 },
    );
    expect(other.f).toBeCloseTo(original.f, 6);
    expect(other.iou).toBeCloseTo(original.iou, 0);
  });

  it('has the overlap of volumes, and leaves out objects without any', () => {
    const { iou } = score('dibr', sphere(0.4), cloudOf(sphere(0.5), 2000));
    expect(Math.abs(iou - 51.2)).toBeLessThan(1.5);
    const sheet = box([0, 0, 0], [1, 1, 0.001]);
    expect('iou' in score('dibr', sheet, cloudOf(sheet, 2000))).toBe(false);
  });
});
