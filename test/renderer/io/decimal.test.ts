import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, wholeNumber } from '../../../renderer/io/decimal.ts';

const read = (text: string) => decimal(new TextEncoder().encode(text), 0, text.length);

describe('decimal', () => {
  it('rounds as JavaScript does, whatever the number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(read(String(value))).toBe(value === 0 ? 0 : value);
        expect(read(value.toPrecision(7))).toBe(Number(value.toPrecision(7)));
        if (Math.abs(value) < 1e20) expect(read(value.toFixed(6))).toBe(Number(value.toFixed(6)));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it.each(['1', '+1.', '-.5', '007.250', '1e3', '1E-3', '123456789012345678', '0.1e22', '9007199254740993'])(
    'reads %s',
    (text) => expect(read(text)).toBe(Number(text)),
  );

  it.each(['', '-', '.', 'e5', '1e', '1e+', '1,5', '0x10', '1.2.3', 'nan', 'Infinity', '1d5', '--1', '1-'])(
    'has no number for "%s"',
    (text) => expect(read(text)).toBeNaN(),
  );
});

describe('wholeNumber', () => {
  const whole = (text: string) => wholeNumber(new TextEncoder().encode(text), 0, text.length);

  it('reads signs and cuts what is too large', () => {
    expect(['7', '-12', '+3', '99999999999999999999'].map(whole)).toEqual([7, -12, 3, 1e9]);
    expect(['', '-', '1.5', '1e3', 'x'].map(whole)).toEqual(new Array(5).fill(Number.NaN));
  });
});
