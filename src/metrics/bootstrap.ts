// How sure a mean difference is, where the same objects were judged with networks from several seeds.

import { ArgumentError } from '../../renderer/errors.ts';
import type { Random } from '../tensor/random.ts';

export interface MeanInterval {
  mean: number;
  /** The interval that covers `level` of the resampled means. */
  low: number;
  high: number;
}

export interface BootstrapOptions {
  /** Share of resampled means inside the interval, in 0 … 1. Default 0.95. */
  level?: number;
  /** Default 10,000. */
  resamples?: number;
  random: Random;
}

/**
 * The mean of a table and its percentile interval by the bootstrap over both ways in which it could have come out otherwise: which
 * objects were drawn, and which seeds. Each resample draws rows and columns with repetition, independently (the pigeonhole bootstrap;
 * Owen 2007, "The pigeonhole bootstrap"), and takes the mean of what they cross. With differences of two methods in the table,
 * a pair a cell, that is the interval of a paired comparison. Conservative where rows and columns do not interact.
 *
 * @param table rows are seeds, columns objects, all of one length.
 * @throws ArgumentError where the table is empty, its rows differ in length, or a number is not finite.
 */
export function meanInterval(
  table: readonly (readonly number[])[],
  { level = 0.95, resamples = 10_000, random }: BootstrapOptions,
): MeanInterval {
  checkTable(table);
  const [rows, columns] = [table.length, table[0].length];
  const means = new Float64Array(resamples);
  const rowShares = new Float64Array(rows);
  const columnShares = new Float64Array(columns);
  for (let i = 0; i < resamples; i++) {
    drawShares(rowShares, random);
    drawShares(columnShares, random);
    means[i] = weightedMean(table, rowShares, columnShares);
  }
  means.sort();
  const quantile = (share: number) => means[Math.round(share * (resamples - 1))];
  return {
    mean: weightedMean(table, rowShares.fill(1 / rows), columnShares.fill(1 / columns)),
    low: quantile((1 - level) / 2),
    high: quantile((1 + level) / 2),
  };
}

/** How often each of n things is drawn in n draws with repetition, as a share. */
function drawShares(shares: Float64Array, random: Random): void {
  shares.fill(0);
  for (let i = 0; i < shares.length; i++) shares[random.integer(shares.length)] += 1 / shares.length;
}

function weightedMean(
  table: readonly (readonly number[])[],
  rowShares: Float64Array,
  columnShares: Float64Array,
): number {
  let sum = 0;
  for (const [r, row] of table.entries()) {
    if (rowShares[r] === 0) continue;
    let rowSum = 0;
    for (let c = 0; c < row.length; c++) rowSum += columnShares[c] * row[c];
    sum += rowShares[r] * rowSum;
  }
  return sum;
}

function checkTable(table: readonly (readonly number[])[]): void {
  const columns = table[0]?.length ?? 0;
  if (columns === 0) throw new ArgumentError('the table of differences is empty, expected seeds × objects');
  for (const [r, row] of table.entries()) {
    if (row.length !== columns) {
      throw new ArgumentError(`row ${r} has ${row.length} numbers, expected ${columns}, as row 0`);
    }
    const bad = row.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new ArgumentError(`row ${r}, column ${bad} is ${row[bad]}, expected a finite number`);
  }
}
