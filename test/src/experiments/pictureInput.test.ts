// Pictures of every kind become the network's input: one object, cut out, centred and scaled.

import fc from 'fast-check';
import { decode, encode } from 'jpeg-js';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import type { ByteImage } from '../../../renderer/io/index.ts';
import { parseConfig, type TrainConfig } from '../../../src/config/index.ts';
import { openDataset } from '../../../src/datasets/index.ts';
import { meanFraming } from '../../../src/experiments/framing.ts';
import { cutOut, describeInput, frameInput } from '../../../src/experiments/pictureInput.ts';
import type { NetworkInput } from '../../../src/runs/index.ts';

const input: NetworkInput = {
  imageSize: 48,
  camera: { fovDegrees: 30, distance: 2 },
  framing: { diameter: 0.8, center: [0.5, 0.55] },
};

const framed = (picture: ByteImage, path?: string) => frameInput(cutOut(picture, path), input);

/** A picture of one disc, its edge antialiased: the disc's share of every pixel, by sampling. */
interface Disc {
  width: number;
  height: number;
  x: number;
  y: number;
  radius: number;
  color: [number, number, number];
}
const disc: Disc = { width: 120, height: 80, x: 38, y: 30, radius: 21.3, color: [150, 60, 20] };

function share({ x, y, radius }: Disc, row: number, column: number): number {
  const samples = 8;
  let inside = 0;
  for (let i = 0; i < samples ** 2; i++) {
    const dx = column + ((i % samples) + 0.5) / samples - x;
    const dy = row + (Math.floor(i / samples) + 0.5) / samples - y;
    if (dx * dx + dy * dy < radius * radius) inside++;
  }
  return inside / samples ** 2;
}

function painted({ width, height }: Disc, rgba: (row: number, column: number) => number[]): ByteImage {
  const pixels = Array.from({ length: width * height }, (_, i) => rgba(Math.floor(i / width), i % width));
  return ndarray(Uint8Array.from(pixels.flat().map(Math.round)), [height, width, 4]);
}

/** With green where it is transparent, which must not show anywhere. */
const withAlpha = (shape: Disc) =>
  painted(shape, (row, column) => {
    const alpha = share(shape, row, column);
    return [...(alpha > 0 ? shape.color : [0, 255, 0]), 255 * alpha];
  });

const onBackground = (shape: Disc, background: number) =>
  painted(shape, (row, column) => {
    const alpha = share(shape, row, column);
    return [...shape.color.map((value) => alpha * value + (1 - alpha) * background), 255];
  });

function asJpeg({ data, shape: [height, width] }: ByteImage, quality: number): ByteImage {
  const file = encode({ data, width, height }, quality).data;
  return ndarray(Uint8Array.from(decode(file, { useTArray: true }).data), [height, width, 4]);
}

function expectFramed(image: NdArray<Float32Array>, pixels = 1): void {
  expect(image.shape).toEqual([48, 48, 4]);
  const { diameter, center } = meanFraming([image])!;
  expect(Math.abs(diameter - 0.8) * 48).toBeLessThan(2 * pixels);
  expect(Math.abs(center[0] - 0.5) * 48).toBeLessThan(pixels);
  expect(Math.abs(center[1] - 0.55) * 48).toBeLessThan(pixels);
}

/** Wherever a picture shows anything, it has this colour, in 0..255. */
function expectColor(image: NdArray<Float32Array>, color: readonly number[], tolerance: number): void {
  for (let p = 0; p < image.size; p += 4) {
    if (image.data[p + 3] === 0) continue;
    for (let c = 0; c < 3; c++) expect(Math.abs(255 * image.data[p + c] - color[c])).toBeLessThan(tolerance);
  }
}

describe('a picture with a transparent background', () => {
  it('is centred and scaled, whatever its shape and wherever its object', () => {
    expect(cutOut(withAlpha(disc)).background).toBe('transparent');
    expectFramed(framed(withAlpha(disc)));
    expectFramed(framed(withAlpha({ ...disc, width: 70, height: 300, x: 40, y: 260 })));
    expectFramed(framed(withAlpha({ ...disc, width: 400, height: 300, x: 250, radius: 131 })));
  });

  it('has no colour but its object’s, up to the edge', () => {
    expectColor(framed(withAlpha(disc)), disc.color, 1);
    expectColor(framed(withAlpha({ ...disc, radius: 6 })), disc.color, 1);
  });

  it('gives the same, to the bit, wherever the object is', () => {
    const { data: expected } = framed(withAlpha(disc));
    fc.assert(
      fc.property(fc.integer({ min: -15, max: 55 }), fc.integer({ min: -7, max: 27 }), (right, down) => {
        const moved = { ...disc, x: disc.x + right, y: disc.y + down };
        expect(framed(withAlpha(moved)).data).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  it('stays as it is where it is framed as in training', () => {
    const shape = { ...disc, width: 48, height: 48, x: 24, y: 26, radius: 19 };
    const picture = withAlpha(shape);
    const itself = { ...input, framing: meanFraming([cutOut(picture).image])! };
    const { data } = frameInput(cutOut(picture), itself);
    for (let k = 0; k < data.length; k++) {
      const isShown = picture.data[k | 3] > 0;
      if (isShown) expect(255 * data[k]).toBeCloseTo(picture.data[k], 2);
      else expect(data[k]).toBe(0);
    }
  });

  it('is enlarged with smooth edges', () => {
    const small = framed(withAlpha({ ...disc, radius: 6 }));
    // Within one of its own pixels.
    expectFramed(small, (48 * 0.8) / 12);
    const middle = Array.from({ length: 48 }, (_, column) => small.get(26, column, 3));
    const rise = middle.slice(0, middle.indexOf(1) + 1);
    const steps = rise.map((alpha, i) => alpha - (rise[i - 1] ?? 0));
    for (const step of steps) {
      expect(step).toBeGreaterThanOrEqual(0);
      expect(step).toBeLessThan(0.35);
    }
  });

  it('may be very large, and touch the edge', () => {
    const wide = painted({ ...disc, width: 3000, height: 20 }, (_, column) => [
      9,
      9,
      9,
      column < 2900 ? 255 : 0,
    ]);
    const { data, shape } = framed(wide);
    expect(shape).toEqual([48, 48, 4]);
    const shown = Array.from({ length: 48 }, (_, column) =>
      Math.max(...[25, 26, 27].map((row) => data[4 * (row * 48 + column) + 3])),
    );
    expect(shown.filter((alpha) => alpha > 0.05).length).toBeGreaterThanOrEqual(38);
  });
});

describe('an opaque picture with a white background', () => {
  it('has the alpha and the colours that it was mixed of', () => {
    const { image, background } = cutOut(onBackground(disc, 255));
    expect(background).toBe('white');
    const truth = withAlpha(disc);
    for (let p = 0; p < image.size; p += 4) {
      // Below this the mixture counts as white.
      const faint = 20 / (255 - Math.min(...disc.color));
      expect(Math.abs(image.data[p + 3] - truth.data[p + 3] / 255)).toBeLessThan(faint + 0.01);
    }
    expectColor(image, disc.color, 3);
    expectFramed(framed(onBackground(disc, 255)));
  });

  it('is cut out within a tenth of a pixel as a JPEG too', () => {
    const truth = withAlpha(disc);
    for (const quality of [95, 85, 70]) {
      const { image } = cutOut(asJpeg(onBackground(disc, 255), quality));
      let difference = 0;
      for (let p = 3; p < image.size; p += 4) difference += Math.abs(image.data[p] - truth.data[p] / 255);
      expect(difference).toBeLessThan(0.1 * 2 * Math.PI * disc.radius);
    }
  });

  it('may be a JPEG, and slightly grey', () => {
    for (const picture of [asJpeg(onBackground(disc, 255), 80), asJpeg(onBackground(disc, 240), 90)]) {
      expect(cutOut(picture).background).toBe('white');
      expectFramed(framed(picture));
      expectColor(framed(picture), disc.color, 40);
    }
    expectFramed(framed(onBackground(disc, 235)));
    expect(() => cutOut(onBackground(disc, 234))).toThrow('0 % of its border is white');
  });

  it('keeps white that the object encloses', () => {
    const ring = onBackground(disc, 255);
    for (let row = 25; row < 35; row++)
      for (let column = 33; column < 43; column++) for (let c = 0; c < 3; c++) ring.set(row, column, c, 255);
    const { image } = cutOut(ring);
    expect([0, 1, 2, 3].map((c) => image.get(30, 38, c))).toEqual([1, 1, 1, 1]);
  });

  it('has thin parts whole', () => {
    const lines = painted({ ...disc, width: 40, height: 40 }, (row, column) => {
      const isLine = (row === 10 && column > 4 && column < 36) || (column === 20 && row > 4 && row < 36);
      return isLine ? [30, 30, 30, 255] : [255, 255, 255, 255];
    });
    const { image } = cutOut(lines);
    expect(image.get(10, 7, 3)).toBe(1);
    expect(image.get(30, 20, 3)).toBe(1);
    expect(255 * image.get(30, 20, 0)).toBeCloseTo(30, 4);
    expect(image.get(11, 7, 3)).toBe(0);
  });

  it('may have dust', () => {
    const dusty = onBackground(disc, 255);
    for (let c = 0; c < 3; c++) dusty.set(76, 110, c, 90);
    expect(framed(dusty).data).toEqual(framed(onBackground(disc, 255)).data);
  });

  it('may be cut off at its edge', () => {
    expect(cutOut(onBackground({ ...disc, y: 0 }, 255)).background).toBe('white');
  });

  it('may have alpha that is nowhere transparent', () => {
    const picture = onBackground(disc, 255);
    for (let p = 3; p < picture.size; p += 8) picture.data[p] = 250;
    expect(cutOut(picture).background).toBe('white');
    expectFramed(framed(picture));
  });
});

describe('a picture that no object can be cut out of', () => {
  it.each([
    ['transparent everywhere', painted(disc, () => [9, 9, 9, 0])],
    ['white everywhere', painted(disc, () => [255, 255, 255, 255])],
    ['0 % of its border is white: expected a transparent background, or a white one', onBackground(disc, 30)],
    ['0 % of its border is white', painted({ ...disc, width: 1, height: 1 }, () => [3, 4, 5, 255])],
    ['white everywhere', painted({ ...disc, width: 1, height: 1 }, () => [255, 255, 255, 255])],
  ])('is named: %s', (message, picture) => {
    expect(() => framed(picture, 'x.png')).toThrow(message);
    expect(() => framed(picture, 'x.png')).toThrow(FileError);
    expect(() => framed(picture, 'x.png')).toThrow(/^x\.png: /);
  });

  it('is not one of a single pixel', () => {
    const { data } = framed(painted({ ...disc, width: 1, height: 1 }, () => [50, 60, 70, 100]));
    expect(data.some((value) => value > 0)).toBe(true);
  });
});

describe('a picture that keeps its framing', () => {
  it('lies in the middle of a square, whole', () => {
    const whole = frameInput(cutOut(withAlpha(disc)), { ...input, framing: undefined });
    expect(whole.shape).toEqual([48, 48, 4]);
    const found = meanFraming([whole])!;
    expect(found.center[0]).toBeCloseTo(disc.x / 120, 1);
    expect(found.center[1]).toBeCloseTo((disc.y + 20) / 120, 1);
    expect(found.diameter).toBeCloseTo((2 * disc.radius) / 120, 1);
  });
});

describe('what a network has been trained to see', () => {
  it('is the mean of the training pictures', async () => {
    const config = parseConfig({ task: 'train', losses: { chamfer: { weight: 1 } } }) as TrainConfig;
    const { imageSize, camera, framing } = describeInput(config, await openDataset('furniture-mini'));
    if (!framing) throw new Error('no framing');
    expect({ imageSize, camera }).toEqual({ imageSize: 64, camera: { fovDegrees: 30, distance: 2 } });
    // No object reaches beyond the outline of its bounding sphere, of radius 0.5 at distance 2.
    const outline = Math.tan(Math.asin(0.5 / 2)) / Math.tan((15 * Math.PI) / 180);
    expect(framing.diameter).toBeLessThan(outline);
    expect(framing.diameter).toBeGreaterThan(0.95 * outline);
    expect(Math.abs(framing.center[0] - 0.5)).toBeLessThan(0.01);
    // Cameras look down on furniture, whose near and large parts are below.
    expect(framing.center[1]).toBeGreaterThan(0.51);
    expect(framing.center[1]).toBeLessThan(0.56);
  });
});
