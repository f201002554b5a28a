// Numbers as colours: the ends and the middle of viridis, and an order that shows in grey.

import { expect, it } from 'vitest';
import { rampColor, rampStops } from '../../../src/pictures/index.ts';

const codes = (value: number) => rampColor(value).map((channel) => Math.round(255 * channel));

it('goes from violet through green to yellow, and is cut at both ends', () => {
  expect([0, 0.5, 1].map(codes)).toEqual([
    [68, 1, 84],
    [33, 145, 140],
    [253, 231, 37],
  ]);
  expect([-3, 7].map(codes)).toEqual([0, 1].map(codes));
});

it('gets lighter all the way', () => {
  const light = (value: number) => {
    const [red, green, blue] = rampColor(value);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const shades = Array.from({ length: 1001 }, (_, i) => light(i / 1000));
  expect(shades).toEqual(shades.toSorted((a, b) => a - b));
});

it('gives CSS the same colours', () => {
  const stops = rampStops.split(', ');
  expect(stops.map((_, i) => `rgb(${codes(i / (stops.length - 1)).join(' ')})`)).toEqual(stops);
});
