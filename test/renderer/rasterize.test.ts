// Conventions of the rasterizer on hand-made cases, and what must hold for every mesh.

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ArgumentError } from '../../renderer/errors.ts';
import type { KernelName } from '../../renderer/kernels/index.ts';
import { icosphere, Topology } from '../../renderer/mesh/index.ts';
import { type RasterizeOptions, rasterize } from '../../renderer/rasterize.ts';
import { useTestBackend } from '../backend.ts';
import { testNumbers } from '../gradient.ts';
import { crumpledSpheres, positionsTensor, relativeError } from './scenes.ts';

beforeAll(() => useTestBackend());

const hard = { type: 'hard' } as const;
const soft = { type: 'dibr', sharpness: 40, boxSize: 0.4 } as const;

/** One mesh of divided positions. */
const flat = (vertices: number[][], faces: number[][]) => ({
  positions: tf.tensor3d([vertices]),
  topology: new Topology(Int32Array.from(faces.flat()), vertices.length),
});

/** Rows of the face index picture. */
function faceRows(
  { positions, topology }: ReturnType<typeof flat>,
  options: Omit<RasterizeOptions, 'outputs'>,
): number[][] {
  const { faceIndex } = rasterize(positions, topology, { ...options, method: hard, outputs: ['faceIndex'] });
  expect(faceIndex.dtype).toBe('int32');
  return (faceIndex.arraySync() as number[][][])[0];
}

describe('pixel centres', () => {
  it('lie at ((2c + 1 − W)/W, (H − 2r − 1)/H), and row 0 is at the top', () => {
    const smallest = (x: number, y: number) =>
      flat(
        [
          [x - 0.01, y - 0.01, -1],
          [x + 0.02, y - 0.01, -1],
          [x - 0.01, y + 0.02, -1],
        ],
        [[0, 1, 2]],
      );
    const [width, height] = [5, 3];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const rows = faceRows(smallest((2 * column + 1 - width) / width, (height - 2 * row - 1) / height), {
          width,
          height,
        });
        expect(rows.flatMap((faces, r) => faces.flatMap((face, c) => (face === 0 ? [[r, c]] : [])))).toEqual([
          [row, column],
        ]);
      }
    }
  });

  it('are inside where they lie exactly on an edge or a corner', () => {
    // Centres of a 4×2 picture: x = ±¼, ±¾; y = ±½.
    const triangle = flat(
      [
        [-0.75, -0.5, -1],
        [0.75, -0.5, -1],
        [-0.75, 0.5, -1],
      ],
      [[0, 1, 2]],
    );
    expect(faceRows(triangle, { width: 4, height: 2 })).toEqual([
      [0, -1, -1, -1],
      [0, 0, 0, 0],
    ]);
  });

  it('on an edge that two faces share go to one of them: no cracks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        // A fan of faces around a point that covers the whole picture, through vertices at random angles.
        const numbers = testNumbers(9, seed);
        const angles = Array.from(numbers.slice(0, 7), (value, i) => (2 * Math.PI * (i + 0.4 * value)) / 7);
        const vertices = [
          [0.7 * numbers[7], 0.7 * numbers[8], -1],
          ...angles.map((angle) => [8 * Math.cos(angle), 8 * Math.sin(angle), -1]),
        ];
        const fan = angles.map((_, i) => [0, 1 + i, 1 + ((i + 1) % 7)]);
        const rows = faceRows(flat(vertices, fan), { width: 32, height: 32 });
        expect(rows.flat().filter((face) => face < 0)).toEqual([]);
      }),
      { numRuns: 40, seed: 1 },
    );
  });
});

describe('the visible face', () => {
  const square = (z: number) => [
    [-2, -2, z],
    [6, -2, z],
    [-2, 6, z],
  ];

  it('is the one with the larger z, and the lowest index where they tie', () => {
    const stack = (...depths: number[]) =>
      flat(
        depths.flatMap(square),
        depths.map((_, i) => [3 * i, 3 * i + 1, 3 * i + 2]),
      );
    expect(faceRows(stack(-3, -1, -2), { width: 2, height: 2 }).flat()).toEqual([1, 1, 1, 1]);
    expect(faceRows(stack(-2, -1, -1), { width: 2, height: 2 }).flat()).toEqual([1, 1, 1, 1]);
  });

  it('ties with the same face however its corners are numbered', () => {
    const corners = [
      [-0.9, -0.83, -1.37],
      [0.92, -0.71, -2.21],
      [0.13, 0.97, -1.73],
    ];
    for (const turned of [
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const rows = faceRows(flat(corners, [[0, 1, 2], turned]), { width: 64, height: 64 });
      expect(rows.flat()).not.toContain(1);
    }
  });

  it('shows both sides unless culled', () => {
    const clockwise = flat(square(-1), [[0, 2, 1]]);
    expect(faceRows(clockwise, { width: 2, height: 2 }).flat()).toEqual([0, 0, 0, 0]);
    expect(faceRows(clockwise, { width: 2, height: 2, cull: true }).flat()).toEqual([-1, -1, -1, -1]);
    const counterClockwise = flat(square(-1), [[0, 1, 2]]);
    expect(faceRows(counterClockwise, { width: 2, height: 2, cull: true }).flat()).toEqual([0, 0, 0, 0]);
  });
});

describe('interpolation', () => {
  // A face that leans away: image plane (−1,−1), (1,−1), (−1,1) at w = 1, 3, 1.
  const leaning = {
    positions: tf.tensor3d([
      [
        [-1, -1, -1, 1],
        [3, -3, -3, 3],
        [-1, 1, -1, 1],
      ],
    ]),
    topology: new Topology(Int32Array.of(0, 1, 2), 3),
  };
  const at = (perspectiveCorrect: boolean) => {
    const drawn = rasterize(leaning.positions, leaning.topology, {
      width: 4,
      height: 4,
      perspectiveCorrect,
      method: hard,
      attributes: tf.tensor3d([[[0], [1], [0]]]),
      outputs: ['image', 'depth', 'barycentrics', 'silhouette'],
    });
    return Object.fromEntries(Object.entries(drawn).map(([name, tensor]) => [name, tensor.dataSync()]));
  };

  it('is linear in space by default', () => {
    // Pixel (row 3, column 1) at (−¼, −¾): image-plane weights ½, ⅜, ⅛, so u = (⅜/3) / (½ + ⅜/3 + ⅛) = 1/6.
    const { image, depth, barycentrics } = at(true);
    expect(image[13]).toBeCloseTo(1 / 6, 6);
    expect(depth[13]).toBeCloseTo(-(5 / 6) - 3 / 6, 6);
    expect([...barycentrics.slice(39, 42)].map((b) => b.toFixed(5))).toEqual([
      '0.66667',
      '0.16667',
      '0.16667',
    ]);
  });

  it('is linear in the picture when asked', () => {
    const { image, depth } = at(false);
    expect(image[13]).toBeCloseTo(3 / 8, 6);
    expect(depth[13]).toBeCloseTo(-1.75, 6);
  });

  it('leaves 0 on the background, or the background colour', () => {
    const { image, depth, barycentrics, silhouette } = at(true);
    expect([image[3], depth[3], silhouette[3], ...barycentrics.slice(9, 12)]).toEqual([0, 0, 0, 0, 0, 0]);
    const { image: onGrey } = rasterize(leaning.positions, leaning.topology, {
      width: 4,
      height: 4,
      method: hard,
      attributes: tf.ones([1, 3, 2]),
      background: [0.25, 0.5],
      outputs: ['image'],
    });
    expect([...onGrey.dataSync().slice(6, 8)]).toEqual([0.25, 0.5]);
    expect([...onGrey.dataSync().slice(26, 28)]).toEqual([1, 1]);
  });

  it('takes attributes with an index buffer of their own', () => {
    const { positions, topology } = flat(
      [
        [-1, -1, -1],
        [1, -1, -1],
        [1, 1, -1],
        [-1, 1, -1],
      ],
      [
        [0, 1, 2],
        [0, 2, 3],
      ],
    );
    const { image } = rasterize(positions, topology, {
      width: 2,
      height: 2,
      method: hard,
      attributes: { values: tf.tensor3d([[[7], [9]]]), indices: Int32Array.of(0, 0, 0, 1, 1, 1) },
      outputs: ['image'],
    });
    expect([...image.dataSync()]).toEqual([9, 7, 7, 7]);
  });

  it('shares the rows of a mesh among its views, and adds up their gradients', () => {
    const test = crumpledSpheres(4, 4);
    const colors = tf.tensor3d(Float32Array.from(testNumbers(2 * 18, 8)), [2, 18, 1]);
    const image = (values: tf.Tensor) =>
      rasterize(positionsTensor(test), test.topology, {
        width: 9,
        height: 7,
        method: hard,
        attributes: values as tf.Tensor3D,
        outputs: ['image'],
      }).image;
    const repeated = (values: tf.Tensor) => tf.gather(values, tf.tensor1d([0, 0, 1, 1], 'int32'));
    expect(image(colors).dataSync()).toEqual(image(repeated(colors)).dataSync());
    const [shared, apart] = [image, (values: tf.Tensor) => image(repeated(values))].map((draw) =>
      tf.grad((values) => draw(values).square().sum())(colors),
    );
    expect(shared.sub(apart).abs().max().dataSync()[0]).toBeLessThan(1e-5);
  });

  it('gives a shader rows, and puts its colours where the rows came from', () => {
    const test = crumpledSpheres(3, 2);
    const colors = tf.tensor3d(Float32Array.from(testNumbers(2 * 18 * 3, 8)), [2, 18, 3]);
    const image = (positions: tf.Tensor, values: tf.Tensor, shaded: boolean) =>
      rasterize(positions as tf.Tensor3D, test.topology, {
        width: 12,
        height: 9,
        method: hard,
        attributes: (shaded ? values : values.mul(2).add(1)) as tf.Tensor3D,
        shader: shaded ? (rows) => rows.mul(2).add(1) as tf.Tensor2D : undefined,
        background: [0.1, 0.2, 0.3],
        outputs: ['image'],
      }).image;
    const upstream = tf.tensor(Float32Array.from(testNumbers(2 * 108 * 3, 9)), [2, 9, 12, 3]);
    const results = [true, false].map((shaded) => {
      const [positions, values] = tf.grads((p, v) => image(p, v, shaded).mul(upstream).sum())([
        positionsTensor(test),
        colors,
      ]);
      return [image(positionsTensor(test), colors, shaded), positions, values].map((t) => t.dataSync());
    });
    results[0].forEach((numbers, k) => {
      numbers.forEach((value, i) => {
        expect(Math.abs(value - results[1][k][i])).toBeLessThan(2e-4);
      });
    });
  });
});

/** Every output and the gradients of all of them at once. */
function everything(positions: tf.Tensor3D, topology: Topology, width: number, height: number, upstream = 1) {
  const options = {
    width,
    height,
    method: soft,
    outputs: ['image', 'silhouette', 'depth', 'barycentrics', 'faceIndex'] as const,
  };
  const colors = tf.ones([1, topology.vertexCount, 2]);
  const draw = (p: tf.Tensor, c: tf.Tensor) =>
    rasterize(p as tf.Tensor3D, topology, { ...options, attributes: c as tf.Tensor3D });
  const values = Object.values(draw(positions, colors));
  const gradients = tf.grads((p, c) => {
    const { image, silhouette, depth, barycentrics } = draw(p, c);
    const parts = [image, silhouette, depth, barycentrics].map((tensor) => tensor.sum());
    return tf.addN(parts).mul(upstream);
  })([positions, colors]);
  return [...values, ...gradients].map((tensor) => tensor.dataSync());
}

describe('nothing becomes NaN or infinite', () => {
  const behind = [0.1, 0.2, 1, -1];
  const onCameraPlane = [0.1, 0.2, 0, 0];
  const good = [
    [-0.5, -0.5, -1, 1],
    [0.5, -0.5, -1, 1],
    [0, 0.5, -1, 1],
  ];
  it.each<[string, number[][], number[][]]>([
    ['a vertex behind the camera', [...good.slice(0, 2), behind], [[0, 1, 2]]],
    ['a vertex on the camera plane', [...good.slice(0, 2), onCameraPlane], [[0, 1, 2]]],
    [
      'a vertex at NaN',
      [...good, [Number.NaN, 0, -1, 1]],
      [
        [0, 1, 3],
        [0, 1, 2],
      ],
    ],
    ['a vertex at infinity', [...good, [Number.POSITIVE_INFINITY, 0, -1, 1]], [[0, 1, 3]]],
    [
      'a face that is a line',
      [
        [-0.5, -0.5, -1, 1],
        [0, 0, -1, 1],
        [0.5, 0.5, -1, 1],
      ],
      [[0, 1, 2]],
    ],
    ['a face that is a point', [good[0], good[0], good[0]], [[0, 1, 2]]],
    ['a face that repeats a vertex', good, [[0, 1, 1]]],
    [
      'a sliver',
      [
        [-0.5, -0.5, -1, 1],
        [0.5, 0.5 + 1e-7, -1, 1],
        [0.5, 0.5, -2, 2],
      ],
      [[0, 1, 2]],
    ],
    [
      'coincident faces',
      good,
      [
        [0, 1, 2],
        [0, 1, 2],
        [2, 1, 0],
      ],
    ],
    [
      'a face far larger than the picture',
      [
        [-1e6, -1e6, -1, 1],
        [1e6, -1e6, -1, 1],
        [0, 1e7, -1, 1],
      ],
      [[0, 1, 2]],
    ],
    ['a mesh without faces', good, []],
  ])('%s', (_, vertices, faces) => {
    const topology = new Topology(Int32Array.from(faces.flat()), vertices.length);
    for (const [width, height] of [
      [8, 8],
      [1, 1],
      [5, 3],
    ]) {
      for (const upstream of [1, 0]) {
        for (const numbers of everything(tf.tensor3d([vertices]), topology, width, height, upstream)) {
          expect(numbers.every(Number.isFinite)).toBe(true);
        }
      }
    }
  });

  it('a mesh without vertices', () => {
    const { silhouette, faceIndex } = rasterize(tf.zeros([1, 0, 4]), new Topology(new Int32Array(0), 0), {
      width: 3,
      height: 2,
      outputs: ['silhouette', 'faceIndex'],
    });
    expect([...silhouette.dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...faceIndex.dataSync()]).toEqual([-1, -1, -1, -1, -1, -1]);
  });

  it('a very long picture', () => {
    const { vertices, topology } = icosphere(1, { center: [0, 0, -2] });
    for (const numbers of everything(vertices.expandDims(0) as tf.Tensor3D, topology, 4096, 1)) {
      expect(numbers.every(Number.isFinite)).toBe(true);
    }
  });

  it('and faces that are left out leave the others as they are', () => {
    const vertices = [...good, [Number.NaN, 0.2, 1, 1]];
    const draw = (faces: number[][]) =>
      rasterize(tf.tensor3d([vertices]), new Topology(Int32Array.from(faces.flat()), 4), {
        width: 9,
        height: 9,
        method: soft,
        outputs: ['silhouette'],
      }).silhouette.dataSync();
    expect(
      draw([
        [0, 1, 2],
        [1, 3, 2],
      ]),
    ).toEqual(draw([[0, 1, 2]]));
  });
});

describe('every mesh', () => {
  const numbersOf = (seed: number, items: number[], stride: 3 | 4 = 4, kernel?: KernelName) => {
    const test = crumpledSpheres(seed, 3, stride);
    const positions = tf.gather(positionsTensor(test), tf.tensor1d(items, 'int32'));
    const colors = tf.tensor3d(Float32Array.from(testNumbers(18 * 3, 4)), [1, 18, 3]);
    const draw = (p: tf.Tensor) =>
      rasterize(p as tf.Tensor3D, test.topology, {
        width: 20,
        height: 14,
        method: soft,
        attributes: colors,
        kernel,
      });
    const { image, silhouette } = draw(positions);
    const gradient = tf.grad((p) => {
      const drawn = draw(p);
      return drawn.image.square().sum().add(drawn.silhouette.square().sum());
    })(positions);
    return [image, silhouette, gradient].map((tensor) => Array.from(tensor.dataSync()));
  };

  it('gives the same numbers alone as in a batch, bit for bit', () => {
    const together = numbersOf(11, [0, 1, 2]);
    const apart = [0, 1, 2].map((item) => numbersOf(11, [item]));
    together.forEach((numbers, k) => {
      expect(numbers).toEqual(apart.flatMap((parts) => parts[k]));
    });
  });

  it('gives the same numbers on the wasm and cpu back ends, bit for bit where the kernels are the same', async () => {
    const numbers = () => [numbersOf(12, [0, 1], 4, 'scalar'), numbersOf(12, [0, 1], 3, 'scalar')].flat();
    const compiled = numbersOf(12, [0, 1]);
    const wasm = numbers();
    try {
      await useTestBackend('cpu');
      expect(numbers()).toEqual(wasm);
      numbersOf(12, [0, 1]).forEach((values, k) => {
        expect(relativeError(compiled[k], values)).toBeLessThan(1e-6);
      });
    } finally {
      await useTestBackend();
    }
  });

  it('moves with its pixels: a shift by whole pixels shifts the picture', () => {
    const test = crumpledSpheres(13, 1, 3);
    const silhouetteOf = (dx: number, dy: number) =>
      rasterize(
        positionsTensor(test)
          .mul(tf.tensor1d([0.5, 0.5, 1]))
          .add(tf.tensor1d([dx, dy, 0])),
        test.topology,
        {
          width: 32,
          height: 16,
          method: soft,
          outputs: ['silhouette'],
        },
      ).silhouette.squeeze([0]) as tf.Tensor2D;
    const still = silhouetteOf(0, 0).slice([3, 2], [12, 28]).dataSync();
    // Three columns right is 3 · 2/32, two rows up is 2 · 2/16.
    const shifted = silhouetteOf(6 / 32, 4 / 16)
      .slice([1, 5], [12, 27])
      .arraySync();
    shifted.forEach((row, r) => {
      row.forEach((value, c) => {
        expect(value).toBeCloseTo(still[28 * r + c], 5);
      });
    });
  });

  it('looks the same whatever the order of its faces', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const test = crumpledSpheres(seed);
        const { faces, vertexCount, faceCount } = test.topology;
        const reversed = Int32Array.from(
          faces,
          (_, i) => faces[3 * (faceCount - 1 - Math.floor(i / 3)) + (i % 3)],
        );
        const draw = (topology: Topology) =>
          rasterize(positionsTensor(test), topology, {
            width: 15,
            height: 11,
            attributes: tf.tensor3d(Float32Array.from(testNumbers(18, seed)), [1, 18, 1]),
            method: { ...soft, maxFaces: 1000 },
          });
        const [forward, backward] = [draw(test.topology), draw(new Topology(reversed, vertexCount))];
        for (const name of ['image', 'silhouette'] as const) {
          expect(forward[name].sub(backward[name]).abs().max().dataSync()[0]).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 15, seed: 2 },
    );
  });

  it('leaves no tensor behind but what was asked for', () => {
    const test = crumpledSpheres(14);
    const positions = positionsTensor(test);
    const before = tf.memory().numTensors;
    const drawn = rasterize(positions, test.topology, {
      width: 8,
      height: 8,
      outputs: ['silhouette', 'depth'],
    });
    expect(Object.keys(drawn)).toEqual(['silhouette', 'depth']);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose(drawn);
    tf.grad(
      (p) =>
        rasterize(p as tf.Tensor3D, test.topology, { width: 8, height: 8, outputs: ['silhouette'] })
          .silhouette,
    )(positions).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('looks the same through the reference kernels', () => {
    const test = crumpledSpheres(15, 2);
    const attributes = tf.tensor3d(Float32Array.from(testNumbers(36, 4)), [2, 18, 1]);
    const [scalar, reference] = (['scalar', 'reference'] as const).map((kernel) =>
      rasterize(positionsTensor(test), test.topology, {
        width: 21,
        height: 16,
        kernel,
        attributes,
        method: soft,
      }),
    );
    expect(scalar.image.sub(reference.image).abs().max().dataSync()[0]).toBeLessThan(1e-6);
    expect(scalar.silhouette.sub(reference.silhouette).abs().max().dataSync()[0]).toBeLessThan(2e-6);
  });
});

describe('what is wrong is named', () => {
  const test = crumpledSpheres(1);
  const size = { width: 4, height: 4 };
  const call = (options: object, positions: tf.Tensor = positionsTensor(test)) =>
    rasterize(positions as tf.Tensor3D, test.topology, { ...size, ...options });

  it.each<[object, string]>([
    [{ width: 0 }, 'width must be a whole number from 1 to 16384, but is 0'],
    [{ height: 2.5 }, 'height must be a whole number from 1 to 16384, but is 2.5'],
    [{}, 'the output "image" needs attributes, but none were given'],
    [
      { outputs: ['colour'] },
      'outputs may hold image, silhouette, depth, faceIndex, barycentrics, but hold "colour"',
    ],
    [{ near: Number.NaN }, 'near must be a number of 0 or more, but is NaN'],
    [
      { attributes: tf.zeros([1, 18, 3]), background: [0, Number.NaN, 0] },
      'background[1] must be a finite number, but is NaN',
    ],
    [{ method: 'dibr' }, 'method must be an object with a type, as in { type: "dibr" }, but is "dibr"'],
    [{ method: {} }, 'method needs a type, as in { type: "dibr" }, but its type is undefined'],
    [{ outputs: 'image' }, 'outputs must be a list, as in ["silhouette"], but are "image"'],
    [{ near: '1' }, 'near must be a number of 0 or more, but is "1"'],
    [
      { attributes: tf.zeros([1, 18, 3]), background: 1 },
      'background must be a list of numbers, one a channel, or a picture, but is 1',
    ],
    [{ attributes: [[0, 1]] }, 'attributes must be a tensor, or { values, indices } with a tensor of values'],
    [
      { attributes: tf.zeros([1, 18, 3]), shader: () => undefined },
      'the shader must return [4, channels], a row of colours for each row it was given, but returned undefined',
    ],
    [
      { attributes: { values: tf.zeros([1, 4, 1]), indices: [0, 1, 2] } },
      'attributes.indices must be an Int32Array, but are [object Array]',
    ],
    [
      { attributes: tf.zeros([1, 18, 3]), shader: () => tf.zeros([2, 3]) },
      'the shader must return [4, channels], a row of colours for each row it was given, but returned [2,3]',
    ],
    [{ kernel: 'fast' }, 'kernel must be one of simd, scalar, reference, gpu, but is "fast"'],
    [
      { attributes: tf.zeros([2, 18, 3]) },
      'attributes must have shape [batch, rows, channels] with a batch that divides 1, but have [2,18,3]',
    ],
    [{ attributes: tf.zeros([1, 17, 3]) }, 'attributes have 17 rows, but the topology has 18 vertices'],
    [
      { attributes: { values: tf.zeros([1, 4, 1]), indices: new Int32Array(96).fill(4) } },
      'attributes.indices[0] refers to row 4, but there are 4 rows',
    ],
    [
      { attributes: tf.zeros([1, 18, 3]), background: [1] },
      'background has 1 channels, but the picture has 3',
    ],
  ])('%o', (options, message) => {
    expect(() => call(options)).toThrow(new ArgumentError(message));
  });

  it('positions', () => {
    const at = (shape: [number, number, number], dtype?: 'int32') => () => call({}, tf.zeros(shape, dtype));
    expect(at([1, 18, 2])).toThrow(
      'positions must have shape [batch, vertices, 4], or 3 when divided, but have [1,18,2]',
    );
    expect(at([1, 17, 4])).toThrow('positions have 17 vertices an item, but the topology has 18');
    expect(at([1, 18, 4], 'int32')).toThrow('positions must be float32, but are int32');
    expect(() => call({}, [1] as unknown as tf.Tensor)).toThrow('positions must be a tensor, but are [1]');
    const { faces } = new Topology(Int32Array.of(0, 1, 2), 3);
    expect(() =>
      rasterize(tf.zeros([1, 3, 4]), faces as unknown as Topology, { width: 4, height: 4 }),
    ).toThrow('topology must be a Topology');
  });
});
