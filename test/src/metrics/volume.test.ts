import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMesh } from '../../../renderer/io/index.ts';
import { sampleSurface } from '../../../renderer/mesh/index.ts';
import { type PlainMesh, volumetricIou } from '../../../src/metrics/index.ts';
import { packageRoot } from '../../../src/packageRoot.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';
import { box, punctured, reversed, sphere } from '../../renderer/mesh/solids.ts';

await useTestBackend();

function cloud({ vertices, topology }: PlainMesh, count: number) {
  const random = new Random(1);
  return sampleSurface(vertices, topology, count, () => random.uniform());
}

describe('volumetricIou', () => {
  it('is the ratio of volumes of spheres within each other', () => {
    const { iou, cells } = volumetricIou(sphere(0.4), sphere(0.5));
    expect(iou).toBeCloseTo(0.8 ** 3, 1.5);
    // The target fills its cube but for the corners.
    expect(cells.target / 32 ** 3).toBeCloseTo(Math.PI / 6, 2);
    expect(cells.predicted / cells.target).toBeCloseTo(iou, 12);
  });

  it('is exact for boxes whose sides lie between cells', () => {
    // A cube of 4 × 4 × 4 units, one cell a unit: 2 × 4 × 4 units in both, 6 × 4 × 4 in either after a shift by two.
    const a = box([0, 0, 0], [4, 4, 4]);
    const b = box([2, 0, 0], [6, 4, 4]);
    expect(volumetricIou(a, b, { resolution: 6 })).toEqual({
      iou: 2 / 6,
      cells: { predicted: 64, target: 64 },
    });
    expect(volumetricIou(a, a).iou).toBe(1);
    expect(volumetricIou(a, box([5, 5, 5], [9, 9, 9])).iou).toBe(0);
  });

  it('does not depend on place, size or order', () => {
    const a = box([0, 0, 0], [3, 4, 2]);
    const b = box([1, 0, 1], [4, 3, 3]);
    const moved = (mesh: PlainMesh) => ({
      ...mesh,
      vertices: mesh.vertices.map((x, i) => 0.1 * x + (i % 3)),
    });
    const { iou } = volumetricIou(a, b, { resolution: 16 });
    expect(volumetricIou(b, a, { resolution: 16 }).iou).toBe(iou);
    expect(volumetricIou(moved(a), moved(b), { resolution: 16 }).iou).toBeCloseTo(iou, 12);
    // 2 · 3 · 1 of 24 + 18 − 6
    expect(iou).toBeCloseTo(6 / 36, 1.5);
  });

  it('takes meshes with holes, and meshes wound inside out', () => {
    const ball = sphere(0.5);
    const holed = punctured(ball, (_, [x, y, z]) => Math.hypot(x, y, z - 0.5) < 0.15);
    expect(holed.topology.faceCount).toBeLessThan(ball.topology.faceCount);
    expect(volumetricIou(holed, ball).iou).toBeGreaterThan(0.97);
    const sieve = punctured(ball, (face) => face % 5 === 0);
    expect(volumetricIou(sieve, ball).iou).toBeGreaterThan(0.9);
    expect(volumetricIou(reversed(ball), ball).iou).toBe(1);
    expect(volumetricIou(reversed(holed), ball).iou).toBe(volumetricIou(holed, ball).iou);
  });

  it('takes points with normals for the surface that they lie on', async () => {
    const ball = sphere(0.5);
    expect(volumetricIou(cloud(ball, 2000), ball).iou).toBeGreaterThan(0.98);
    const { points, normals } = cloud(ball, 2000);
    const insideOut = { points, normals: normals.map((value) => -value) };
    expect(volumetricIou(insideOut, ball).iou).toBeGreaterThan(0.98);

    const { vertices, topology } = await readMesh(path.join(packageRoot, 'data/furniture-meshes/chair.obj'));
    const chair = { vertices: (await vertices.data()) as Float32Array, topology };
    expect(volumetricIou(cloud(chair, 10_000), chair).iou).toBeGreaterThan(0.9);
    expect(volumetricIou(cloud(chair, 2000), chair).iou).toBeGreaterThan(0.8);
  });

  it('says that a solid is too thin for the grid', () => {
    const sheet = box([0, 0, 0.1], [1, 1, 0.101]);
    expect(volumetricIou(sheet, sheet)).toEqual({ iou: 1, cells: { predicted: 0, target: 0 } });
  });

  it('names what it cannot work with', () => {
    const ball = sphere(1, 0);
    expect(() => volumetricIou(ball, ball, { resolution: 0 })).toThrow('resolution is 0');
    expect(() => volumetricIou(ball, { points: new Float64Array(), normals: new Float64Array() })).toThrow(
      'target has 0 numbers',
    );
  });
});
