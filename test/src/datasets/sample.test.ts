import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../renderer/errors.ts';
import { type DatasetObject, openDataset, type SampleView, toSample } from '../../../src/datasets/index.ts';

const { camera, split } = await openDataset('furniture-mini');
const objects = split('test').slice(0, 6);

/** Share of `points` that land on a pixel of the view with alpha > 0, or next to one. */
function shareOnSilhouette(points: Float32Array, { image, objectToCamera: m }: SampleView): number {
  const [height, width] = image.shape;
  const focal = 1 / Math.tan((camera.fovDegrees * Math.PI) / 360);
  let hits = 0;
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [0, 4, 8].map(
      (row) => m[row] * points[i] + m[row + 1] * points[i + 1] + m[row + 2] * points[i + 2] + m[row + 3],
    );
    const column = Math.floor((((focal * x) / -z + 1) / 2) * width);
    const row = Math.floor(((1 - (focal * y) / -z) / 2) * height);
    const near = [-1, 0, 1].some((dr) => [-1, 0, 1].some((dc) => image.get(row + dr, column + dc, 3) > 0));
    if (near) hits++;
  }
  return hits / (points.length / 3);
}

/** Mean cosine between normals and the direction to the input camera, over the points that lie nearest to it. */
function meanFacing(points: Float32Array, normals: Float32Array): number {
  const order = Array.from({ length: points.length / 3 }, (_, i) => i).sort(
    (a, b) => points[3 * b + 2] - points[3 * a + 2],
  );
  const nearest = order.slice(0, order.length / 10);
  return nearest.reduce((sum, i) => sum + normals[3 * i + 2], 0) / nearest.length;
}

describe('toSample', () => {
  it.each([false, true])('shows every point where the pictures show it (mirror: %s)', (mirror) => {
    const facing: number[] = [];
    for (const object of objects) {
      for (const inputView of [0, 3]) {
        const sample = toSample(object, inputView, [0, 1, 2, 5, 7], { mirror });
        for (const view of [sample.input, ...sample.supervision]) {
          expect(shareOnSilhouette(sample.points, view), object.id).toBeGreaterThan(0.995);
        }
        facing.push(meanFacing(sample.points, sample.normals!));
      }
    }
    expect(facing.reduce((sum, value) => sum + value) / facing.length).toBeGreaterThan(0.25);
  });

  it('would not, if a mirrored picture kept its camera', () => {
    const shares = objects.flatMap((object) => {
      const mirrored = toSample(object, 0, [1, 2, 5], { mirror: true });
      return toSample(object, 0, [1, 2, 5]).supervision.map(({ objectToCamera }, i) =>
        shareOnSilhouette(mirrored.points, { image: mirrored.supervision[i].image, objectToCamera }),
      );
    });
    expect(Math.min(...shares)).toBeLessThan(0.9);
  });

  it('puts the input camera at (0, 0, distance), looking down −z', () => {
    const { objectToCamera } = toSample(objects[0], 2, []).input;
    const expected = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -camera.distance, 0, 0, 0, 1];
    objectToCamera.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 10);
    });
  });

  it('flips pictures left to right and points about x = 0', () => {
    const object: DatasetObject = {
      ...{ id: 'o', name: '', category: '', license: '', creator: '' },
      views: [
        { image: ndarray(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1, 2, 4]), worldToCamera: rotationAboutY },
      ],
      points: Float32Array.of(0.1, 0.2, 0.3),
      normals: Float32Array.of(0, 0, 1),
    };
    const sample = toSample(object, 0, [0], { mirror: true });
    expect([...sample.input.image.data]).toEqual([5, 6, 7, 8, 1, 2, 3, 4]);
    expect(sample.points[0]).toBeCloseTo(-(0.6 * 0.1 + 0.8 * 0.3), 6);
    expect(sample.points[2]).toBeCloseTo(-0.8 * 0.1 + 0.6 * 0.3, 6);
  });

  it('names a view that the object does not have', () => {
    expect(() => toSample(objects[0], 8, [])).toThrow(ArgumentError);
    expect(() => toSample(objects[0], 0, [9])).toThrow(`view 9 of ${objects[0].id}: expected 0 to 7`);
  });
});

const rotationAboutY = [0.6, 0, 0.8, 0, 0, 1, 0, 0, -0.8, 0, 0.6, -2, 0, 0, 0, 1];
