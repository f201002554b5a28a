// Pictures on one sheet: where each lies, and what is written below it.

import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { contactSheet } from '../../../src/pictures/index.ts';

/** [2, 60, 1] of one value. */
const plain = (value: number): NdArray<Float32Array> =>
  ndarray(new Float32Array(120).fill(value), [2, 60, 1]);
const three = [plain(0.1), plain(0.2), plain(0.3)];

describe('a contact sheet', () => {
  it('is a strip where columns are not given', () => {
    const sheet = contactSheet(three);
    expect(sheet.shape).toEqual([2, 180, 1]);
    expect([0, 59, 60, 119, 120, 179].map((column) => sheet.get(1, column, 0))).toEqual(
      [0.1, 0.1, 0.2, 0.2, 0.3, 0.3].map(Math.fround),
    );
  });

  it('goes row by row, and leaves the background where pictures end', () => {
    const sheet = contactSheet(three, { columns: 2, background: [1] });
    expect(sheet.shape).toEqual([4, 120, 1]);
    expect([sheet.get(0, 0, 0), sheet.get(0, 60, 0), sheet.get(2, 0, 0), sheet.get(2, 60, 0)]).toEqual(
      [0.1, 0.2, 0.3, 1].map(Math.fround),
    );
  });

  it('writes captions below, in the middle, and cuts what does not fit', () => {
    const sheet = contactSheet(three, { captions: ['L', '', 'x'.repeat(100)], ink: [1] });
    expect(sheet.shape).toEqual([14, 180, 1]);
    const letters = Array.from({ length: 9 }, (_, row) =>
      Array.from({ length: 5 }, (_, column) => (sheet.get(3 + row, 27 + column, 0) === 1 ? '#' : '.')).join(
        '',
      ),
    );
    expect(letters).toEqual([
      '#....',
      '#....',
      '#....',
      '#....',
      '#....',
      '#....',
      '#####',
      '.....',
      '.....',
    ]);
    const inkIn = (from: number, to: number) => {
      let count = 0;
      for (let row = 2; row < 14; row++) {
        for (let column = from; column < to; column++) if (sheet.get(row, column, 0) === 1) count++;
      }
      return count;
    };
    expect(inkIn(0, 60)).toBe(11);
    expect(inkIn(60, 120)).toBe(0);
    expect(inkIn(120, 180)).toBe(10 * 9);
  });

  it('knows letters with accents, and shows a question mark for what it does not know', () => {
    const written = (text: string) => [...contactSheet([plain(0)], { captions: [text], ink: [1] }).data];
    expect(written('é')).toEqual(written('e'));
    expect(written('椅')).toEqual(written('?'));
    for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:-_+'()/%=°") {
      expect(written(letter), letter).not.toEqual(written('?'));
    }
  });

  it('says what it cannot be made of', () => {
    expect(() => contactSheet([])).toThrow('a contact sheet needs pictures, but got none');
    expect(() => contactSheet([three[0], ndarray(new Float32Array(4), [2, 2, 1])])).toThrow(
      'pictures[1] has shape [2,2,1], but pictures[0] has [2,60,1]',
    );
  });
});
