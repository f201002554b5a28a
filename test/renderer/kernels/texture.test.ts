// Pyramids and lookups: by hand, and gradients against finite differences in double precision.

import { describe, expect, it } from 'vitest';
import { buildPyramid, foldPyramid, levelsOf, pyramidSize } from '../../../renderer/kernels/pyramid.ts';
import {
  pyramidOf,
  sample,
  sampleBackward,
  type TextureRows,
  type TextureShape,
  wrapModes,
} from '../../../renderer/kernels/texture.ts';
import { centralDifferences, relativeError, waves } from '../../differences.ts';

describe('pyramids', () => {
  it.each([
    [8, 4],
    [7, 5],
    [13, 1],
    [1, 1],
  ])('keep the mean of %i × %i texels on every level', (width, height) => {
    const levels = levelsOf(width, height, 2, true);
    const pyramid = new Float64Array(pyramidSize(levels, 2));
    pyramid.set(waves(2 * width * height, 1));
    buildPyramid(pyramid, levels, 2);
    const mean = ({ start, width: w, height: h }: (typeof levels)[0], c: number) => {
      let sum = 0;
      for (let i = 0; i < w * h; i++) sum += pyramid[start + 2 * i + c];
      return sum / (w * h);
    };
    for (const level of levels) {
      for (const c of [0, 1]) expect(mean(level, c)).toBeCloseTo(mean(levels[0], c), 12);
    }
    const last = levels[levels.length - 1];
    expect([last.width, last.height]).toEqual([1, 1]);
  });

  it('fold gradients by the transpose of what builds them', () => {
    const levels = levelsOf(6, 5, 1, true);
    const size = pyramidSize(levels, 1);
    const texels = waves(30, 2);
    const pyramid = new Float64Array(size);
    pyramid.set(texels);
    buildPyramid(pyramid, levels, 1);
    const upstream = waves(size, 3);
    const gradient = upstream.slice();
    foldPyramid(gradient, levels, 1);
    const dot = (a: Float64Array, b: Float64Array, n: number) =>
      a.subarray(0, n).reduce((sum, value, i) => sum + value * b[i], 0);
    expect(dot(pyramid, upstream, size)).toBeCloseTo(dot(texels, gradient, 30), 12);
  });
});

const shape = (parts: Partial<TextureShape>): TextureShape => ({
  width: 4,
  height: 2,
  channels: 1,
  wrapU: 'repeat',
  wrapV: 'repeat',
  ...parts,
});

function look(texture: TextureShape, texels: Float64Array, uv: number[], footprint?: number[]): number[] {
  const count = uv.length / 2;
  const output = new Float64Array(count);
  const rows: TextureRows = {
    which: new Int32Array(count),
    uv: Float64Array.from(uv),
    footprint: footprint && Float64Array.from(footprint),
  };
  sample([pyramidOf(texture, texels, footprint !== undefined)], rows, 1, output);
  return [...output];
}

describe('lookups', () => {
  // The top row first, as in pictures; v points up.
  const texels = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8);

  it('show a texel at its centre, the first row at the top', () => {
    expect(look(shape({}), texels, [0.125, 0.75, 0.875, 0.75, 0.125, 0.25, 0.625, 0.25])).toEqual([
      1, 4, 5, 7,
    ]);
  });

  it('are straight lines between centres', () => {
    expect(look(shape({}), texels, [0.25, 0.75, 0.125, 0.5, 0.25, 0.5])).toEqual([1.5, 3, 3.5]);
  });

  it.each([
    ['repeat', 1.125, 1],
    ['repeat', -0.125, 4],
    ['repeat', 0, 2.5],
    ['clamp', 1.5, 4],
    ['clamp', -3, 1],
    ['clamp', 0.01, 1],
    ['mirror', 1.125, 4],
    ['mirror', -0.125, 1],
    ['mirror', 2.125, 1],
    ['mirror', 1, 4],
  ] as const)('wrap by %s: u = %f shows %f', (wrapU, u, expected) => {
    expect(look(shape({ wrapU }), texels, [u, 0.75])[0]).toBeCloseTo(expected, 12);
  });

  it('of coordinates that are not finite, and of no texture, are white', () => {
    const output = new Float64Array(3);
    const rows = { which: Int32Array.of(0, -1, 0), uv: Float64Array.of(Number.NaN, 0, 0, 0, 0, Infinity) };
    sample([pyramidOf(shape({}), texels, false)], rows, 1, output);
    expect([...output]).toEqual([1, 1, 1]);
    const gradients = { texels: [new Float64Array(8)], uv: new Float64Array(6) };
    sampleBackward([pyramidOf(shape({}), texels, false)], rows, 1, Float64Array.of(1, 1, 1), gradients);
    expect([...gradients.uv, ...gradients.texels[0]]).toEqual(new Array(14).fill(0));
  });

  it('from far away show the mean of a chequerboard, where without levels they flicker', () => {
    const side = 64;
    const board = Float64Array.from({ length: side * side }, (_, i) => (i + Math.floor(i / side)) % 2);
    const square = shape({ width: side, height: side });
    const uv = [...waves(40, 4)];
    const far = new Array(20).fill([0.5, 0, 0, 0.5]).flat();
    for (const value of look(square, board, uv, far)) expect(value).toBeCloseTo(0.5, 9);
    const sharp = look(square, board, uv);
    expect(Math.max(...sharp) - Math.min(...sharp)).toBeGreaterThan(0.4);
  });

  it('use the finest level where pixels are smaller than texels, and halfway detail between', () => {
    const ramp = Float64Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 1));
    const square = shape({ width: 8, height: 8, wrapU: 'clamp' });
    const near = [0.01, 0, 0, 0.01];
    expect(look(square, ramp, [0.5, 0.5], near)).toEqual(look(square, ramp, [0.5, 0.5]));
    // √2 · 2 texels a pixel: λ = 1.5, halfway between levels of 4 and of 2 texels a side.
    const wide = Math.SQRT2 * 2;
    const [value] = look(square, ramp, [0.3125, 0.5], [wide / 8, 0, 0, wide / 8]);
    const [level1, level2] = [2, 4].map(
      (step) => look(square, ramp, [0.3125, 0.5], [step / 8, 0, 0, step / 8])[0],
    );
    expect(value).toBeCloseTo((level1 + level2) / 2, 9);
  });
});

describe('gradients', () => {
  const cases = wrapModes.flatMap((wrapU, i) =>
    [1, 3, 4].map((channels) => ({ wrapU, wrapV: wrapModes[(i + 1) % 3], channels })),
  );

  it.each(cases)('of texels, coordinates and footprint: %o', ({ wrapU, wrapV, channels }) => {
    const textures = [
      shape({ width: 7, height: 5, channels, wrapU, wrapV }),
      shape({ width: 4, height: 8, channels: 3, wrapU: wrapV, wrapV: wrapU }),
    ];
    const count = 24;
    const width = 3;
    const which = Int32Array.from({ length: count }, (_, i) => (i % 5) - 3).map((t) =>
      Math.min(Math.max(t, -1), 1),
    );
    const inputs = {
      first: waves(7 * 5 * channels, 5),
      second: waves(4 * 8 * 3, 6),
      uv: waves(2 * count, 7).map((value) => 1.7 * value),
      // From magnified to smaller than the last level.
      footprint: waves(4 * count, 8).map((value, i) => value * [0.05, 0.2, 0.5, 3][Math.floor(i / 4) % 4]),
    };
    const upstream = waves(width * count, 9);
    const pyramids = (at: typeof inputs) => [
      pyramidOf(textures[0], at.first, true),
      pyramidOf(textures[1], at.second, true),
    ];
    const evaluate = (at: typeof inputs) => {
      const output = new Float64Array(width * count);
      sample(pyramids(at), { which, uv: at.uv, footprint: at.footprint }, width, output);
      return output.reduce((sum, value, i) => sum + value * upstream[i], 0);
    };
    const gradients = {
      texels: [new Float64Array(inputs.first.length), new Float64Array(inputs.second.length)],
      uv: new Float64Array(2 * count),
      footprint: new Float64Array(4 * count),
    };
    const rows = { which, uv: inputs.uv, footprint: inputs.footprint };
    sampleBackward(pyramids(inputs), rows, width, upstream, gradients);
    const named = { ...gradients, first: gradients.texels[0], second: gradients.texels[1] };
    for (const name of ['first', 'second', 'uv', 'footprint'] as const) {
      const expected = centralDifferences(
        (values) => evaluate({ ...inputs, [name]: values }),
        inputs[name],
        1e-6,
      );
      expect(relativeError(named[name], expected), name).toBeLessThan(1e-6);
    }
  });
});
