import { expect, it } from 'vitest';
import { maskIou, maskOf } from '../../../src/metrics/index.ts';
import { testNumbers } from '../../gradient.ts';

it.each([1, 31, 32, 33, 4096])('is the overlap of %i pixels counted one by one', (pixels) => {
  const [a, b] = [1, 2].map((seed) => testNumbers(pixels, seed).map((x) => 0.5 + 0.6 * x));
  const count = (test: (p: number) => boolean) => Array.from(a.keys()).filter(test).length;
  const both = count((p) => a[p] >= 0.5 && b[p] >= 0.5);
  const either = count((p) => a[p] >= 0.5 || b[p] >= 0.5);
  expect(maskIou(maskOf(a), maskOf(b))).toBe(either > 0 ? both / either : 1);
  expect(maskOf(a).area).toBe(count((p) => a[p] >= 0.5));
});

it('takes no number for not covered, and two empty masks for alike', () => {
  expect(maskOf([Number.NaN, 1]).area).toBe(1);
  expect(maskIou(maskOf([0, 0]), maskOf([0, 0]))).toBe(1);
});

it('refuses masks of different sizes', () => {
  expect(() => maskIou(maskOf([1]), maskOf([1, 1]))).toThrow('a has 1 pixels, but b has 2');
});
