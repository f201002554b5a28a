// DIB-R's soft mask against its formula as Kaolin's CUDA kernel computes it, written out once more in double precision: squared
// distance as the smallest of three feet on edges (unless off the segment) and three corners.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookAt, PerspectiveCamera } from '../../../renderer/camera/index.ts';
import { icosphere, Topology } from '../../../renderer/mesh/index.ts';
import { rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

beforeAll(() => useTestBackend());

type Point = readonly [number, number];

function squaredDistance([px, py]: Point, corners: readonly Point[]): number {
  const feet = corners.map(([x1, y1], k) => {
    const [x2, y2] = corners[(k + 1) % 3];
    const a = y2 - y1;
    const b = x1 - x2;
    const c = x2 * y1 - x1 * y2;
    const norm = a * a + b * b;
    const footX = (b * b * px - a * b * py - a * c) / norm;
    const footY = (a * a * py - a * b * px - b * c) / norm;
    const beyond = (footX - x1) * (footX - x2) + (footY - y1) * (footY - y2) > 0;
    return beyond ? Number.POSITIVE_INFINITY : (a * px + b * py + c) ** 2 / norm;
  });
  return Math.min(...feet, ...corners.map(([x, y]) => (px - x) ** 2 + (py - y) ** 2));
}

function kaolinMask(
  corners: readonly (readonly Point[])[],
  covered: (pixel: number) => boolean,
  width: number,
  height: number,
  { sharpness, boxSize, maxFaces }: { sharpness: number; boxSize: number; maxFaces: number },
): Float64Array {
  return Float64Array.from({ length: width * height }, (_, pixel) => {
    if (covered(pixel)) return 1;
    const px = (2 * (pixel % width) + 1 - width) / width;
    const py = (height - 2 * Math.floor(pixel / width) - 1) / height;
    let survival = 1;
    let heard = 0;
    for (const face of corners) {
      const xs = face.map(([x]) => x);
      const ys = face.map(([, y]) => y);
      const outside =
        px < Math.min(...xs) - boxSize ||
        px >= Math.max(...xs) + boxSize ||
        py < Math.min(...ys) - boxSize ||
        py >= Math.max(...ys) + boxSize;
      if (outside) continue;
      survival *= 1 - Math.exp(-sharpness * squaredDistance([px, py], face));
      if (++heard === maxFaces) break;
    }
    return 1 - survival;
  });
}

const sphere = () => {
  const mesh = icosphere(3, { radii: [0.5, 0.4, 0.45] });
  const camera = new PerspectiveCamera({ fovDegrees: 30, view: lookAt({ eye: [0.7, 0.9, 1.8] }) });
  return { topology: mesh.topology, positions: camera.project(mesh.vertices.expandDims(0) as tf.Tensor3D) };
};

describe.each([
  [35, 31],
  [64, 64],
])('on a sphere of 642 vertices at %i×%i', (width, height) => {
  it.each([
    [70, 0.02],
    [70, 0.2],
    [7000, 0.02],
    [7000, 0.2],
  ])('equals the formula with sharpness %d and box %d', (sharpness, boxSize) => {
    const { positions, topology } = sphere();
    const options = { sharpness, boxSize, maxFaces: 30 };
    const { silhouette, faceIndex } = rasterize(positions, topology, {
      width,
      height,
      method: { type: 'dibr', ...options },
      outputs: ['silhouette', 'faceIndex'],
    });
    const rows = positions.dataSync();
    const point = (v: number): Point => [rows[4 * v] / rows[4 * v + 3], rows[4 * v + 1] / rows[4 * v + 3]];
    const corners = Array.from({ length: topology.faceCount }, (_, f) =>
      [0, 1, 2].map((k) => point(topology.faces[3 * f + k])),
    );
    const faces = faceIndex.dataSync();
    const expected = kaolinMask(corners, (pixel) => faces[pixel] >= 0, width, height, options);
    const actual = silhouette.dataSync();
    let worst = 0;
    let soft = 0;
    expected.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - actual[i]));
      if (value > 0.01 && value < 0.99) soft++;
    });
    expect(worst).toBeLessThan(2e-5);
    expect(soft).toBeGreaterThan(5);
  });
});

describe('the soft band', () => {
  const triangle = new Topology(Int32Array.of(0, 1, 2), 3);
  const silhouetteOf = (corners: number[], cull: boolean) =>
    rasterize(tf.tensor3d(corners, [1, 3, 3]), triangle, {
      width: 40,
      height: 40,
      cull,
      method: { type: 'dibr', sharpness: 100, boxSize: 0.3 },
      outputs: ['silhouette'],
    }).silhouette;

  it('surrounds back faces too: culling takes away the surface, not the band', () => {
    const clockwise = [-0.5, -0.5, -1, 0, 0.5, -1, 0.5, -0.5, -1];
    const shown = silhouetteOf(clockwise, false).dataSync();
    const culled = silhouetteOf(clockwise, true).dataSync();
    shown.forEach((value, i) => {
      if (value < 1) expect(culled[i]).toBe(value);
    });
    expect(Math.min(...culled.filter((_, i) => shown[i] === 1))).toBeLessThan(1);
    expect(Math.max(...culled)).toBeLessThanOrEqual(1);
  });

  it('pulls a vertex towards wanted pixels and away from unwanted ones', () => {
    const corners = tf.tensor3d([-0.5, -0.5, -1, 0.5, -0.5, -1, 0, 0.5, -1], [1, 3, 3]);
    const gradient = tf
      .grad((positions) =>
        rasterize(positions as tf.Tensor3D, triangle, {
          width: 40,
          height: 40,
          method: { type: 'dibr', sharpness: 100, boxSize: 0.3 },
          outputs: ['silhouette'],
        }).silhouette.sum(),
      )(corners)
      .dataSync();
    expect(gradient[7]).toBeGreaterThan(1);
    expect(gradient[1]).toBeLessThan(-1);
    expect(gradient[0]).toBeLessThan(-1);
    expect(gradient[3]).toBeGreaterThan(1);
    expect([gradient[2], gradient[5], gradient[8]]).toEqual([0, 0, 0]);
  });
});

describe('options beyond Kaolin', () => {
  const faces = Array.from(testNumbers(60 * 9, 3), (value, i) => (i % 3 === 2 ? -1 : 0.9 * value));
  const maskOf = (corners: number[], options: object) =>
    rasterize(
      tf.tensor3d(corners, [1, corners.length / 3, 3]),
      new Topology(
        Int32Array.from({ length: corners.length / 3 }, (_, i) => i),
        corners.length / 3,
      ),
      {
        width: 32,
        height: 32,
        cull: true,
        method: { type: 'dibr', sharpness: 60, boxSize: 0.4, ...options },
        outputs: ['silhouette'],
      },
    ).silhouette.dataSync();
  // Seen from behind, so that culling leaves the band alone.
  const small = faces.map((value, i) => {
    const start = i - (i % 9);
    return i % 3 === 2 ? value : faces[start + (i % 3)] + 0.05 * value;
  });
  const reversed = Array.from({ length: 60 }, (_, f) => small.slice(9 * (59 - f), 9 * (60 - f))).flat();
  const difference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

  it('the first faces depend on their order, the nearest do not', () => {
    const both = (options: object) => difference(maskOf(small, options), maskOf(reversed, options));
    expect(both({ maxFaces: 3 })).toBeGreaterThan(0.1);
    expect(both({ maxFaces: 3, order: 'nearest' })).toBeLessThan(1e-6);
    expect(both({ maxFaces: 'all' })).toBeLessThan(1e-6);
  });

  it('the nearest three come closer to all than the first three', () => {
    const all = maskOf(small, { maxFaces: 'all' });
    expect(maskOf(small, { maxFaces: 60 })).toEqual(all);
    const [first, nearest] = ['index', 'nearest'].map((order) =>
      difference(maskOf(small, { maxFaces: 3, order }), all),
    );
    expect(nearest).toBeLessThan(first);
  });

  it('the automatic box ends where nothing is left to cut off', () => {
    const corners = [-0.2, -0.2, -1, 0.2, -0.2, -1, 0, 0.2, -1];
    const sharpness = 60;
    // Straight down from the lower edge.
    const smallest = (options: object) => {
      const mask = maskOf(corners, { sharpness, ...options });
      return Math.min(...mask.filter((value, i) => i % 32 === 16 && i >= 512 && value > 0));
    };
    expect(smallest({ boxSize: 0.1 })).toBeGreaterThan(0.2);
    expect(smallest({ boxSize: 'auto' })).toBeLessThan(1e-6);
    expect(
      difference(maskOf(corners, { sharpness, boxSize: 'auto' }), maskOf(corners, { sharpness, boxSize: 5 })),
    ).toBeLessThan(1e-7);
  });
});
