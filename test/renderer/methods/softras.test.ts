// SoftRas and PyTorch3D's variant against their formulas, written out once more in double precision from the sources:
// soft_rasterize_cuda_kernel.cu of SoftRas; rasterize_meshes_cpu.cpp, geometry_utils.h and blending.py of PyTorch3D.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookAt, PerspectiveCamera } from '../../../renderer/camera/index.ts';
import { ArgumentError } from '../../../renderer/errors.ts';
import { icosphere, Topology } from '../../../renderer/mesh/index.ts';
import {
  type MethodOptions,
  methods,
  registerMethod,
  resolveMethod,
} from '../../../renderer/methods/index.ts';
import { type RasterizeOptions, rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { crumpledSpheres, positionsTensor, relativeError } from '../scenes.ts';

beforeAll(() => useTestBackend());

type Point = readonly [number, number];

/** A corner as the sources have it: image-plane position, and distance in front of the camera. */
interface Corner {
  x: number;
  y: number;
  z: number;
  color: number[];
}

const cross = ([ax, ay]: Point, [bx, by]: Point) => ax * by - ay * bx;

function toSegment([px, py]: Point, a: Corner, b: Corner): number {
  const [ex, ey] = [b.x - a.x, b.y - a.y];
  const t = Math.min(1, Math.max(0, ((px - a.x) * ex + (py - a.y) * ey) / (ex * ex + ey * ey)));
  return (a.x + t * ex - px) ** 2 + (a.y + t * ey - py) ** 2;
}

/** Image-plane weights by Cramer's rule. */
function planarWeights([px, py]: Point, [a, b, c]: Corner[]): number[] {
  const area = cross([b.x - a.x, b.y - a.y], [c.x - a.x, c.y - a.y]);
  const wb = cross([px - a.x, py - a.y], [c.x - a.x, c.y - a.y]) / area;
  const wc = cross([b.x - a.x, b.y - a.y], [px - a.x, py - a.y]) / area;
  return [1 - wb - wc, wb, wc];
}

const mix = (weights: number[], face: Corner[], c: number) =>
  weights.reduce((sum, weight, k) => sum + weight * face[k].color[c], 0);

interface Rules {
  distance?: string;
  alpha?: string;
  color?: string;
  sigma: number;
  gamma: number;
  near: number;
  far: number;
  facesPerPixel?: number;
}

const background = [0.1, 0.9];

/** One pixel of SoftRas: colours, then α. */
function softrasPixel(p: Point, faces: Corner[][], rules: Rules): number[] {
  const { distance = 'euclidean', alpha = 'product', color = 'softmax', sigma, gamma, near, far } = rules;
  const threshold = Math.log(1 / 1e-4 - 1) * sigma;
  const epsilon = 1e-3;
  let product = 1;
  let sum = 0;
  let any = 0;
  const layers: { weight: number; level: number; depth: number; inside: boolean; colors: number[] }[] = [];
  for (const face of faces) {
    const r = Math.sqrt(threshold);
    const [xs, ys] = [face.map(({ x }) => x), face.map(({ y }) => y)];
    if (p[0] > Math.max(...xs) + r || p[0] < Math.min(...xs) - r) continue;
    if (p[1] > Math.max(...ys) + r || p[1] < Math.min(...ys) - r) continue;
    const w = planarWeights(p, face);
    const inside = w.every((weight) => weight >= 0 && weight <= 1);
    let d = 1;
    if (distance === 'hard') {
      if (!inside) continue;
    } else {
      const least = Math.min(...w);
      const away = Math.min(...[0, 1, 2].map((k) => toSegment(p, face[k], face[(k + 1) % 3])));
      const signed = distance === 'barycentric' ? Math.sign(least) * least ** 2 : inside ? away : -away;
      if (-signed >= threshold) continue;
      d = 1 / (1 + Math.exp(-signed / sigma));
    }
    product *= 1 - d;
    sum += d;
    if (d > 0.5) any = 1;
    const bounded = w.map((weight) => Math.min(1, Math.max(0, weight)));
    const total = bounded.reduce((a, b) => a + b);
    const clipped = bounded.map((weight) => weight / total);
    const depth = 1 / clipped.reduce((s, weight, k) => s + weight / face[k].z, 0);
    if (depth < near || depth > far) continue;
    const colors = background.map((_, c) => mix(clipped, face, c));
    layers.push({ weight: d, level: (far - depth) / (far - near), depth, inside, colors });
  }
  const opacity = { product: 1 - product, sum: sum / faces.length, hard: any }[alpha]!;
  if (color === 'hard') {
    const [front] = layers.filter(({ inside }) => inside).sort((a, b) => a.depth - b.depth);
    return [...(front ? front.colors : background), opacity];
  }
  const highest = Math.max(epsilon, ...layers.map(({ level }) => level));
  const all = [
    { share: Math.exp((epsilon - highest) / gamma), colors: background },
    ...layers.map(({ weight, level, colors }) => ({
      share: weight * Math.exp((level - highest) / gamma),
      colors,
    })),
  ];
  const whole = all.reduce((s, { share }) => s + share, 0);
  return [
    ...background.map((_, c) => all.reduce((s, { share, colors }) => s + share * colors[c], 0) / whole),
    opacity,
  ];
}

/** One pixel of PyTorch3D: the K nearest, then softmax_rgb_blend. */
function pytorch3dPixel(
  p: Point,
  faces: Corner[][],
  { sigma, gamma, near, far, facesPerPixel }: Rules,
): number[] {
  const blur = Math.log(1 / 1e-4 - 1) * sigma;
  const epsilon = 1e-10;
  const fragments = faces
    .flatMap((face) => {
      const planar = planarWeights(p, face);
      const away = Math.min(...[0, 1, 2].map((k) => toSegment(p, face[k], face[(k + 1) % 3])));
      const inside = planar.every((weight) => weight > 0);
      if (!inside && away >= blur) return [];
      // Perspective correction by products of the other two depths, then clipping.
      const [a, b, c] = face;
      const tops = [planar[0] * b.z * c.z, planar[1] * a.z * c.z, planar[2] * a.z * b.z];
      const bottom = Math.max(tops[0] + tops[1] + tops[2], 1e-8);
      const positive = tops.map((top) => Math.max(0, top / bottom));
      const total = Math.max(
        1e-5,
        positive.reduce((s, weight) => s + weight),
      );
      const weights = positive.map((weight) => weight / total);
      const z = weights.reduce((s, weight, k) => s + weight * face[k].z, 0);
      const colors = background.map((_, c) => mix(weights, face, c));
      return [{ z, distance: inside ? -away : away, colors }];
    })
    .sort((one, other) => one.z - other.z)
    .slice(0, facesPerPixel);
  const probabilities = fragments.map(({ distance }) => 1 / (1 + Math.exp(distance / sigma)));
  const levels = fragments.map(({ z }) => (far - z) / (far - near));
  const highest = Math.max(epsilon, ...levels);
  const numbers = probabilities.map(
    (probability, j) => probability * Math.exp((levels[j] - highest) / gamma),
  );
  const delta = Math.max(epsilon, Math.exp((epsilon - highest) / gamma));
  const denominator = numbers.reduce((s, number) => s + number, delta);
  return [
    ...background.map(
      (color, c) =>
        (delta * color + numbers.reduce((s, number, j) => s + number * fragments[j].colors[c], 0)) /
        denominator,
    ),
    1 - probabilities.reduce((product, probability) => product * (1 - probability), 1),
  ];
}

const size = { width: 23, height: 19 };
const colors = Float32Array.from(testNumbers(18 * 2, 4));

/** A crumpled sphere as tensors, and as the sources have it. */
function subject(seed: number, stride: 3 | 4) {
  const scene = crumpledSpheres(seed, 1, stride);
  const { positions, topology } = scene;
  const corners = Array.from({ length: topology.vertexCount }, (_, v): Corner => {
    const w = stride === 4 ? positions[4 * v + 3] : 1;
    return {
      x: positions[stride * v] / w,
      y: positions[stride * v + 1] / w,
      z: -positions[stride * v + 2],
      color: [...colors.subarray(2 * v, 2 * v + 2)],
    };
  });
  const faces = Array.from({ length: topology.faceCount }, (_, f) =>
    [0, 1, 2].map((k) => corners[topology.faces[3 * f + k]]),
  );
  return { topology, positions: positionsTensor(scene), faces };
}

/** Image and silhouette in one row a pixel. */
function drawn(
  positions: tf.Tensor3D,
  topology: Topology,
  method: MethodOptions,
  options: Partial<RasterizeOptions> = {},
): tf.Tensor {
  const { image, silhouette } = rasterize(positions, topology, {
    ...size,
    attributes: tf.tensor3d(colors, [1, 18, 2]),
    background,
    method,
    ...options,
    outputs: ['image', 'silhouette'],
  });
  return tf.concat([image, silhouette.expandDims(3)], 3);
}

function expected(faces: Corner[][], pixel: (p: Point, faces: Corner[][]) => number[]): number[] {
  return Array.from({ length: size.width * size.height }, (_, i) => {
    const [row, column] = [Math.floor(i / size.width), i % size.width];
    const p = [
      (2 * column + 1 - size.width) / size.width,
      (size.height - 2 * row - 1) / size.height,
    ] as const;
    return pixel(p, faces);
  }).flat();
}

const rules = { sigma: 1e-3, gamma: 0.02, near: 1, far: 4 };

describe('softras', () => {
  const choices = ['euclidean', 'barycentric', 'hard'].flatMap((distance) =>
    ['product', 'sum', 'hard'].flatMap((alpha) =>
      ['softmax', 'hard'].map((color) => ({ distance, alpha, color })),
    ),
  );

  it.each(choices)('is as in the source for $distance, $alpha, $color', (choice) => {
    for (const seed of [1, 2]) {
      const { topology, positions, faces } = subject(seed, 3);
      const actual = drawn(positions, topology, { type: 'softras', ...rules, ...choice });
      const wanted = expected(faces, (p) => softrasPixel(p, faces, { ...rules, ...choice }));
      expect(relativeError(actual.dataSync(), wanted)).toBeLessThan(2e-5);
    }
  });

  it('leaves out colours, not coverage, of what lies outside near and far', () => {
    const { topology, positions, faces } = subject(3, 3);
    const cut = { ...rules, near: 1.8, far: 2.2 };
    const actual = drawn(positions, topology, { type: 'softras', ...cut }).dataSync();
    const wanted = expected(faces, (p) => softrasPixel(p, faces, cut));
    expect(relativeError(actual, wanted)).toBeLessThan(2e-5);
    const whole = drawn(positions, topology, { type: 'softras', ...rules }).dataSync();
    expect(actual.filter((_, i) => i % 3 === 2)).toEqual(whole.filter((_, i) => i % 3 === 2));
    expect(actual).not.toEqual(whole);
  });
});

describe('pytorch3d', () => {
  it.each([50, 4, 1])('is as in the source for %i faces a pixel', (facesPerPixel) => {
    for (const seed of [1, 2]) {
      const { topology, positions, faces } = subject(seed, 4);
      const method = { type: 'softras', variant: 'pytorch3d', ...rules, facesPerPixel };
      const wanted = expected(faces, (p) => pytorch3dPixel(p, faces, { ...rules, facesPerPixel }));
      expect(relativeError(drawn(positions, topology, method).dataSync(), wanted)).toBeLessThan(2e-5);
    }
  });

  it('measures euclidean distances only', () => {
    const { topology, positions } = subject(1, 4);
    const method = { type: 'softras', variant: 'pytorch3d', distance: 'barycentric' };
    expect(() => drawn(positions, topology, method)).toThrow(
      new ArgumentError(
        'variant "pytorch3d" measures distance "euclidean" only, but distance is "barycentric"',
      ),
    );
  });
});

it('needs a far beyond near', () => {
  const { topology, positions } = subject(1, 4);
  expect(() => drawn(positions, topology, { type: 'softras', near: 3, far: 3 })).toThrow(
    new ArgumentError('far must be greater than near (3), but is 3'),
  );
});

describe.each(['softras', 'pytorch3d'])('%s', (variant) => {
  const method = { type: 'softras', variant, ...rules, facesPerPixel: 6 };

  it('draws and differentiates through a shader as without one', () => {
    const { topology, positions } = subject(5, 4);
    const weights = tf.tensor(Float32Array.from(testNumbers(size.width * size.height * 3, 8)));
    const [plain, shaded] = [undefined, (rows: tf.Tensor2D) => rows.mul(1) as tf.Tensor2D].map((shader) => {
      const value = drawn(positions, topology, method, { shader });
      const gradients = tf.grads((at, values) =>
        drawn(at as tf.Tensor3D, topology, method, { shader, attributes: values as tf.Tensor3D })
          .flatten()
          .mul(weights)
          .sum(),
      )([positions, tf.tensor3d(colors, [1, 18, 2])]);
      return [value, ...gradients].map((tensor) => tensor.dataSync());
    });
    for (const [k, numbers] of shaded.entries()) {
      expect(relativeError(numbers, plain[k])).toBeLessThan(1e-5);
    }
  });

  it('gives the silhouette alone as it gives it beside the image', () => {
    const { topology, positions } = subject(6, 4);
    const alone = rasterize(positions, topology, { ...size, method, outputs: ['silhouette'] }).silhouette;
    const beside = drawn(positions, topology, method).slice([0, 0, 0, 2]);
    expect(relativeError(alone.dataSync(), beside.dataSync())).toBeLessThan(1e-6);
  });

  it('is finite and right for 1000 coincident faces and γ = 1e-5', () => {
    const count = 1000;
    const faces = Int32Array.from({ length: 3 * count }, (_, i) => i);
    const topology = new Topology(faces, 3 * count);
    const corners = [-0.5, -0.5, -2, 0.6, -0.4, -2, 0.1, 0.6, -2];
    const positions = tf.tensor3d(Array.from({ length: count }, () => corners).flat(), [1, 3 * count, 3]);
    const values = tf.tensor3d(
      Array.from({ length: 3 * count }, (_, v) => (Math.floor(v / 3) % 2 === 0 ? 1 : 0)),
      [1, 3 * count, 1],
    );
    const options = {
      width: 16,
      height: 16,
      attributes: values,
      method: { type: 'softras', variant, sigma: 1e-4, gamma: 1e-5, facesPerPixel: count },
      outputs: ['image', 'silhouette'] as const,
    };
    const { image, silhouette } = rasterize(positions, topology, options);
    const shades = image.dataSync();
    const opacities = silhouette.dataSync();
    const face = [0, 1, 2].map((k) => ({ x: corners[3 * k], y: corners[3 * k + 1], z: 2, color: [0] }));
    for (let i = 0; i < shades.length; i++) {
      const p = [(2 * (i % 16) - 15) / 16, (15 - 2 * Math.floor(i / 16)) / 16] as const;
      const away = Math.min(...[0, 1, 2].map((k) => toSegment(p, face[k], face[(k + 1) % 3])));
      const sign = planarWeights(p, face).every((weight) => weight > 0) ? 1 : -1;
      const d = sign < 0 && away >= Math.log(9999) * 1e-4 ? 0 : 1 / (1 + Math.exp((-sign * away) / 1e-4));
      expect(opacities[i]).toBeCloseTo(1 - (1 - d) ** count, 4);
      expect(shades[i]).toBeCloseTo(d > 0 ? 0.5 : 0, 4);
    }
    const gradient = tf.grad((at) => {
      const pictures = rasterize(at as tf.Tensor3D, topology, options);
      return pictures.image.square().sum().add(pictures.silhouette.square().sum());
    })(positions);
    const numbers = gradient.dataSync();
    expect(numbers.every(Number.isFinite)).toBe(true);
    expect(Math.max(...numbers.map(Math.abs))).toBeGreaterThan(0);
  });
});

it('gives a gradient to hidden faces and to depth', () => {
  // A small triangle behind a large one, in another colour, with γ as large as the gap between them.
  const topology = new Topology(Int32Array.of(0, 1, 2, 3, 4, 5), 6);
  const positions = tf.tensor3d(
    [-0.9, -0.8, -2, 0.9, -0.8, -2, 0, 0.9, -2, -0.3, -0.3, -2.2, 0.3, -0.3, -2.2, 0, 0.3, -2.2],
    [1, 6, 3],
  );
  const attributes = tf.tensor3d([1, 1, 1, 0, 0, 0], [1, 6, 1]);
  const gradient = tf.grad((at) =>
    rasterize(at as tf.Tensor3D, topology, {
      width: 32,
      height: 32,
      attributes,
      method: { type: 'softras', near: 1, far: 3, gamma: 0.1 },
      outputs: ['image'],
    }).image.sum(),
  )(positions);
  const numbers = gradient.dataSync();
  // Darker as the dark triangle comes nearer (z grows) or wider; brighter as the bright one does.
  const depths = [0, 1, 2, 3, 4, 5].map((v) => numbers[3 * v + 2]);
  expect(Math.min(...depths.slice(0, 3))).toBeGreaterThan(0);
  expect(Math.max(...depths.slice(3))).toBeLessThan(0);
  expect(numbers[3 * 3]).toBeGreaterThan(0);
  expect(numbers[3 * 4]).toBeLessThan(0);
});

it('has silhouettes whose gradients sum up to the change of area, once the band is wider than a pixel', () => {
  const topology = new Topology(Int32Array.of(0, 1, 2), 3);
  const [a, b, c] = [
    [-0.52, -0.41],
    [0.63, -0.33],
    [-0.07, 0.58],
  ];
  const positions = tf.tensor3d(
    [a, b, c].flatMap(([x, y]) => [x, y, -2]),
    [1, 3, 3],
  );
  const side = 128;
  const gradient = tf.grad((at) =>
    rasterize(at as tf.Tensor3D, topology, {
      width: side,
      height: side,
      method: { type: 'softras' },
      outputs: ['silhouette'],
    })
      .silhouette.sum()
      .mul(4 / side ** 2),
  )(positions);
  const shoelace = [b[1] - c[1], c[0] - b[0], 0, c[1] - a[1], a[0] - c[0], 0, a[1] - b[1], b[0] - a[0], 0];
  expect(
    relativeError(
      gradient.dataSync(),
      shoelace.map((number) => number / 2),
    ),
  ).toBeLessThan(0.02);
});

it('moves a sphere towards the outline of another', () => {
  const { vertices, topology } = icosphere(2, { radii: [0.4, 0.4, 0.4] });
  const camera = new PerspectiveCamera({ fovDegrees: 40, view: lookAt({ eye: [0, 0, 2] }) });
  const silhouette = (moved: tf.Tensor) =>
    rasterize(camera.project(vertices.add(moved).expandDims(0) as tf.Tensor3D), topology, {
      width: 48,
      height: 48,
      method: { type: 'softras' },
      outputs: ['silhouette'],
    }).silhouette;
  const target = silhouette(tf.tensor1d([0.06, -0.04, 0]));
  const gradient = tf
    .grad((moved) => silhouette(moved).sub(target).square().sum())(tf.zeros([3]))
    .dataSync();
  expect(gradient[0]).toBeLessThan(0);
  expect(gradient[1]).toBeGreaterThan(0);
  expect(Math.abs(gradient[2])).toBeLessThan(0.3 * Math.abs(gradient[0]));
});

it('lends its parts to other methods, each with options of its own', () => {
  const softras = methods.get('softras');
  const { options: narrow } = resolveMethod({ type: 'softras' });
  const { options: wide } = resolveMethod({ type: 'softras', sigma: 1e-2 });
  registerMethod({
    ...softras,
    type: 'two-widths',
    options: {},
    image: (frame) => softras.image(frame, narrow),
    silhouette: (frame) => softras.silhouette(frame, wide),
  });
  const test = crumpledSpheres(3);
  const draw = (method: MethodOptions) =>
    rasterize(positionsTensor(test), test.topology, {
      width: 12,
      height: 10,
      attributes: tf.ones([1, 18, 1]) as tf.Tensor3D,
      method,
    });
  const both = draw({ type: 'two-widths' });
  expect(both.image.dataSync()).toEqual(draw({ type: 'softras' }).image.dataSync());
  expect(both.silhouette.dataSync()).toEqual(draw({ type: 'softras', sigma: 1e-2 }).silhouette.dataSync());
});

it('is done at once with faces whose corners lie farther away than columns can be counted', () => {
  const corners = [
    [2145936605184, -1510320504832, 3, 0.000002],
    [-1.300374832784104e24, 2.7042166604441103e23, -1e-6, 1e6],
    [-1372159037944103000, 609563542722445300, -1.9739925861358643, 1],
  ];
  const positions = tf.tensor3d([corners]);
  const { silhouette } = rasterize(positions, new Topology(Int32Array.of(0, 1, 2), 3), {
    width: 64,
    height: 1,
    method: { type: 'softras', distance: 'hard' },
    outputs: ['silhouette'],
  });
  expect(silhouette.isNaN().any().dataSync()[0]).toBe(0);
}, 2000);
