// Analytic antialiasing against its formulas, written out once more in double precision: which pairs of pixels are blended, by
// how much, and what the ends of the edge between them get. The formulas are those of nvdiffrast's csrc/common/antialias.cu; the
// edge between two pixels is found here by intersecting segments, the neighbour of a face by searching all faces.

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { icosphere, Topology } from '../../../renderer/mesh/index.ts';
import { rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { crumpledSpheres, positionsTensor, relativeError, type TestScene } from '../scenes.ts';

beforeAll(() => useTestBackend());

type Point = readonly [number, number];

interface Visible {
  width: number;
  height: number;
  faces: ArrayLike<number>;
  depth: ArrayLike<number>;
}

/** A picture and the gradients that an upstream gradient gives to its colours and to (X, Y, Z, w). */
function byFormula(
  { topology, positions }: TestScene,
  { width, height, faces, depth }: Visible,
  colors: ArrayLike<number>,
  upstream: ArrayLike<number>,
  channels: number,
) {
  const image = Float64Array.from(colors);
  const colorGradient = Float64Array.from(upstream);
  const positionGradient = new Float64Array(positions.length);
  const triangles = Array.from({ length: topology.faceCount }, (_, f) => [
    ...topology.faces.subarray(3 * f, 3 * f + 3),
  ]);
  /** In pixels, (0, 0) at the lower left corner of the picture. */
  const pointOf = (v: number): Point => [
    ((positions[4 * v] / positions[4 * v + 3] + 1) * width) / 2,
    ((positions[4 * v + 1] / positions[4 * v + 3] + 1) * height) / 2,
  ];
  const side = (a: number, b: number, p: number) => {
    const [[ax, ay], [bx, by], [px, py]] = [a, b, p].map(pointOf);
    return Math.sign((bx - ax) * (py - ay) - (by - ay) * (px - ax));
  };
  const onOutline = (face: number, a: number, b: number) => {
    const third = (f: number) => triangles[f].find((v) => v !== a && v !== b)!;
    const beyond = triangles.findIndex((t, f) => f !== face && t.includes(a) && t.includes(b));
    return beyond < 0 || side(a, b, third(beyond)) === side(a, b, third(face));
  };
  const centerOf = (pixel: number): Point => [
    (pixel % width) + 0.5,
    height - 0.5 - Math.floor(pixel / width),
  ];

  const blendPair = (pixel0: number, pixel1: number) => {
    if (faces[pixel0] === faces[pixel1]) return;
    const nearIs0 = faces[pixel1] < 0 || (faces[pixel0] >= 0 && depth[pixel0] > depth[pixel1]);
    const [near, far] = nearIs0 ? [pixel0, pixel1] : [pixel1, pixel0];
    const [from, to] = [centerOf(near), centerOf(far)];
    const u = from[1] === to[1] ? 0 : 1;
    const ahead = to[u] - from[u];
    const triangle = triangles[faces[near]];
    // The triangle holds the near centre, so going ahead from there one leaves it through one edge.
    const exits = [0, 1, 2].flatMap((k) => {
      const ends = [triangle[(k + 1) % 3], triangle[(k + 2) % 3]];
      const [p1, p2] = ends.map(pointOf);
      const along = (from[1 - u] - p1[1 - u]) / (p2[1 - u] - p1[1 - u]);
      if (!(along >= 0 && along <= 1)) return [];
      const at = p1[u] + along * (p2[u] - p1[u]);
      return [{ ends, p1, p2, distance: (at - from[u]) * ahead }];
    });
    const { ends, p1, p2, distance } = exits.reduce((a, b) => (b.distance > a.distance ? b : a));
    const tooFlat = Math.abs(p2[u] - p1[u]) > Math.abs(p2[1 - u] - p1[1 - u]);
    if (tooFlat || distance > 1.0625 || !onOutline(faces[near], ends[0], ends[1])) return;

    const clamped = Math.min(1, distance);
    const alpha = nearIs0 ? 0.5 - clamped : clamped - 0.5;
    const changed = alpha > 0 ? pixel0 : pixel1;
    let pull = 0;
    for (let c = 0; c < channels; c++) {
      const difference = colors[channels * pixel1 + c] - colors[channels * pixel0 + c];
      const g = upstream[channels * changed + c];
      image[channels * changed + c] += alpha * difference;
      colorGradient[channels * pixel1 + c] += alpha * g;
      colorGradient[channels * pixel0 + c] -= alpha * g;
      pull += g * difference;
    }
    if (distance > 1) return;
    const [x1, y1] = [p1[u] - from[u], p1[1 - u] - from[1 - u]];
    const [x2, y2] = [p2[u] - from[u], p2[1 - u] - from[1 - u]];
    const padded = y2 - y1 + Math.sign(y2 - y1) * 1e-3;
    const crossing = (x1 * (y2 - y1) - y1 * (x2 - x1)) / padded;
    const gradients = [
      [-y2 / padded, -(crossing - x2) / padded],
      [y1 / padded, (crossing - x1) / padded],
    ];
    gradients.forEach((gradient, end) => {
      const [gx, gy] = u === 0 ? gradient : [gradient[1], gradient[0]];
      const row = positions.subarray(4 * ends[end]);
      const toX = (pull * gx * width) / 2 / row[3];
      const toY = (pull * gy * height) / 2 / row[3];
      positionGradient[4 * ends[end]] += toX;
      positionGradient[4 * ends[end] + 1] += toY;
      positionGradient[4 * ends[end] + 3] -= (toX * row[0] + toY * row[1]) / row[3];
    });
  };
  for (let pixel = 0; pixel < width * height; pixel++) {
    if ((pixel + 1) % width > 0) blendPair(pixel, pixel + 1);
    if (pixel >= width) blendPair(pixel, pixel - width);
  }
  return { image, colorGradient, positionGradient };
}

describe.each([1, 2, 3, 4, 5, 6])('on crumpled sphere %i', (seed) => {
  const test = crumpledSpheres(seed);
  const { topology } = test;
  const size = { width: 37, height: 29 };
  const pixels = size.width * size.height;

  it('silhouette and its gradient are those of the formulas', () => {
    const positions = positionsTensor(test);
    const { depth, faceIndex } = rasterize(positions, topology, { ...size, outputs: ['depth', 'faceIndex'] });
    const upstream = testNumbers(pixels, seed).map(Math.fround);
    const faces = faceIndex.dataSync();
    const expected = byFormula(
      test,
      { ...size, faces, depth: depth.dataSync() },
      Array.from(faces, (face) => (face >= 0 ? 1 : 0)),
      upstream,
      1,
    );
    const draw = (moved: tf.Tensor) =>
      rasterize(moved as tf.Tensor3D, topology, {
        ...size,
        method: { type: 'antialias' },
        outputs: ['silhouette'],
      }).silhouette;
    expect(relativeError(draw(positions).dataSync(), expected.image)).toBeLessThan(1e-6);
    const weights = tf.tensor(Float32Array.from(upstream), [1, size.height, size.width]);
    const gradient = tf.grad((moved) => draw(moved).mul(weights).sum())(positions);
    expect(relativeError(gradient.dataSync(), expected.positionGradient)).toBeLessThan(1e-5);
    expect(expected.image.filter((value) => value > 0.01 && value < 0.99).length).toBeGreaterThan(20);
  });

  it('picture and its gradients are those of the formulas, over shading and background', () => {
    const positions = positionsTensor(test);
    const channels = 3;
    const options = {
      ...size,
      attributes: tf.tensor3d(Float32Array.from(testNumbers(18 * channels, seed)), [1, 18, channels]),
      shader: (rows: tf.Tensor2D) => rows.square() as tf.Tensor2D,
      background: [0.3, 0.1, -0.4],
    };
    const drawHard = (moved: tf.Tensor) =>
      rasterize(moved as tf.Tensor3D, topology, { ...options, method: { type: 'hard' }, outputs: ['image'] })
        .image;
    const { depth, faceIndex } = rasterize(positions, topology, { ...size, outputs: ['depth', 'faceIndex'] });
    const upstream = tf.tensor4d(Float32Array.from(testNumbers(pixels * channels, seed + 3)), [
      1,
      size.height,
      size.width,
      channels,
    ]);
    const expected = byFormula(
      test,
      { ...size, faces: faceIndex.dataSync(), depth: depth.dataSync() },
      drawHard(positions).dataSync(),
      upstream.dataSync(),
      channels,
    );
    const draw = (moved: tf.Tensor) =>
      rasterize(moved as tf.Tensor3D, topology, {
        ...options,
        method: { type: 'antialias' },
        outputs: ['image'],
      }).image;
    expect(relativeError(draw(positions).dataSync(), expected.image)).toBeLessThan(1e-6);

    // What reaches positions: through the crossings, and through the colours that shading gives to each pixel.
    const throughColors = tf.grad((moved) =>
      drawHard(moved)
        .mul(tf.tensor4d(Float32Array.from(expected.colorGradient), upstream.shape))
        .sum(),
    )(positions);
    const total = throughColors.dataSync().map((value, i) => value + expected.positionGradient[i]);
    const gradient = tf.grad((moved) => draw(moved).mul(upstream).sum())(positions);
    expect(relativeError(gradient.dataSync(), total)).toBeLessThan(1e-5);
  });
});

/** Alpha of a triangle (x, y, depth) × 3 or of more faces. */
const silhouetteOf = (corners: number[], width: number, height: number, faces = [0, 1, 2]) =>
  rasterize(
    tf.tensor3d(corners, [1, corners.length / 3, 3]),
    new Topology(Int32Array.from(faces), corners.length / 3),
    { width, height, method: { type: 'antialias' }, outputs: ['silhouette'] },
  ).silhouette;

describe('an outline', () => {
  // A tall triangle whose right side is the vertical line x = edge; the picture is 8 pixels wide, pixel 4 from 0 to 0.25.
  const tall = (edge: number) => [edge, -90, -1, edge, 90, -1, -90, 0, -1];

  it.each([
    [0.125, 1, 0.5, 0],
    [0.175, 1, 0.7, 0],
    [0.225, 1, 0.9, 0],
    [0.25, 1, 1, 0],
    [0.275, 1, 1, 0.1],
    [0.375, 1, 1, 0.5],
  ])('at x = %d covers pixels by how far it has come', (edge, before, at, after) => {
    const row = silhouetteOf(tall(edge), 8, 2).dataSync().slice(0, 8);
    [before, at, after].forEach((value, i) => {
      expect(row[3 + i]).toBeCloseTo(value, 6);
    });
  });

  it('moves with the derivative of the covered area', () => {
    const corners = tf.tensor3d([-0.62, -0.71, -1, 0.77, -0.43, -1, 0.12, 0.81, -1], [1, 3, 3]);
    const size = 256;
    const gradient = tf
      .grad((moved) =>
        rasterize(moved as tf.Tensor3D, new Topology(Int32Array.of(0, 1, 2), 3), {
          width: size,
          height: size,
          method: { type: 'antialias' },
          outputs: ['silhouette'],
        }).silhouette.sum(),
      )(corners)
      .dataSync();
    const [x0, y0, , x1, y1, , x2, y2] = corners.dataSync();
    const pixel = (size / 2) ** 2;
    // Of ½ Σ (x_i y_j − x_j y_i) over the corners in turn.
    const ofArea = [y1 - y2, x2 - x1, 0, y2 - y0, x0 - x2, 0, y0 - y1, x1 - x0, 0].map(
      (v) => (v * pixel) / 2,
    );
    expect(relativeError(gradient, ofArea)).toBeLessThan(0.03);
  });

  it('exactly between two pixels changes nothing and gets no gradient; a hair further it does', () => {
    const gradientAt = (edge: number) =>
      tf
        .grad((moved) =>
          rasterize(moved as tf.Tensor3D, new Topology(Int32Array.of(0, 1, 2), 3), {
            width: 8,
            height: 2,
            method: { type: 'antialias' },
            outputs: ['silhouette'],
          }).silhouette.sum(),
        )(tf.tensor3d(tall(edge), [1, 3, 3]))
        .abs()
        .sum()
        .dataSync()[0];
    expect(gradientAt(0.25)).toBe(0);
    expect(gradientAt(0.25001)).toBeGreaterThan(1);
  });
});

describe('edges inside a surface', () => {
  const checkered = (faces: number[], corners: number[]) => {
    const options = {
      width: 16,
      height: 16,
      attributes: {
        values: tf.tensor3d(
          Array.from({ length: faces.length }, (_, i) => Math.floor(i / 3)),
          [1, faces.length, 1],
        ),
        indices: Int32Array.from({ length: faces.length }, (_, i) => i),
      },
      outputs: ['image'] as const,
    };
    const topology = new Topology(Int32Array.from(faces), corners.length / 3);
    const positions = tf.tensor3d(corners, [1, corners.length / 3, 3]);
    const [blended, sharp] = ['antialias', 'hard'].map((type) =>
      rasterize(positions, topology, { ...options, method: { type } }).image.dataSync(),
    );
    return blended.filter((value, i) => Math.abs(value - sharp[i]) > 1e-6).length;
  };
  const square = [-2, -2.1, -1, 2.2, -2, -1, 2, 2, -1, -2, 2, -1];

  it('are left alone where the two faces share their vertices', () => {
    expect(checkered([0, 1, 2, 0, 2, 3], square)).toBe(0);
  });

  it('are blended as outlines where the vertices are doubled', () => {
    const doubled = [...square, ...square.slice(0, 3), ...square.slice(6, 9)];
    expect(checkered([0, 1, 2, 4, 5, 3], doubled)).toBeGreaterThan(10);
  });

  it('are outlines where the surface folds over', () => {
    // The second face lies in front, on the same side of the shared edge 0–1, and ends there.
    const folded = [-2, -0.3, -1, 2, -0.2, -1, 0, 5, -1, 0, 4, -0.5];
    const silhouette = silhouetteOf(folded, 16, 16, [0, 1, 2, 1, 0, 3]).dataSync();
    expect(silhouette.filter((value) => value > 0 && value < 1).length).toBeGreaterThan(5);
  });
});

it('lets a pixel leave the range of the colours when it is blended from several sides', () => {
  // A face around one pixel centre, its edges 0.1 pixels to the right and below and 0.2 to the left: 1 − 0.4 − 0.4 − 0.3.
  const pixel = 2 / 5;
  const corners = [0.1, -0.1, -1, 0.1, 0.35, -1, -0.25, -0.1, -1].map((v, i) => (i % 3 < 2 ? v * pixel : v));
  const values = silhouetteOf(corners, 5, 5).dataSync();
  expect(values[12]).toBeLessThan(-0.05);
  expect(values.filter((value) => value !== 0)).toHaveLength(1);
});

it('finds a sphere back that was moved and scaled, from its silhouette', () => {
  const { vertices, topology } = icosphere(2, { radii: [0.5, 0.5, 0.5] });
  const options = {
    width: 32,
    height: 32,
    method: { type: 'antialias' },
    outputs: ['silhouette'] as const,
  };
  const flat = vertices.expandDims(0) as tf.Tensor3D;
  const draw = (scale: tf.Tensor, shift: tf.Tensor) =>
    rasterize(flat.mul(scale).add(shift.concat(tf.zeros([1]))) as tf.Tensor3D, topology, options).silhouette;
  const target = draw(tf.scalar(1), tf.tensor1d([0, 0]));
  const scale = tf.variable(tf.scalar(1.3));
  const shift = tf.variable(tf.tensor1d([0.21, -0.17]));
  const optimizer = tf.train.adam(0.02);
  for (let step = 0; step < 80; step++) {
    optimizer.minimize(() => draw(scale, shift).sub(target).square().mean() as tf.Scalar);
  }
  expect(scale.dataSync()[0]).toBeCloseTo(1, 1);
  for (const value of shift.dataSync()) expect(Math.abs(value)).toBeLessThan(0.02);
});

it('gives each item of a batch what it gives it alone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
      const test = crumpledSpheres(seed, 2);
      const draw = (positions: tf.Tensor) =>
        rasterize(positions as tf.Tensor3D, test.topology, {
          width: 21,
          height: 16,
          method: { type: 'antialias' },
          outputs: ['silhouette'],
        }).silhouette;
      const gradientOf = tf.grad((positions) => draw(positions).square().sum());
      const together = positionsTensor(test);
      const apart = tf.split(together, 2);
      expect([...draw(together).dataSync()]).toEqual(apart.flatMap((one) => [...draw(one).dataSync()]));
      expect([...gradientOf(together).dataSync()]).toEqual(
        apart.flatMap((one) => [...gradientOf(one).dataSync()]),
      );
    }),
    { numRuns: 10, seed: 13 },
  );
});

it('draws meshes without faces, and leaves the background alone', () => {
  const empty = silhouetteOf([0, 0, -1], 3, 3, []).dataSync();
  expect([...empty]).toEqual(Array(9).fill(0));
});
