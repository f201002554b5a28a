// The kernels on gpu.js against the brute-force ones: random meshes, both forms of positions, both interpolations, batches of
// unequal meshes, and input that is hard on float32. In Node without headless-gl, gpu.js runs them as WebAssembly.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gpuKernels, loadGpuKernels, unloadGpuKernels } from '../../../renderer/kernels/gpu/index.ts';
import type { Fragments, Kernels, Picture, Scene, SoftMaskOptions } from '../../../renderer/kernels/index.ts';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';
import { testNumbers } from '../../gradient.ts';
import { somePictures, someSpheres } from '../arbitrary.ts';
import { crumpledSpheres, interpolated, kernelScene, relativeError, somePicture } from '../scenes.ts';

let gpu: Kernels;
beforeAll(async () => {
  await loadGpuKernels();
  gpu = gpuKernels();
});
afterAll(unloadGpuKernels);

const single = (length: number, seed: number) => testNumbers(length, seed).map(Math.fround);

/** Gradients of everything: to attributes and positions by interpolation, and to positions by weights. */
function interpolationGradients(
  kernels: Kernels,
  scene: Scene,
  picture: Picture,
  fragments: Fragments,
  channels: number,
  offset = 0,
): Float64Array[] {
  const values = single(channels * (scene.positions.length / scene.stride), 4).map((v) =>
    Math.fround(v + offset),
  );
  const rowStarts = scene.items.map((item) => item.vertexStart);
  const upstream = single(fragments.faces.length * channels, 5);
  const gradients = [values.length, scene.positions.length, scene.positions.length].map(
    (length) => new Float64Array(length),
  );
  kernels.interpolateBackward(
    scene,
    picture,
    fragments,
    { values, channels, indices: scene.faces, rowStarts },
    upstream,
    gradients[0],
    gradients[1],
  );
  kernels.weightsBackward(scene, picture, fragments, single(fragments.weights.length, 6), gradients[2]);
  return gradients;
}

/** Mask and gradient of positions. */
function drawMask(
  kernels: Kernels,
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  options: SoftMaskOptions,
  upstream: Float64Array,
): [Float64Array, Float64Array] {
  const mask = new Float64Array(visible.faces.length);
  const state = kernels.softMask(scene, picture, visible, options, mask);
  const gradient = new Float64Array(scene.positions.length);
  kernels.softMaskBackward(scene, picture, state, upstream, gradient);
  return [mask, gradient];
}

it('finds the same faces, weights and interpolated values', () => {
  fc.assert(
    fc.property(someSpheres, somePictures, fc.integer({ min: 1, max: 5 }), (shape, picture, channels) => {
      const scene = kernelScene(crumpledSpheres(shape.seed, shape.batch, shape.stride));
      const found = gpu.findVisible(scene, picture);
      const expected = referenceKernels.findVisible(scene, picture);
      expect(found.faces).toEqual(expected.faces);
      expect(found.itemStarts).toEqual(expected.itemStarts);
      expect(relativeError(found.weights, expected.weights)).toBeLessThan(1e-5);
      const values = single(shape.batch * 18 * channels, shape.seed);
      expect(
        relativeError(
          interpolated(gpu, scene, expected, values, channels),
          interpolated(referenceKernels, scene, expected, values, channels),
        ),
      ).toBeLessThan(1e-6);
    }),
    { numRuns: 30, seed: 5 },
  );
});

it('passes the same gradients to attributes and positions, whatever the offset of the attributes', () => {
  fc.assert(
    fc.property(
      someSpheres,
      somePictures,
      fc.constantFrom(0, 1000),
      fc.integer({ min: 1, max: 5 }),
      ({ seed, batch, stride }, picture, offset, channels) => {
        const scene = kernelScene(crumpledSpheres(seed, batch, stride));
        const visible = referenceKernels.findVisible(scene, picture);
        const [actual, expected] = [gpu, referenceKernels].map((kernels) =>
          interpolationGradients(kernels, scene, picture, visible, channels, offset),
        );
        actual.forEach((gradient, i) => {
          expect(relativeError(gradient, expected[i])).toBeLessThan(1e-5);
        });
      },
    ),
    { numRuns: 30, seed: 6 },
  );
});

it('passes gradients from fragments that come as a list of pixels', () => {
  const scene = kernelScene(crumpledSpheres(12, 2));
  const picture = somePicture();
  const all = referenceKernels.findVisible(scene, picture);
  const kept = [...all.faces.keys()].filter((i) => all.faces[i] >= 0 && i % 3 !== 0);
  const half = picture.width * picture.height;
  const firstItem = kept.filter((i) => i < half).length;
  const list: Fragments = {
    faces: Int32Array.from(kept, (i) => all.faces[i]),
    weights: Float64Array.from(kept.flatMap((i) => [...all.weights.slice(3 * i, 3 * i + 3)])),
    pixels: Int32Array.from(kept),
    itemStarts: Int32Array.of(0, firstItem, kept.length),
  };
  const [actual, expected] = [gpu, referenceKernels].map((kernels) =>
    interpolationGradients(kernels, scene, picture, list, 2),
  );
  actual.forEach((gradient, i) => {
    expect(relativeError(gradient, expected[i])).toBeLessThan(1e-5);
  });
});

/**
 * 1, or 0 for pixels that have two edges of some face at the same distance, to 1e-4 of it: there the nearest point jumps, and with
 * it the gradient, and which side of the jump a pixel is on is up to rounding.
 */
function withoutTies({ positions, stride, faces, items }: Scene, { width, height }: Picture): Float64Array {
  const clear = new Float64Array(items.length * width * height).fill(1);
  const corner = (row: number) => {
    const w = stride === 4 ? positions[4 * row + 3] : 1;
    return [positions[stride * row] / w, positions[stride * row + 1] / w];
  };
  const distance = ([ax, ay]: number[], [bx, by]: number[], px: number, py: number) => {
    const along = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
    const t = Math.min(1, Math.max(0, along));
    return { t, d: Math.hypot(ax + t * (bx - ax) - px, ay + t * (by - ay) - py) };
  };
  items.forEach(({ vertexStart, faceStart, faceCount }, b) => {
    for (let f = faceStart; f < faceStart + faceCount; f++) {
      const [p, q, r] = [0, 1, 2].map((k) => corner(vertexStart + faces[3 * f + k]));
      for (let i = 0; i < width * height; i++) {
        const x = (2 * (i % width) + 1 - width) / width;
        const y = (height - 2 * Math.floor(i / width) - 1) / height;
        const [first, second] = [distance(p, q, x, y), distance(q, r, x, y), distance(r, p, x, y)].sort(
          (one, other) => one.d - other.d,
        );
        // Nearest to a corner, two edges agree, and so do their gradients.
        const atCorner = [0, 1].includes(first.t) && [0, 1].includes(second.t);
        if (!atCorner && second.d - first.d < 1e-4 * second.d) clear[b * width * height + i] = 0;
      }
    }
  });
  return clear;
}

it('draws the same soft masks and passes the same gradients', () => {
  const options = fc.record({
    sharpness: fc.constantFrom(20, 300, 7000),
    boxSize: fc.constantFrom(0, 0.02, 0.3),
    maxFaces: fc.constantFrom(1, 4, 30, Infinity),
    order: fc.constant('index' as const),
  });
  fc.assert(
    fc.property(someSpheres, somePictures, options, ({ seed, batch, stride }, picture, soft) => {
      const scene = kernelScene(crumpledSpheres(seed, batch, stride));
      const visible = referenceKernels.findVisible(scene, picture);
      const clear = withoutTies(scene, picture);
      const upstream = single(visible.faces.length, seed).map((g, i) => g * clear[i]);
      const [[mask, gradient], [expectedMask, expectedGradient]] = [gpu, referenceKernels].map((kernels) =>
        drawMask(kernels, scene, picture, visible, soft, upstream),
      );
      expect(relativeError(mask, expectedMask)).toBeLessThan(1e-5);
      const scale = Math.max(...expectedGradient.map(Math.abs));
      if (scale > 1e-3) expect(relativeError(gradient, expectedGradient)).toBeLessThan(1e-5);
    }),
    { numRuns: 30, seed: 7 },
  );
});

/** Everything there is to know of a scene, as plain numbers. */
function drawAll(kernels: Kernels, scene: Scene, picture: Picture): number[][] {
  const visible = kernels.findVisible(scene, picture);
  const upstream = single(visible.faces.length, 8);
  const soft = { sharpness: 100, boxSize: 0.2, maxFaces: 8, order: 'index' as const };
  return [
    visible.faces,
    visible.weights,
    ...drawMask(kernels, scene, picture, visible, soft, upstream),
    ...interpolationGradients(kernels, scene, picture, visible, 2),
  ].map((all) => [...all]);
}

const sceneOf = (corners: number[][], faces: number[], stride: 3 | 4 = 3): Scene => ({
  positions: Float64Array.from(corners.flat(), Math.fround),
  stride,
  faces: Int32Array.from(faces),
  items: [{ vertexStart: 0, vertexCount: corners.length, faceStart: 0, faceCount: faces.length / 3 }],
});

describe('hard input', () => {
  it('draws meshes of different size in one batch', () => {
    const [first, second] = [crumpledSpheres(31), crumpledSpheres(32)];
    const halfFaces = second.topology.faces.slice(0, 48);
    const scene: Scene = {
      positions: Float64Array.from([...first.positions, ...second.positions]),
      stride: 4,
      faces: Int32Array.from([...first.topology.faces, ...halfFaces]),
      items: [
        { vertexStart: 0, vertexCount: 18, faceStart: 0, faceCount: 32 },
        { vertexStart: 0, vertexCount: 18, faceStart: 0, faceCount: 0 },
        { vertexStart: 18, vertexCount: 18, faceStart: 32, faceCount: 16 },
      ],
    };
    const [actual, expected] = [gpu, referenceKernels].map((kernels) =>
      drawAll(kernels, scene, somePicture()),
    );
    actual.forEach((numbers, i) => {
      expect(relativeError(numbers, expected[i])).toBeLessThan(1e-5);
    });
  });

  it('shows nothing of an empty mesh and of one behind the camera', () => {
    const behind = crumpledSpheres(3);
    for (let v = 3; v < behind.positions.length; v += 4) behind.positions[v] = -1;
    for (const scene of [sceneOf([[0, 0, -1]], []), kernelScene(behind)]) {
      const [faces, weights, mask, ...gradients] = drawAll(gpu, scene, somePicture());
      expect(new Set(faces)).toEqual(new Set([-1]));
      for (const numbers of [weights, mask, ...gradients]) expect(numbers.every((n) => n === 0)).toBe(true);
    }
  });

  it('leaves no crack between faces that share an edge', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -1000, max: 1000 })),
        fc.constantFrom(1000, 700.1, 130),
        fc.integer({ min: 1, max: 64 }),
        (middle, scale, size) => {
          // Four faces around a point fill a square that holds the picture.
          const corners = [[-9, -9], [9, -9], [9, 9], [-9, 9], middle.map((value) => value / scale)].map(
            ([x, y]) => [x, y, -1],
          );
          const fan = sceneOf(corners, [0, 1, 4, 1, 2, 4, 2, 3, 4, 3, 0, 4]);
          const { faces } = gpu.findVisible(fan, somePicture({ width: size, height: size }));
          expect(faces.indexOf(-1)).toBe(-1);
        },
      ),
      { numRuns: 60, seed: 4 },
    );
  });

  it('counts a pixel centre on an edge or corner as inside, and gives ties in depth to the lowest face', () => {
    const picture = somePicture({ width: 8, height: 8 });
    const onCentres = [
      [-0.875, 0.875, -1],
      [-0.875, -0.875, -1],
      [0.875, 0.875, -1],
      [0.875, -0.875, -1],
    ];
    // The same square twice, wound and started differently, the second time split along the other diagonal.
    const scene = sceneOf(onCentres, [1, 2, 0, 2, 1, 3, 0, 1, 2, 3, 2, 1, 0, 1, 3, 3, 2, 0]);
    expect([...gpu.findVisible(scene, picture).faces]).toEqual([
      ...referenceKernels.findVisible(scene, picture).faces,
    ]);
    const tilted = onCentres.map(([x, y], i) => [x, y, -1 - 0.37 * i]);
    const twice = sceneOf(tilted, [0, 1, 2, 1, 2, 0, 2, 1, 0]);
    expect(Math.max(...gpu.findVisible(twice, picture).faces)).toBe(0);
  });

  it('stays finite and exact where coordinates are huge, faces flat or tiny, and pictures long', () => {
    const flatFaces = [
      [0, 0, -1],
      [0.5, 0.5, -1],
      [0.25, 0.25, -1],
      [0.5, -0.5, -1],
      [0.5, -0.5, -1],
      [1e6, 3e5, -2],
      [-2e6, 1e6, -2],
      [3e5, -4e6, -2],
      [0.1, 0.1, -1],
      [0.1 + 1e-6, 0.1, -1],
      [0.1, 0.1 + 1e-6, -1],
    ];
    const scene = sceneOf(flatFaces, [0, 1, 2, 3, 4, 0, 3, 3, 3, 5, 6, 7, 8, 9, 10]);
    for (const [width, height] of [
      [1, 1],
      [16, 16],
      [1, 4096],
      [4096, 1],
    ]) {
      const picture = somePicture({ width, height });
      const [actual, expected] = [gpu, referenceKernels].map((kernels) => drawAll(kernels, scene, picture));
      expect(actual.flat().every(Number.isFinite)).toBe(true);
      expect(actual[0]).toEqual(expected[0]);
      expect(relativeError(actual[1], expected[1])).toBeLessThan(1e-5);
    }
  });

  it('gives nothing of faces with corners that are not finite', () => {
    const scene = sceneOf(
      [
        [0, 0, -1],
        [Number.NaN, 1, -1],
        [1, Infinity, -1],
        [1, 1, -1],
        [1, 0, -1],
      ],
      [0, 1, 3, 0, 2, 3, 0, 4, 3],
    );
    const numbers = drawAll(gpu, scene, somePicture());
    expect(new Set(numbers[0])).toEqual(new Set([-1, 2]));
    expect(numbers.flat().every(Number.isFinite)).toBe(true);
  });
});

describe('loading', () => {
  it('is asked for, and can be undone', async () => {
    await unloadGpuKernels();
    expect(() => gpuKernels()).toThrow('kernel "gpu" must be loaded first: await loadGpuKernels()');
    expect(await loadGpuKernels(await import('gpu.js'))).toBe(await loadGpuKernels());
    gpu = gpuKernels();
    await expect(loadGpuKernels({})).resolves.toBeTypeOf('string');
  });

  it('refuses masks of the nearest faces', () => {
    const scene = kernelScene(crumpledSpheres(1));
    const picture = somePicture();
    const options = { sharpness: 100, boxSize: 0.2, maxFaces: 8, order: 'nearest' as const };
    const visible = gpu.findVisible(scene, picture);
    expect(() => drawMask(gpu, scene, picture, visible, options, new Float64Array(221))).toThrow(
      'kernel "gpu" draws soft masks of the first faces by index or of all faces, not of the nearest',
    );
  });

  it('says which kernels exist when others are asked for', () => {
    const others = Object.keys(referenceKernels).filter(
      (name) => !/visible|interpolate|weights|softMask/i.test(name),
    );
    for (const name of others) {
      expect(() => (gpu[name as keyof Kernels] as () => void)()).toThrow(
        `kernel "gpu" draws the methods "hard" and "dibr" only and has no ${name}`,
      );
    }
  });
});
