import { describe, expect, it } from 'vitest';
import { showBuild } from '../../../src/cli/buildProgress.ts';

/** What is written while objects are done at the given milliseconds, ten of them in all, three of which were there before. */
function shown(
  times: readonly number[],
  { isTTY, quiet = false }: { isTTY: boolean; quiet?: boolean },
): string[] {
  const written: string[] = [];
  let time = 0;
  const stream = { isTTY, columns: 70, write: (text: string) => written.push(text) > 0 };
  const { listener, end } = showBuild({ stream, quiet, now: () => time });
  listener.onNote?.('unpacking');
  for (const [i, at] of times.entries()) {
    time = at;
    listener.onProgress?.({ done: 4 + i, total: 10, id: `chair${i}` });
  }
  end();
  return written;
}

describe('showBuild', () => {
  it('draws a bar with rate and time left on a terminal, and takes it away', () => {
    const lines = shown([0, 50, 1000, 2000, 3000, 4000, 6000], { isTTY: true });
    expect(lines[0]).toContain('unpacking');
    expect(lines[1]).toContain(' 4/10  chair0');
    // 50 ms later is too soon for another.
    expect(lines[2]).toMatch(/█{12}░{8} {2}6\/10 {2}2\.0 a second {2}2 s left {2}chair2/);
    expect(lines.at(-2)).toContain('████████████████████ 10/10  1.0 a second  0 s left');
    expect(lines.at(-1)).toBe('\r\x1b[2K');
    for (const line of lines.slice(1)) expect(line.replace('\r\x1b[2K', '').length).toBeLessThan(70);
  });

  it('prints a plain line now and then elsewhere, and the last one', () => {
    const lines = shown([0, 5000, 11_000, 12_000, 13_000, 14_000, 15_000], { isTTY: false });
    expect(lines).toEqual([
      'unpacking\n',
      ' 4/10  chair0\n',
      ' 6/10  0.18 a second  22 s left  chair2\n',
      '10/10  0.40 a second  0 s left  chair6\n',
    ]);
  });

  it('is silent where asked', () => {
    expect(shown([0, 1000], { isTTY: true, quiet: true })).toEqual([]);
  });
});
