// How measurements of one thing lie: the fastest, which other work on the machine has disturbed least, and how far the others are.

export interface Spread {
  min: number;
  /** First quartile. */
  lower: number;
  median: number;
  /** Third quartile. */
  upper: number;
  samples: number;
}

/** @param samples at least one */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    min: sorted[0],
    lower: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upper: quantile(sorted, 0.75),
    samples: sorted.length,
  };
}

/** Linear between neighbours, so that the quantiles 0 and 1 are the least and the largest. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/**
 * How far the fastest of one series may be from that of another one by chance alone, as a share: the way from the fastest to the
 * first quartile, which is what the quiet moments of the machine differ by.
 */
export const noiseOf = ({ min, lower }: Spread): number => (min > 0 ? (lower - min) / min : 0);
