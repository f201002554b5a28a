import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../renderer/errors.ts';
import { Random } from '../../../src/tensor/random.ts';

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.uniform());
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('Random', () => {
  it('gives the same numbers for the same seed, on every machine and in every version', () => {
    expect(draw(new Random(7), 3)).toEqual([0.2629738074413357, 0.9310691470185768, 0.9478724799011956]);
    expect(draw(new Random('7').split('weights').split(0), 3)).toEqual([
      0.9768111795057961, 0.15731333507581535, 0.7287451100845259,
    ]);
  });

  it('splits by label, whatever has been drawn from the parent', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), fc.nat(50), (seed, label, drawn) => {
        const parent = new Random(seed);
        draw(parent, drawn);
        expect(draw(parent.split(label), 5)).toEqual(draw(new Random(seed).split(label), 5));
      }),
    );
  });

  it('does not disturb the parent by splitting', () => {
    const [one, other] = [new Random(3), new Random(3)];
    one.split('a').uniform();
    expect(draw(one, 5)).toEqual(draw(other, 5));
  });

  it('keeps streams of neighbouring seeds and labels apart', () => {
    const streams = [
      ...Array.from({ length: 40 }, (_, seed) => new Random(seed)),
      ...Array.from({ length: 40 }, (_, label) => new Random(0).split(label)),
      new Random(0).split('a').split('b'),
      new Random(0).split('b').split('a'),
      new Random(0).split('ab'),
    ].map((random) => draw(random, 500));
    expect(new Set(streams.map(([first]) => first)).size).toBe(streams.length);
    // Correlation of 500 independent pairs has standard deviation 0.045: five of them.
    for (let i = 0; i < streams.length; i++) {
      for (let k = 0; k < i; k++) {
        const products = streams[i].map((value, n) => 12 * (value - 0.5) * (streams[k][n] - 0.5));
        expect(Math.abs(mean(products))).toBeLessThan(5 / Math.sqrt(500));
      }
    }
  });

  it('starts well: first numbers of many seeds are uniform', () => {
    const firsts = Array.from({ length: 4000 }, (_, seed) => new Random(seed).uniform());
    const counts = new Array(20).fill(0);
    for (const value of firsts) counts[Math.floor(20 * value)] += 1;
    const chiSquared = counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
    // 99.99 % quantile for 19 degrees of freedom.
    expect(chiSquared).toBeLessThan(50.8);
  });

  it('draws uniform and normal numbers with their mean and variance', () => {
    const random = new Random('moments');
    const uniform = draw(random, 50_000);
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    expect(mean(uniform.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
    expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true);
    const normal = Array.from({ length: 50_000 }, () => random.normal());
    expect(Math.abs(mean(normal))).toBeLessThan(0.02);
    expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(mean(normal.map((value) => (Math.abs(value) < 1.96 ? 1 : 0)))).toBeCloseTo(0.95, 2);
  });

  it('draws every integer below n alike', () => {
    const random = new Random(1);
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 7000; i++) counts[random.integer(7)] += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
    for (const n of [0, -1, 1.5, Number.NaN]) expect(() => random.integer(n)).toThrow(ArgumentError);
  });

  it('shuffles in place into any order', () => {
    const random = new Random(5);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const key = random.shuffle([0, 1, 2]).join('');
      orders.set(key, (orders.get(key) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
    const typed = Int32Array.from({ length: 9 }, (_, i) => i);
    expect(random.shuffle(typed)).toBe(typed);
    expect([...typed].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('goes on from its state, which survives JSON', () => {
    const random = new Random(9).split('x');
    draw(random, 11);
    const copy = Random.fromState(JSON.parse(JSON.stringify(random.state())));
    expect(draw(copy, 5)).toEqual(draw(random, 5));
    expect(draw(copy.split('y'), 5)).toEqual(draw(random.split('y'), 5));
  });
});
