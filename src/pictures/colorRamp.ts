// Numbers as colours: matplotlib's "viridis" (S. van der Walt and N. Smith, CC0), in which equal steps look equally large, also to
// colour-blind readers and in grey.

/** sRGB codes, evenly spaced from 0 to 1. */
const STOPS = [
  [68, 1, 84],
  [71, 45, 123],
  [59, 82, 139],
  [44, 114, 142],
  [33, 145, 140],
  [40, 174, 128],
  [94, 201, 98],
  [173, 220, 48],
  [253, 231, 37],
] as const;

/** The colours from 0 to 1 as CSS gives a gradient's: "rgb(68 1 84), …". */
export const rampStops = STOPS.map((stop) => `rgb(${stop.join(' ')})`).join(', ');

/** sRGB in 0 … 1 of a number, which is cut to 0 … 1. */
export function rampColor(value: number): [number, number, number] {
  const place = Math.min(Math.max(value, 0), 1) * (STOPS.length - 1);
  const below = Math.min(Math.floor(place), STOPS.length - 2);
  const part = place - below;
  const channel = (c: number) => (STOPS[below][c] * (1 - part) + STOPS[below + 1][c] * part) / 255;
  return [channel(0), channel(1), channel(2)];
}
