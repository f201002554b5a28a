// What a training gets to see, by its options; and that without options it sees the samples themselves.

import fc from 'fast-check';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { lookAt } from '../../../renderer/index.ts';
import { type DatasetObject, toSample } from '../../../src/datasets/sample.ts';
import { Random } from '../../../src/tensor/random.ts';
import { ExampleOrder } from '../../../src/training/exampleOrder.ts';
import { fullSupervision, Supervision, type SupervisionOptions } from '../../../src/training/supervision.ts';

const size = 24;
const viewCount = 8;

/** Every object shows a soft disc from 8 sides. */
const objects: DatasetObject[] = Array.from({ length: 10 }, (_, i) => ({
  id: `object-${i}`,
  name: 'disc',
  category: 'disc',
  license: 'CC0-1.0',
  creator: 'nobody',
  views: Array.from({ length: viewCount }, (_, view) => ({
    image: ndarray(
      Float32Array.from({ length: 4 * size * size }, (_, k) => {
        const [x, y] = [((k >> 2) % size) - 11, Math.floor((k >> 2) / size) - 12];
        return k % 4 < 3 ? 0.5 : Math.min(1, Math.max(0, 8.3 - Math.hypot(x, y)));
      }),
      [size, size, 4],
    ),
    worldToCamera: Array.from(lookAt({ eye: [2 * Math.sin(view), 0.4, 2 * Math.cos(view)] })),
  })),
  points: new Float32Array(30),
}));

const supervision = (options: Partial<SupervisionOptions> = {}, seed = 1) =>
  new Supervision(objects, { ...fullSupervision, ...options }, new Random(seed));

const seen = (of: Supervision, object: DatasetObject, mirror = false, views = [0, 3, 5]) => {
  const sample = toSample(object, views[0], views, { mirror });
  return { sample, shown: of.apply(sample, { object, view: views[0], supervision: views, mirror }) };
};

describe('supervision', () => {
  it('without options is the samples, picture by picture', () => {
    const { sample, shown } = seen(supervision(), objects[0]);
    expect(shown.labelled).toBe(true);
    shown.supervision.forEach(({ image, objectToCamera }, i) => {
      expect(image).toBe(sample.supervision[i].image);
      expect(objectToCamera).toBe(sample.supervision[i].objectToCamera);
    });
  });

  it('knows the surfaces of the share of objects that is asked for, fewer among more', () => {
    const known = (labels3d: number, seed = 1) => {
      const of = supervision({ labels3d }, seed);
      return objects.filter((object) => seen(of, object).shown.labelled).map(({ id }) => id);
    };
    expect([0, 0.01, 0.3, 0.7, 1].map((share) => known(share).length)).toEqual([0, 1, 3, 7, 10]);
    expect(known(0.7)).toEqual(expect.arrayContaining(known(0.3)));
    expect(known(0.3)).toEqual(known(0.3));
    expect(known(0.3, 2)).not.toEqual(known(0.3, 1));
  });

  it('uses no more pictures of an object than there are to be, fewer among more, inputs included', () => {
    const views = (viewsPerObject: SupervisionOptions['viewsPerObject']) =>
      objects.map((object) => supervision({ viewsPerObject }).viewsOf(object));
    expect(views('all')[0]).toHaveLength(viewCount);
    expect(views(100)).toEqual(views('all'));
    expect(views([5, 1, 5])).toEqual(objects.map(() => [1, 5]));
    const [two, five] = [views(2), views(5)];
    two.forEach((chosen, i) => {
      expect(chosen).toHaveLength(2);
      expect(five[i]).toEqual(expect.arrayContaining(chosen));
    });
    expect(new Set(two.map(String)).size).toBeGreaterThan(3);
    expect(() => views([2, 8])).toThrow('names view 8, but object-0 has views 0 to 7');

    const options = { batchSize: 4, views: 2, mirror: false };
    const order = new ExampleOrder(
      objects,
      { ...options, supervision: { ...fullSupervision, viewsPerObject: [2, 6] } },
      new Random(1),
    );
    for (let step = 1; step <= 10; step++) {
      for (const { input, supervision: pictures } of order.step(step).samples) {
        const all = objects.flatMap(({ views: of }) => [of[2].image, of[6].image]);
        for (const { image } of [input, ...pictures]) expect(all).toContain(image);
      }
    }
    expect(() => new ExampleOrder(objects, { ...options, views: 9 }, new Random(1))).toThrow(
      'supervision.views is 9, but object-0 has no more than 8 pictures',
    );
  });

  it('shows masks cut at one half where they are to be hard', () => {
    const { sample, shown } = seen(supervision({ masks: 'hard' }), objects[0]);
    const [before, after] = [sample.supervision[1].image.data, shown.supervision[1].image.data];
    after.forEach((value, k) => {
      expect(value).toBe(k % 4 < 3 ? before[k] : before[k] >= 0.5 ? 1 : 0);
    });
    expect(new Set(before.filter((_, k) => k % 4 === 3)).size).toBeGreaterThan(2);
    expect(shown.input.image).toBe(sample.input.image);
  });

  it('shows the same errors of a picture in every step, others of every picture, mirrored where it is', () => {
    const options = { maskNoise: { boundary: 2, holes: 0.2 }, poseNoise: { degrees: 5, shift: 0.02 } };
    fc.assert(
      fc.property(fc.nat(), fc.nat(9), (seed, i) => {
        const of = supervision(options, seed);
        const { shown } = seen(of, objects[i]);
        const again = seen(supervision(options, seed), objects[i], false, [2, 5, 3]).shown;
        const mask = (picture: typeof shown.input) => picture.image.data.filter((_, k) => k % 4 === 3);
        expect(mask(shown.supervision[1])).toEqual(mask(again.supervision[2]));
        expect(mask(shown.supervision[1])).not.toEqual(mask(shown.supervision[2]));
        expect(mask(shown.supervision[1])).not.toEqual(
          mask(seen(of, objects[(i + 1) % 10]).shown.supervision[1]),
        );
        const mirrored = seen(of, objects[i], true).shown;
        shown.supervision.forEach((picture, k) => {
          const reflected = mirrored.supervision[k].objectToCamera;
          picture.objectToCamera.forEach((value, at) => {
            const sign = (at >> 2 === 0) !== (at % 4 === 0) ? -1 : 1;
            expect(reflected[at]).toBeCloseTo(sign * value, 10);
          });
          const [plain, flipped] = [mask(picture), mask(mirrored.supervision[k])];
          flipped.forEach((value, p) => {
            expect(value).toBe(plain[p - (p % size) + size - 1 - (p % size)]);
          });
        });
      }),
      { numRuns: 10 },
    );
  });

  it('leaves the camera of the input view where it is', () => {
    const { sample, shown } = seen(supervision({ poseNoise: { degrees: 5, shift: 0.02 } }), objects[0]);
    expect(shown.supervision[0].objectToCamera).toBe(sample.supervision[0].objectToCamera);
    expect(shown.supervision[1].objectToCamera).not.toEqual(sample.supervision[1].objectToCamera);
    expect(shown.pictures!.map(({ signs }) => signs[1])).toEqual([0, 1, 1]);
  });

  it('gives every picture of every object a row of its own', () => {
    const of = supervision();
    const rows = objects.flatMap(
      (object) => seen(of, object, false, [0, 1, 2, 3, 4, 5, 6, 7]).shown.pictures!,
    );
    expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: of.pictureCount }, (_, row) => row));
  });
});
