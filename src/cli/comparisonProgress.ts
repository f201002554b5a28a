// How far a comparison has come: one live line on a terminal, a line for each part elsewhere.

export interface ComparisonProgress {
  show(what: string, done: number, total: number): void;
  /** Leaves the live line empty. */
  end(): void;
}

const ERASE_LINE = '\r\x1b[2K';

/** Progress on `stream`; none where it should be quiet. */
export function showComparisonProgress(
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>,
  { quiet }: { quiet: boolean },
): ComparisonProgress {
  let last = '';
  return {
    show(what, done, total) {
      if (quiet) return;
      if (stream.isTTY) {
        const line = total > 1 ? `${what} ${done + 1}/${total}` : what;
        // Back to its start, so that a warning is written over it.
        stream.write(`${ERASE_LINE}${line.slice(0, (stream.columns || 80) - 1)}\r`);
      } else if (what !== last) {
        stream.write(`${what}\n`);
      }
      last = what;
    },
    end() {
      if (!quiet && stream.isTTY && last !== '') stream.write(ERASE_LINE);
    },
  };
}
