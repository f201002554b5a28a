// The progress of a comparison on a terminal and elsewhere.

import { expect, it } from 'vitest';
import { showComparisonProgress } from '../../../src/cli/comparisonProgress.ts';

/** What is written for two scenes, the first with two cases. */
function written(isTTY: boolean, quiet: boolean): string {
  let text = '';
  const stream = {
    isTTY,
    columns: 12,
    write: (part: string | Uint8Array) => {
      text += part;
      return true;
    },
  };
  const progress = showComparisonProgress(stream, { quiet });
  progress.show('A ball', 0, 2);
  progress.show('A ball', 1, 2);
  progress.show('A very long name', 0, 1);
  progress.end();
  return text;
}

it('is one live line on a terminal, which whatever else is written covers, and which is gone at the end', () => {
  const lines = written(true, false).split('\r\x1b[2K');
  expect(lines).toEqual(['', 'A ball 1/2\r', 'A ball 2/2\r', 'A very long\r', '']);
});

it('is a line a part elsewhere', () => {
  expect(written(false, false)).toBe('A ball\nA very long name\n');
});

it('is nothing when quiet', () => {
  expect(written(true, true) + written(false, true)).toBe('');
});
