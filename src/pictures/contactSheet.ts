// Many pictures on one: in rows and columns, with captions below.

import ndarray, { type NdArray } from 'ndarray';
import { ArgumentError } from '../../renderer/errors.ts';
import { glyphHeight, glyphOf, glyphWidth } from './glyphs.ts';

export interface ContactSheetOptions {
  /** Pictures in a row. Default: all. */
  columns?: number;
  /** One line below each picture; what does not fit is cut off. Default: none, and no room for them. */
  captions?: readonly string[];
  /** What is where no picture is, one number a channel. Default: 0, which is transparent where there is alpha. */
  background?: readonly number[];
  /** Of captions, one number a channel. Default: a grey that stands out, opaque where there is alpha. */
  ink?: readonly number[];
}

/** Captions are this part of a picture's width, letter by letter, in whole pixels a pixel of a glyph. */
const LETTERS_ACROSS = 36;

/**
 * Puts pictures side by side, row by row, without gaps.
 *
 * @param pictures [H, W, C] each, all of one shape, 0 to 1
 * @returns [rows · (H + height of captions), columns · W, C]
 * @throws ArgumentError where there are no pictures, or their shapes differ.
 */
export function contactSheet(
  pictures: readonly NdArray<Float32Array>[],
  options: ContactSheetOptions = {},
): NdArray<Float32Array> {
  if (pictures.length === 0) throw new ArgumentError('a contact sheet needs pictures, but got none');
  const { columns = pictures.length, captions } = options;
  const [height, width, channels] = pictures[0].shape;
  const odd = pictures.findIndex(({ shape }) => shape.some((size, i) => size !== pictures[0].shape[i]));
  if (odd >= 0) {
    throw new ArgumentError(
      `pictures[${odd}] has shape [${pictures[odd].shape}], but pictures[0] has [${pictures[0].shape}]`,
    );
  }
  const { background = new Array<number>(channels).fill(0) } = options;
  const { ink = channels === 4 ? [0.5, 0.5, 0.5, 1] : contrasting(background) } = options;
  const scale = Math.max(1, Math.floor(width / ((glyphWidth + 1) * LETTERS_ACROSS)));
  const cell = height + (captions ? scale * (glyphHeight + 3) : 0);
  const rows = Math.ceil(pictures.length / columns);
  const sheet = ndarray(new Float32Array(rows * cell * columns * width * channels), [
    rows * cell,
    columns * width,
    channels,
  ]);
  for (let i = 0; i < sheet.data.length; i++) sheet.data[i] = background[i % channels];
  for (const [index, picture] of pictures.entries()) {
    const top = Math.floor(index / columns) * cell;
    const left = (index % columns) * width;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (let c = 0; c < channels; c++)
          sheet.set(top + row, left + column, c, picture.get(row, column, c));
      }
    }
    if (captions) write(sheet, captions[index] ?? '', { top: top + height + scale, left, width, scale, ink });
  }
  return sheet;
}

/** Dark grey on light, light grey on dark. */
function contrasting(background: readonly number[]): number[] {
  const mean = background.reduce((sum, value) => sum + value, 0) / background.length;
  return background.map(() => (mean > 0.5 ? 0.25 : 0.75));
}

/** One line of text, in the middle of `width` pixels. */
function write(
  sheet: NdArray<Float32Array>,
  text: string,
  place: { top: number; left: number; width: number; scale: number; ink: readonly number[] },
): void {
  const { top, left, width, scale, ink } = place;
  const advance = scale * (glyphWidth + 1);
  const letters = [...text].slice(0, Math.floor(width / advance));
  const start = left + Math.floor((width - letters.length * advance) / 2);
  for (const [i, letter] of letters.entries()) {
    const rows = glyphOf(letter);
    for (let row = 0; row < scale * glyphHeight; row++) {
      for (let column = 0; column < scale * glyphWidth; column++) {
        if (rows[Math.floor(row / scale)][Math.floor(column / scale)] !== '#') continue;
        for (const [c, value] of ink.entries()) {
          sheet.set(top + row, start + i * advance + column, c, value);
        }
      }
    }
  }
}
