import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levelUp } from '../../../src/captures/bounds.ts';
import { type Capture, openCapture, type PlaceOptions, placeCapture } from '../../../src/captures/index.ts';
import { expectClose, pixelOf } from '../../renderer/camera/cameras.ts';
import { cloud, writeColmapBinary, writeNerfstudio, writeRenderings } from './scene.ts';

let root: string;
let colmap: Capture;
let transforms: Capture;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-'));
  await writeColmapBinary(join(root, 'colmap'));
  await writeNerfstudio(join(root, 'transforms'));
  colmap = await openCapture(join(root, 'colmap'));
  transforms = await openCapture(join(root, 'transforms'));
});

afterAll(() => rm(root, { recursive: true }));

describe('bounds', () => {
  it('of reconstructed points leave the background out', () => {
    const { center, radius } = colmap.bounds!;
    expect(Math.hypot(center[0] - 0.3, center[1] + 0.2, center[2] - 0.5)).toBeLessThan(0.1);
    expect(radius).toBeGreaterThan(0.3);
    expect(radius).toBeLessThan(0.55);
  });

  it('without points are what all cameras look at', async () => {
    await writeRenderings(join(root, 'renderings'));
    const { bounds } = await openCapture(join(root, 'renderings'));
    expectClose(bounds!.center, [0, 0, 0], 1e-9);
    // The nearest stands at 0.7, and half its field of view has a tangent of 32/35/2.
    expect(bounds!.radius).toBeCloseTo(0.7 * Math.sin(Math.atan(32 / 35 / 2)), 9);
    // Wherever the pictures' middles are: axes meet at the target.
    expectClose(transforms.bounds!.center, [0.3, -0.2, 0.5], 1e-9);
  });

  it('up is how the cameras were held', () => {
    expectClose(colmap.up, [0, 1, 0], 1e-9);
    const [single] = colmap.views;
    expectClose(levelUp([single.camera.views[0]]), single.camera.views[0].slice(4, 7), 1e-9);
    expectClose(placeCapture(colmap, { up: [1, 2, 3] }).up, [0, 1, 0]);
  });
});

describe('placeCapture', () => {
  const moved = ({ fromFiles: m }: Capture, [x, y, z]: readonly number[]) =>
    [0, 4, 8].map((row) => m[row] * x + m[row + 1] * y + m[row + 2] * z + m[row + 3]);

  it.each<[PlaceOptions | undefined]>([
    [undefined],
    [{ up: [0, 0, 1] }],
    [{ up: [0, -2, 0] }],
    [{ up: [1, 2, -3] }],
    [{ up: false }],
    [{ bounds: { center: [1, 2, 3], radius: 7 } }],
  ])('shows every point in the same pixel, from its new place: %j', (options) => {
    const placed = placeCapture(colmap, options);
    for (const [i, view] of placed.views.entries()) {
      for (let p = 0; p < 15; p += 3) {
        const point = cloud.slice(p, p + 3);
        const [u, v] = pixelOf(colmap.views[i].camera, view, point);
        expectClose(pixelOf(view.camera, view, moved(placed, point)).slice(0, 2), [u, v], 1e-9);
      }
    }
    const { center, radius } = { ...colmap, ...options }.bounds!;
    expectClose(moved(placed, center), [0, 0, 0]);
    const up = options?.up ?? colmap.up;
    if (up) {
      const length = Math.hypot(...up);
      const top = center.map((value, axis) => value + (radius * up[axis]) / length);
      expectClose(moved(placed, top), [0, 0.5, 0]);
    }
  });

  it('placed again, remembers the files', () => {
    const twice = placeCapture(placeCapture(colmap), {
      bounds: { center: [0.1, 0, 0], radius: 1 },
      up: [1, 0, 0],
    });
    const [point] = [cloud.slice(0, 3)];
    const [u, v] = pixelOf(colmap.views[2].camera, twice.views[2], point);
    expectClose(
      pixelOf(twice.views[2].camera, twice.views[2], moved(twice, point)).slice(0, 2),
      [u, v],
      1e-9,
    );
  });

  it('needs bounds and a direction', () => {
    const lost = { ...transforms, bounds: undefined };
    expect(() => placeCapture(lost)).toThrow(
      'bounds are needed: transforms does not tell where the thing is',
    );
    expect(() => placeCapture(colmap, { bounds: { center: [0, 0, 0], radius: 0 } })).toThrow(
      /radius above 0/,
    );
    expect(() => placeCapture(colmap, { up: [0, 0, 0] })).toThrow('up must be a direction, but is (0, 0, 0)');
  });
});
