import { describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { lookAt } from '../../../renderer/index.ts';
import type { DatasetObject } from '../../../src/datasets/sample.ts';
import { Random } from '../../../src/tensor/random.ts';
import { chooseViews } from '../../../src/training/viewChoice.ts';

/** An object whose views stand around it at these angles. */
const around = (...degrees: number[]) =>
  ({
    id: 'chair',
    views: degrees.map((azimuth) => {
      const angle = (azimuth * Math.PI) / 180;
      return { worldToCamera: Array.from(lookAt({ eye: [2 * Math.sin(angle), 0, 2 * Math.cos(angle)] })) };
    }),
  }) as unknown as DatasetObject;

const all = [0, 1, 2, 3, 4, 5];
const object = around(0, 40, 180, 95, 270, 350);
const choose = (choice: 'random' | 'nearest' | 'spread', count: number, candidates = all, input = 0) =>
  chooseViews(choice, object, { input, candidates, count }, new Random(5));

describe('views that supervise', () => {
  it('are those nearest to the input view', () => {
    expect(choose('nearest', 3)).toEqual([5, 1, 4]);
    expect(choose('nearest', 2, all, 2)).toEqual([3, 4]);
  });

  it('are spread out: opposite first, then in the middle of the largest gap', () => {
    expect(choose('spread', 1)).toEqual([2]);
    expect(choose('spread', 3)).toEqual([2, 4, 3]);
  });

  it('are random ones, of those that there are', () => {
    expect(choose('random', 5).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(choose('random', 5, [0, 2, 4]).sort()).toEqual([2, 4]);
    const firsts = Array.from({ length: 60 }, (_, seed) =>
      chooseViews('random', object, { input: 0, candidates: all, count: 1 }, new Random(seed)).at(0),
    );
    expect(new Set(firsts)).toEqual(new Set([1, 2, 3, 4, 5]));
  });

  it('are never the input view, and no more than there are', () => {
    for (const choice of ['random', 'nearest', 'spread'] as const) {
      expect(choose(choice, 20).sort()).toEqual([1, 2, 3, 4, 5]);
      expect(choose(choice, 0)).toEqual([]);
    }
  });

  it('need cameras unless they are random; one whose file is bad comes last', () => {
    const views = object.views.map((view, i) => (i === 5 ? { image: view.image } : view));
    const blind = { ...object, views } as DatasetObject;
    const nearest = (of: DatasetObject) =>
      chooseViews('nearest', of, { input: 0, candidates: all, count: 5 }, new Random(5));
    expect(() => nearest(blind)).toThrow('view 5 of chair has no camera');
    const damaged = [...object.views];
    damaged[1] = {
      get worldToCamera(): number[] {
        throw new FileError('cameras.json', 'cut off');
      },
    } as DatasetObject['views'][number];
    expect(nearest({ ...object, views: damaged })).toEqual([5, 4, 3, 2, 1]);
  });
});
