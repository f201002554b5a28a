// Picture, silhouette, face index and all gradients against NVIDIA Kaolin's rules and formulas (dibr_rasterization: kaolin/csrc/
// render/mesh/rasterization_cuda.cu and dibr_soft_mask_cuda.cu), written out once more in double precision, face by face at every
// pixel, coordinates enlarged a thousand times as there.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookAt, PerspectiveCamera } from '../../../renderer/camera/index.ts';
import { icosphere, Topology } from '../../../renderer/mesh/index.ts';
import { rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

beforeAll(() => useTestBackend());

const channels = 3;
const multiplier = 1000;
const areaEps = 1e-8;
/** Added to squared lengths of edges and, in the gradient, to 1 − p. */
const softEps = 1e-7;

/** Faces that share no corners, as Kaolin takes them. */
interface Faces {
  count: number;
  /** Six numbers a face: x and y of its corners. */
  points: Float64Array;
  /** Three a face. */
  depths: Float64Array;
  /** `channels` a corner. */
  features: Float64Array;
  /** z of the face normal; negative ones are not drawn. */
  normalsZ: Float64Array;
}

interface Options {
  width: number;
  height: number;
  sharpness: number;
  boxSize: number;
  maxFaces: number;
}

interface Drawn {
  image: Float64Array;
  mask: Float64Array;
  index: Int32Array;
}

type Corners = [number, number][];

const cornersOf = ({ points }: Faces, f: number): Corners =>
  [0, 2, 4].map((k) => [multiplier * points[6 * f + k], multiplier * points[6 * f + k + 1]]);

const centerOf = (pixel: number, { width, height }: Options): [number, number] => [
  (multiplier / width) * (2 * (pixel % width) + 1 - width),
  (multiplier / height) * (height - 2 * Math.floor(pixel / width) - 1),
];

/** Lower bounds belong to a box, upper ones do not. */
function inBox(corners: Corners, [px, py]: [number, number], margin: number): boolean {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return (
    px >= Math.min(...xs) - margin &&
    px < Math.max(...xs) + margin &&
    py >= Math.min(...ys) - margin &&
    py < Math.max(...ys) + margin
  );
}

function weightsAt(corners: Corners, [px, py]: [number, number]): number[] {
  const areas = [0, 1, 2].map((k) => {
    const [bx, by] = corners[(k + 1) % 3];
    const [cx, cy] = corners[(k + 2) % 3];
    return (bx - px) * (cy - py) - (by - py) * (cx - px);
  });
  const sum = areas[0] + areas[1] + areas[2];
  const norm = sum + (sum < 0 ? -areaEps : areaEps);
  return areas.map((area) => area / norm);
}

/** What one face near a pixel contributes: its probability, and the derivative of the squared distance with respect to corners. */
function nearFace(corners: Corners, [px, py]: [number, number], sharpness: number) {
  let nearest = Number.POSITIVE_INFINITY;
  let slopes: [corner: number, dx: number, dy: number][] = [];
  for (let k = 0; k < 3; k++) {
    const [x1, y1] = corners[k];
    const [x2, y2] = corners[(k + 1) % 3];
    const a = y2 - y1;
    const b = x1 - x2;
    const c = x2 * y1 - x1 * y2;
    const value = a * px + b * py + c;
    const norm = a * a + b * b + softEps;
    const footX = (b * b * px - a * b * py - a * c) / norm;
    const footY = (a * a * py - a * b * px - b * c) / norm;
    const beyond = (footX - x1) * (footX - x2) + (footY - y1) * (footY - y2) > 0;
    const squared = beyond ? 4 * multiplier ** 2 : (value * value) / norm;
    if (squared < nearest) {
      nearest = squared;
      const byA = (2 * (px * value - squared * a)) / norm;
      const byB = (2 * (py * value - squared * b)) / norm;
      const byC = (2 * value) / norm;
      slopes = [
        [k, byB - y2 * byC, x2 * byC - byA],
        [(k + 1) % 3, y1 * byC - byB, byA - x1 * byC],
      ];
    }
  }
  for (let k = 0; k < 3; k++) {
    const [x, y] = corners[k];
    const squared = (px - x) ** 2 + (py - y) ** 2;
    if (squared < nearest) {
      nearest = squared;
      slopes = [[k, 2 * (x - px), 2 * (y - py)]];
    }
  }
  return { p: Math.exp((-sharpness * nearest) / multiplier ** 2), slopes };
}

function kaolinForward(faces: Faces, options: Options): Drawn {
  const pixels = options.width * options.height;
  const image = new Float64Array(pixels * channels);
  const index = new Int32Array(pixels).fill(-1);
  const mask = Float64Array.from({ length: pixels }, (_, pixel) => {
    const center = centerOf(pixel, options);
    let depth = Number.NEGATIVE_INFINITY;
    for (let f = 0; f < faces.count; f++) {
      const corners = cornersOf(faces, f);
      if (!(faces.normalsZ[f] >= 0) || !inBox(corners, center, 0)) continue;
      const weights = weightsAt(corners, center);
      if (weights.some((weight) => weight < 0)) continue;
      const z = weights.reduce((sum, weight, k) => sum + weight * faces.depths[3 * f + k], 0);
      if (z <= depth) continue;
      depth = z;
      index[pixel] = f;
      for (let c = 0; c < channels; c++) {
        image[channels * pixel + c] = weights.reduce(
          (sum, weight, k) => sum + weight * faces.features[channels * (3 * f + k) + c],
          0,
        );
      }
    }
    if (index[pixel] >= 0) return 1;
    return 1 - heardAt(faces, pixel, options).reduce((product, { p }) => product * (1 - p), 1);
  });
  return { image, mask, index };
}

/** The first K faces whose grown box holds a pixel; back faces too. */
function heardAt(faces: Faces, pixel: number, options: Options) {
  const center = centerOf(pixel, options);
  const heard: (ReturnType<typeof nearFace> & { face: number })[] = [];
  for (let f = 0; f < faces.count && heard.length < options.maxFaces; f++) {
    const corners = cornersOf(faces, f);
    if (!inBox(corners, center, multiplier * options.boxSize)) continue;
    heard.push({ face: f, ...nearFace(corners, center, options.sharpness) });
  }
  return heard;
}

function kaolinBackward(
  faces: Faces,
  options: Options,
  { mask, index }: Drawn,
  imageGradient: Float64Array,
  maskGradient: Float64Array,
  guard = softEps,
) {
  const points = new Float64Array(faces.points.length);
  const features = new Float64Array(faces.features.length);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const f = index[pixel];
    if (f < 0) {
      for (const { face, p, slopes } of heardAt(faces, pixel, options)) {
        const squaredGradient =
          ((-options.sharpness * maskGradient[pixel] * (1 - mask[pixel])) / (1 - p + guard)) * p;
        for (const [corner, dx, dy] of slopes) {
          points[6 * face + 2 * corner] += (squaredGradient * dx) / multiplier;
          points[6 * face + 2 * corner + 1] += (squaredGradient * dy) / multiplier;
        }
      }
      continue;
    }
    const corners = cornersOf(faces, f);
    const weights = weightsAt(corners, centerOf(pixel, options));
    const [[ax, ay], [bx, by], [cx, cy]] = corners;
    // w_b = (s q − n t) / k, w_c = (m t − s p) / k, with p the pixel at its weighted place.
    const [m, p, n, q] = [bx - ax, by - ay, cx - ax, cy - ay];
    const s = weights[1] * m + weights[2] * n;
    const t = weights[1] * p + weights[2] * q;
    const area = m * q - n * p;
    const k = area + (area < 0 ? -areaEps : areaEps);
    const [kb, kc] = [s * q - n * t, m * t - s * p];
    // Derivatives of w_b and w_c by m, n, p, q, s and t, all times k².
    const b = [-q * kb, -t * k + p * kb, n * kb, s * k - m * kb, q * k, -n * k];
    const c = [t * k - q * kc, p * kc, -s * k + n * kc, -m * kc, -p * k, m * k];
    const toCorners = ([dm, dn, dp, dq, ds, dt]: number[]) => [
      -(dm + dn + ds),
      -(dp + dq + dt),
      dm,
      dp,
      dn,
      dq,
    ];
    const [byB, byC] = [toCorners(b), toCorners(c)];
    for (let d = 0; d < channels; d++) {
      const g = imageGradient[channels * pixel + d];
      const feature = [0, 1, 2].map((corner) => faces.features[channels * (3 * f + corner) + d]);
      for (let i = 0; i < 6; i++) {
        const slope = (feature[1] - feature[0]) * byB[i] + (feature[2] - feature[0]) * byC[i];
        points[6 * f + i] += (multiplier * g * slope) / (k * k);
      }
      for (let corner = 0; corner < 3; corner++) {
        features[channels * (3 * f + corner) + d] += g * weights[corner];
      }
    }
  }
  return { points, features };
}

/** The same by the library: every face has corners of its own. */
function ours(faces: Faces, options: Options, imageGradient: Float64Array, maskGradient: Float64Array) {
  const { width, height, ...method } = options;
  const topology = new Topology(
    Int32Array.from({ length: 3 * faces.count }, (_, i) => i),
    3 * faces.count,
  );
  const positions = tf.tensor3d(
    Float32Array.from({ length: 9 * faces.count }, (_, i) => {
      const corner = Math.floor(i / 3);
      return i % 3 === 2 ? faces.depths[corner] : faces.points[2 * corner + (i % 3)];
    }),
    [1, 3 * faces.count, 3],
  );
  const attributes = tf.tensor3d(Float32Array.from(faces.features), [1, 3 * faces.count, channels]);
  const draw = (at: tf.Tensor, values: tf.Tensor) =>
    rasterize(at as tf.Tensor3D, topology, {
      width,
      height,
      attributes: values as tf.Tensor3D,
      cull: true,
      perspectiveCorrect: false,
      method: { type: 'dibr', ...method },
      outputs: ['image', 'silhouette', 'faceIndex'],
    });
  const drawn = draw(positions, attributes);
  const [toPositions, toAttributes] = tf.grads((at, values) => {
    const { image, silhouette } = draw(at, values);
    const ofImage = image.mul(tf.tensor(Float32Array.from(imageGradient), image.shape)).sum();
    return ofImage.add(silhouette.mul(tf.tensor(Float32Array.from(maskGradient), silhouette.shape)).sum());
  })([positions, attributes]);
  return {
    image: drawn.image.dataSync(),
    mask: drawn.silhouette.dataSync(),
    index: drawn.faceIndex.dataSync(),
    points: toPositions.dataSync().filter((_, i) => i % 3 < 2),
    depths: toPositions.dataSync().filter((_, i) => i % 3 === 2),
    features: toAttributes.dataSync(),
  };
}

/** Largest |actual − expected| − relative · |expected|. */
const excess = (actual: ArrayLike<number>, expected: ArrayLike<number>, relative: number): number =>
  Array.from(expected).reduce(
    (worst, value, i) => Math.max(worst, Math.abs(actual[i] - value) - relative * Math.abs(value)),
    0,
  );

function withFeatures(points: number[], depths: number[], seed: number): Faces {
  const count = depths.length / 3;
  const exact = Float64Array.from(points, Math.fround);
  return {
    count,
    points: exact,
    depths: Float64Array.from(depths, Math.fround),
    features: testNumbers(3 * channels * count, seed).map(Math.fround),
    normalsZ: Float64Array.from({ length: count }, (_, f) => {
      const [ax, ay, bx, by, cx, cy] = exact.slice(6 * f, 6 * f + 6);
      return (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    }),
  };
}

/** Triangles of the given size anywhere in the picture and a little outside, half of them seen from behind. */
function scattered(count: number, size: number, seed: number): Faces {
  const numbers = testNumbers(11 * count, seed);
  const faces = Array.from({ length: count }, (_, f) => [...numbers.slice(11 * f, 11 * f + 11)]);
  return withFeatures(
    faces.flatMap(([x, y, ...rest]) => rest.slice(0, 6).map((v, i) => 1.1 * (i % 2 ? y : x) + size * v)),
    faces.flatMap((face) => face.slice(8).map((z) => z - 2)),
    seed,
  );
}

function sphere(level: number): Faces {
  const mesh = icosphere(level, { radii: [0.5, 0.4, 0.45] });
  const camera = new PerspectiveCamera({ fovDegrees: 30, view: lookAt({ eye: [0.7, 0.9, 1.8] }) });
  const rows = camera.projectOnHost(mesh.vertices.dataSync());
  const corners = [...mesh.topology.faces];
  return withFeatures(
    corners.flatMap((v) => [rows[4 * v] / rows[4 * v + 3], rows[4 * v + 1] / rows[4 * v + 3]]),
    corners.map((v) => rows[4 * v + 2]),
    level,
  );
}

const kaolinDefaults = { sharpness: 7000, boxSize: 0.02, maxFaces: 30 };

describe.each<[string, Faces, Options]>([
  ['one face', scattered(1, 0.8, 4), { width: 35, height: 31, ...kaolinDefaults }],
  ['scattered faces', scattered(40, 0.4, 1), { width: 35, height: 31, ...kaolinDefaults }],
  [
    'scattered faces, softer',
    scattered(40, 0.4, 2),
    { width: 31, height: 35, sharpness: 70, boxSize: 0.2, maxFaces: 30 },
  ],
  [
    'more small faces than a pixel hears',
    scattered(80, 0.05, 3),
    { width: 24, height: 24, sharpness: 300, boxSize: 0.5, maxFaces: 7 },
  ],
  [
    'a single one heard',
    scattered(30, 0.2, 5),
    { width: 24, height: 24, sharpness: 20, boxSize: 0.3, maxFaces: 1 },
  ],
  ['no box', scattered(20, 0.4, 6), { width: 24, height: 24, sharpness: 700, boxSize: 0, maxFaces: 30 }],
  ['a sphere', sphere(2), { width: 64, height: 48, ...kaolinDefaults }],
  [
    'a fine sphere, more faces than a pixel hears',
    sphere(3),
    { width: 35, height: 31, sharpness: 70, boxSize: 0.2, maxFaces: 30 },
  ],
  [
    'a face of no area, and its neighbour',
    withFeatures(
      [-0.5, -0.5, 0.5, 0.2, 0.5, 0.2, -0.5, -0.5, 0.5, 0.2, -0.3, 0.6],
      [-1, -2, -1, -1, -1, -2],
      7,
    ),
    { width: 31, height: 31, ...kaolinDefaults },
  ],
])('Kaolin’s results: %s', (_, faces, options) => {
  const pixels = options.width * options.height;
  const imageGradient = testNumbers(channels * pixels, 8).map(Math.fround);
  const maskGradient = testNumbers(pixels, 9).map(Math.fround);

  it('picture, silhouette and face index', () => {
    const expected = kaolinForward(faces, options);
    const actual = ours(faces, options, imageGradient, maskGradient);
    expect(expected.mask.some((value) => value > 0 && value < 1)).toBe(true);
    expect([...actual.index]).toEqual([...expected.index]);
    expect(excess(actual.image, expected.image, 0)).toBeLessThan(2e-5);
    expect(excess(actual.mask, expected.mask, 0)).toBeLessThan(2e-5);
  });

  it('gradients to points and features', () => {
    // As large as those of an IoU loss where a mesh covers a tenth of the picture.
    const [ofImage, ofMask] = [imageGradient, maskGradient].map((values) =>
      values.map((value) => Math.fround((10 * value) / pixels)),
    );
    const expected = kaolinBackward(faces, options, kaolinForward(faces, options), ofImage, ofMask);
    const actual = ours(faces, options, ofImage, ofMask);
    expect(excess(actual.points, expected.points, 1e-4)).toBeLessThan(1e-5);
    expect(excess(actual.features, expected.features, 1e-4)).toBeLessThan(1e-5);
    expect(actual.depths.every((value) => value === 0)).toBe(true);
  });

  it('gradients of any size, but for a guard against 1 − p = 0 that lowers them by 1e-7/(1 − p)', () => {
    const drawn = kaolinForward(faces, options);
    const expected = kaolinBackward(faces, options, drawn, imageGradient, maskGradient, 1e-15);
    const actual = ours(faces, options, imageGradient, maskGradient);
    expect(excess(actual.points, expected.points, 1e-4)).toBeLessThan(1e-5);
  });
});

it('a centre on the right or upper bound of a face is not in it, as in Kaolin', () => {
  // Two faces that touch along x = 0, where a column of centres lies, the left one nearer.
  const faces = withFeatures(
    [-0.7, 0, 0, -0.7, 0, 0.7, 0, -0.7, 0.7, 0, 0, 0.7],
    [-2, -1, -1, -2, -2, -2],
    1,
  );
  const options = { width: 31, height: 35, ...kaolinDefaults };
  const pixels = options.width * options.height;
  const expected = kaolinForward(faces, options);
  const actual = ours(faces, options, new Float64Array(channels * pixels), new Float64Array(pixels));
  expect([...actual.index]).toEqual([...expected.index]);
  expect(
    actual.index.filter((face, pixel) => pixel % options.width === 15 && face === 1).length,
  ).toBeGreaterThan(10);
  expect(excess(actual.mask, expected.mask, 0)).toBeLessThan(2e-5);
});
