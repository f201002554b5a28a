// The exact gradient against finite differences of the exact picture, closed forms, and pictures of very many samples.

import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../renderer/errors.ts';
import type { Picture, Scene } from '../../../renderer/kernels/index.ts';
import {
  exactGradient,
  exactLossGradient,
  exactPicture,
  type OracleOptions,
  type PictureGradient,
} from '../../../renderer/oracle/index.ts';
import { gaussLegendre } from '../../../renderer/oracle/quadrature.ts';
import { supersampledPicture } from '../../../renderer/oracle/supersampled.ts';
import { testNumbers } from '../../gradient.ts';
import { crumpledSpheres, kernelScene, relativeError } from '../scenes.ts';
import { clippedArea } from './clippedArea.ts';
import {
  chair,
  colorsOf,
  frame,
  type Solid,
  sceneOf,
  solids,
  sphere,
  together,
  toVertices,
  wholeMesh,
} from './scenes.ts';

/** Slope of `loss` at `input` along `direction`: central differences of fourth order. */
function slope(
  input: Float64Array,
  direction: Float64Array,
  loss: (moved: Float64Array) => number,
  step = 1e-5,
): number {
  const at = (by: number) => loss(input.map((value, i) => value + by * direction[i]));
  return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
}

/** Differences, one a number of `input`. */
function differences(input: Float64Array, loss: (moved: Float64Array) => number): Float64Array {
  return input.map((_, i) => {
    const direction = new Float64Array(input.length);
    direction[i] = 1;
    return slope(input, direction, loss);
  });
}

const directionCount = 7;

/**
 * Compares a gradient with differences along seven directions, each of which moves a seventh of the numbers, of all axes, by random
 * amounts: every number counts. Relative to the largest.
 */
function errorAlongDirections(
  gradient: Float64Array,
  input: Float64Array,
  loss: (moved: Float64Array) => number,
): number {
  const amounts = testNumbers(input.length, 31);
  const directions = Array.from({ length: directionCount }, (_, d) =>
    amounts.map((amount, i) => (i % directionCount === d ? amount : 0)),
  );
  return relativeError(
    directions.map((direction) => inner(gradient, direction)),
    directions.map((direction) => slope(input, direction, loss)),
  );
}

const inner = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

/** A random linear loss of the pictures. */
function randomUpstream({ width, height }: Picture, channels: number): Required<PictureGradient> {
  return { image: testNumbers(width * height * channels, 8), silhouette: testNumbers(width * height, 9) };
}

function linearLoss(
  scene: Scene,
  picture: Picture,
  upstream: PictureGradient,
  options: OracleOptions,
): number {
  const { image, silhouette } = exactPicture(scene, picture, options);
  return inner(upstream.image ?? [], image) + inner(upstream.silhouette ?? [], silhouette);
}

const flat = (corners: ArrayLike<number>): Scene => ({
  positions: Float64Array.from([0, 1, 2].flatMap((k) => [corners[2 * k], corners[2 * k + 1], -2])),
  stride: 3,
  faces: Int32Array.from([0, 1, 2]),
  items: wholeMesh(3, 1),
});

describe('one triangle', () => {
  it('has the derivative of its clipped polygons', () => {
    const picture = frame({ width: 5, height: 4 });
    for (let seed = 0; seed < 20; seed++) {
      const corners = testNumbers(6, 100 + seed).map((value) => 1.2 * value);
      const { silhouette } = randomUpstream(picture, 0);
      const { positions, errorEstimate } = exactGradient(flat(corners), picture, { silhouette });
      const expected = differences(corners, (moved) =>
        inner(
          silhouette,
          Array.from(silhouette, (_, pixel) => clippedArea(moved, pixel, picture.width, picture.height)),
        ),
      );
      const actual = positions.filter((_, i) => i % 3 !== 2);
      // The oracle shifts the picture by 3e-10 pixels (faces.ts).
      expect(relativeError(actual, expected)).toBeLessThan(1e-8);
      expect(Math.max(...errorEstimate)).toBeLessThan(1e-12);
    }
  });

  it('has the derivative of the shoelace formula, summed over all pixels', () => {
    const corners = [-0.71, -0.62, 0.83, -0.14, -0.05, 0.77];
    const picture = frame();
    const silhouette = new Float64Array(picture.width * picture.height).fill(1);
    const { positions } = exactGradient(flat(corners), picture, { silhouette });
    const pixelArea = 4 / silhouette.length;
    for (let k = 0; k < 3; k++) {
      const [next, last] = [2 * ((k + 1) % 3), 2 * ((k + 2) % 3)];
      expect(positions[3 * k] * pixelArea).toBeCloseTo((corners[next + 1] - corners[last + 1]) / 2, 12);
      expect(positions[3 * k + 1] * pixelArea).toBeCloseTo((corners[last] - corners[next]) / 2, 12);
    }
  });
});

describe.each(Object.entries(solids))('finite differences of the exact picture of %s', (_, make) => {
  const solid = make();

  const check = (picture: Picture, upstream: PictureGradient, options: OracleOptions) => {
    const { positions } = exactGradient(sceneOf(solid), picture, upstream, options);
    const loss = (vertices: Float64Array) =>
      linearLoss(sceneOf({ ...solid, vertices }), picture, upstream, options);
    expect(errorAlongDirections(toVertices(positions), solid.vertices, loss)).toBeLessThan(1e-8);
  };

  it('silhouette', () => {
    const { silhouette } = randomUpstream(frame(), 0);
    check(frame(), { silhouette }, {});
  });

  it.each([true, false])(
    'colours, background and silhouette, perspectiveCorrect: %s',
    (perspectiveCorrect) => {
      const picture = frame({ perspectiveCorrect });
      const options = { attributes: colorsOf(solid), background: [0.3, -0.2], order: 8 };
      check(picture, randomUpstream(picture, 2), options);
    },
  );

  it('colours themselves', () => {
    const attributes = colorsOf(solid);
    const upstream = randomUpstream(frame(), 2);
    const gradient = exactGradient(sceneOf(solid), frame(), upstream, { attributes });
    const loss = (values: Float64Array) =>
      linearLoss(sceneOf(solid), frame(), upstream, { attributes: { ...attributes, values } });
    const values = Float64Array.from(attributes.values);
    expect(errorAlongDirections(gradient.attributes, values, loss)).toBeLessThan(1e-8);
  });
});

it('finite differences of divided positions, depth included', () => {
  const { vertices, faces } = solids['two boxes that cross']();
  const homogeneous = sceneOf({ vertices, faces }).positions;
  const positions = Float64Array.from({ length: vertices.length }, (_, i) => {
    const row = 4 * Math.floor(i / 3);
    return i % 3 === 2 ? homogeneous[row + 2] : homogeneous[row + (i % 3)] / homogeneous[row + 3];
  });
  const scene: Scene = { ...sceneOf({ vertices, faces }), positions, stride: 3 };
  const upstream = randomUpstream(frame(), 2);
  const options = { attributes: colorsOf({ vertices, faces }) };
  const gradient = exactGradient(scene, frame(), upstream, options);
  const expected = differences(positions, (moved) =>
    linearLoss({ ...scene, positions: moved }, frame(), upstream, options),
  );
  expect(relativeError(gradient.positions, expected)).toBeLessThan(1e-8);
  expect(gradient.positions.some((value, i) => i % 3 === 2 && Math.abs(value) > 1)).toBe(true);
});

// Two faces that fill the only pixel and cross in it: with colour 1 on the first and 0 on the second, the picture is the share of
// the pixel where the first is nearer. Z and w of every corner move the crossing in their own way.
it('a crossing of two faces moves with each of X, Y, Z and w as the equation of their depths says', () => {
  const positions = Float64Array.from(
    [
      [-5, -4, -1.6],
      [6, -3, -2.2],
      [0.5, 7, -1.9],
      [-4, -5, -2.4],
      [5, -4, -1.5],
      [-0.7, 6, -2.0],
    ].flatMap(([x, y, z]) => [x * -z, y * -z, z, -z]),
  );
  const faces = Int32Array.from([0, 1, 2, 3, 4, 5]);
  const scene: Scene = { positions, stride: 4, faces, items: wholeMesh(6, 2) };
  const picture = frame({ width: 1, height: 1 });
  const attributes = {
    values: Float64Array.from([1, 1, 1, 0, 0, 0]),
    channels: 1,
    indices: faces,
    rowStarts: [0],
  };
  const upstream = { image: [1] as unknown as Float64Array };

  /** Depth of a face at a point by solving for space-linear weights: Σ b (X, Y, w) ∝ (x, y, 1), by Cramer's rule. */
  const depth = (moved: Float64Array, face: number, x: number, y: number) => {
    const corners = [0, 1, 2].map((k) => moved.subarray(4 * (3 * face + k), 4 * (3 * face + k) + 4));
    const cross = corners.map((_, k) => {
      const [p, q] = [corners[(k + 1) % 3], corners[(k + 2) % 3]];
      return x * (p[1] * q[3] - p[3] * q[1]) + y * (p[3] * q[0] - p[0] * q[3]) + p[0] * q[1] - p[1] * q[0];
    });
    return (
      inner(
        cross,
        corners.map(([, , z]) => z),
      ) /
      (cross[0] + cross[1] + cross[2])
    );
  };
  const share = (moved: Float64Array) => {
    const { points, weights } = gaussLegendre(12);
    return points.reduce((sum, point, i) => {
      const y = 2 * point - 1;
      const ahead = (x: number) => depth(moved, 0, x, y) - depth(moved, 1, x, y);
      let [low, high] = [-1, 1];
      expect(ahead(low)).toBeGreaterThan(0);
      expect(ahead(high)).toBeLessThan(0);
      for (let step = 0; step < 60; step++) {
        const middle = (low + high) / 2;
        if (ahead(middle) > 0) low = middle;
        else high = middle;
      }
      return sum + (weights[i] * (low + 1)) / 2;
    }, 0);
  };
  const options = { attributes, order: 8 };
  expect(exactPicture(scene, picture, options).image[0]).toBeCloseTo(share(positions), 9);
  const gradient = exactGradient(scene, picture, upstream, options);
  expect(relativeError(gradient.positions, differences(positions, share))).toBeLessThan(1e-8);
});

// Along a path from −δ to δ the picture of many samples changes by the integral of the exact gradient, 12 steps of the midpoint
// rule, and 24 for a chair, whose thin faces come and go. An edge of n pixels crosses 1/64-pixel samples with an error near
// √n·64^−1.5 = 0.002·√n, against a change of some pixels.
describe('a picture of many samples changes by the gradient along the way', () => {
  it.each([
    ...Object.entries(solids).map(([name, make]) => [name, make, 12] as const),
    [
      'a sphere in front of itself',
      () => together(sphere(2, 0.6), sphere(2, 0.4, [0.2, 0.1, 0.6])),
      12,
    ] as const,
    ['a chair', chair, 24] as const,
  ])('%s', (_, make, steps) => {
    const solid = make();
    const picture = frame({ width: 12, height: 12 });
    const options = { attributes: colorsOf(solid), background: [0.3, -0.2] };
    const upstream = randomUpstream(picture, 2);
    // Smooth, so that no two faces at an edge fold through each other: there the picture itself jumps.
    const direction = solid.vertices.map((value, i) => 0.08 * Math.sin(3 * value + 2 * (i % 3) + 1));
    const moved = (by: number): Solid => ({
      ...solid,
      vertices: solid.vertices.map((value, i) => value + by * direction[i]),
    });
    let expected = 0;
    for (let step = 0; step < steps; step++) {
      const by = (2 * step + 1) / steps - 1;
      const { positions } = exactGradient(sceneOf(moved(by)), picture, upstream, options);
      expected += (2 / steps) * inner(toVertices(positions), direction);
    }
    const [after, before] = [1, -1].map((by) => {
      const { image, silhouette } = supersampledPicture(sceneOf(moved(by)), picture, {
        ...options,
        samples: 64,
      });
      return inner(upstream.image, image) + inner(upstream.silhouette, silhouette);
    });
    expect(Math.abs(after - before - expected)).toBeLessThan(0.02 * Math.abs(expected) + 0.02);
  });
});

describe('what is seen decides', () => {
  const behind = sphere(1, 0.6);
  const before = sphere(1, 0.2, [0.2, 0.35, 0.9]);
  const both = together(behind, before);

  it('an occluder of one colour with what it hides has no gradient', () => {
    const values = new Float64Array(both.vertices.length).fill(0.7);
    const attributes = { values, channels: 3, indices: both.faces, rowStarts: [0] };
    const { positions } = exactGradient(
      sceneOf(both),
      frame(),
      { image: randomUpstream(frame(), 3).image },
      { attributes },
    );
    const largest = positions.reduce((worst, value) => Math.max(worst, Math.abs(value)), 0);
    const hidden = positions.subarray((4 * behind.vertices.length) / 3);
    expect(largest).toBeGreaterThan(1);
    for (const value of hidden) expect(Math.abs(value)).toBeLessThan(1e-12 * largest);
  });

  it('what is hidden has no gradient', () => {
    const small = together(sphere(1, 0.15, [0, 0, -0.1]), sphere(1, 0.5, [0.1, 0.1, 0.6]));
    const { positions } = exactGradient(sceneOf(small), frame(), randomUpstream(frame(), 2), {
      attributes: colorsOf(small),
    });
    expect(positions.subarray(0, 4 * 42).every((value) => value === 0)).toBe(true);
    expect(positions.some((value) => value !== 0)).toBe(true);
  });
});

describe('the error estimate', () => {
  it('bounds the error of a low order', () => {
    const solid = solids['two boxes that cross']();
    const picture = frame({ width: 2, height: 2 });
    const upstream = randomUpstream(picture, 2);
    const gradient = (order: number) =>
      exactGradient(sceneOf(solid), picture, upstream, { attributes: colorsOf(solid), order });
    const exact = gradient(20).positions;
    let last = Infinity;
    for (const order of [2, 3, 4, 6]) {
      const { positions, errorEstimate } = gradient(order);
      const errors = positions.map((value, i) => Math.abs(value - exact[i]));
      const worst = Math.max(...errors);
      expect(worst).toBeLessThanOrEqual(Math.max(...errorEstimate));
      expect(worst).toBeLessThan(last / 5);
      last = worst;
    }
  });
});

describe('exactGradient', () => {
  it('is the same for any order of faces and any split of a batch', () => {
    const { positions, topology, batch } = crumpledSpheres(4, 3);
    const scene = kernelScene({ topology, batch, positions, stride: 4 });
    const picture = frame();
    const silhouette = testNumbers(3 * picture.width * picture.height, 12);
    const whole = exactGradient(scene, picture, { silhouette });
    scene.items.forEach((item, b) => {
      const pixels = picture.width * picture.height;
      const alone = exactGradient({ ...scene, items: [item] }, picture, {
        silhouette: silhouette.subarray(b * pixels, (b + 1) * pixels),
      });
      const [start, end] = [4 * item.vertexStart, 4 * (item.vertexStart + item.vertexCount)];
      expect(alone.positions.subarray(start, end)).toEqual(whole.positions.subarray(start, end));
    });

    const faces = Int32Array.from(
      Array.from({ length: topology.faceCount }, (_, f) => [...topology.faces.subarray(3 * f, 3 * f + 3)])
        .reverse()
        .flat(),
    );
    const shuffled = exactGradient({ ...scene, faces }, picture, { silhouette });
    expect(relativeError(shuffled.positions, whole.positions)).toBeLessThan(1e-12);
  });

  it('takes a loss of its own', () => {
    const solid = solids['a crumpled sphere']();
    const loss = ({ silhouette }: { silhouette: Float64Array }) => ({
      value: silhouette.reduce((sum, share) => sum + (share - 0.5) ** 2, 0),
      gradient: { silhouette: silhouette.map((share) => 2 * (share - 0.5)) },
    });
    const { value, positions } = exactLossGradient(sceneOf(solid), frame(), loss);
    const lossAt = (vertices: Float64Array) =>
      loss(exactPicture(sceneOf({ ...solid, vertices }), frame())).value;
    expect(value).toBe(lossAt(solid.vertices));
    expect(errorAlongDirections(toVertices(positions), solid.vertices, lossAt)).toBeLessThan(1e-8);
  });

  it('says which upstream gradient does not fit', () => {
    const scene = sceneOf(sphere(0, 0.5));
    const call = (upstream: PictureGradient) => () => exactGradient(scene, frame(), upstream);
    expect(call({ silhouette: new Float64Array(3) })).toThrow(ArgumentError);
    expect(call({ silhouette: new Float64Array(3) })).toThrow(
      'upstream.silhouette must have 154 numbers, but has 3',
    );
    expect(call({ image: new Float64Array(154) })).toThrow('upstream.image needs options.attributes');
  });
});
