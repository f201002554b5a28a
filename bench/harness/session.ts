// Runs a benchmark: measures its cases as they come, prints a line of the table for each, and records them all.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { packageRoot } from '../../src/packageRoot.ts';
import type { Benchmark, BenchOptions, Case } from './benchmark.ts';
import { type Checkout, describeCheckout } from './checkout.ts';
import { brief, type Measured, measure, usual } from './measure.ts';
import { type BenchmarkRecord, type CaseRecord, writeRecord } from './record.ts';
import { caseHeader, caseLine } from './tables.ts';

export async function measureAll(benchmark: Benchmark, options: BenchOptions): Promise<void> {
  console.log(`\n## ${benchmark.name}: ${benchmark.title}`);
  if (benchmark.baseline) console.log(`baseline: ${benchmark.baseline}`);
  console.log(`\n${caseHeader()}`);
  // Of now, whatever happens to the files meanwhile.
  const checkout = await describeCheckout();
  const cases: CaseRecord[] = [];
  for await (const one of benchmark.cases(options)) {
    const measured = await measure(one, { ...usual, seconds: one.seconds ?? usual.seconds });
    const record = recordOf(one, measured);
    cases.push(record);
    console.log(caseLine(record));
  }
  const { template } = options;
  const settings = { ...usual, ...(template && { template: path.basename(template) }) };
  await saveResults(benchmark, settings, cases, checkout);
}

/** Writes bench/results/NAME.json. */
export async function saveResults(
  { name, title, baseline }: Omit<Benchmark, 'cases'>,
  options: BenchmarkRecord['options'],
  cases: CaseRecord[],
  checkout?: Checkout,
): Promise<void> {
  const folder = path.join(packageRoot, 'bench/results');
  await mkdir(folder, { recursive: true });
  const head = { benchmark: name, title, ...(baseline && { baseline }) };
  await writeRecord(path.join(folder, `${name}.json`), {
    ...head,
    ...(checkout ?? (await describeCheckout())),
    options,
    cases,
  });
}

/** Measures the short form and prints what is under its floor. Returns how many are. */
export async function checkBriefly(benchmark: Benchmark, options: BenchOptions): Promise<number> {
  let failures = 0;
  for await (const one of benchmark.cases(options)) {
    if (one.floor === undefined) continue;
    let { ratio } = await measure(one, brief);
    // A busy moment may have met one side alone: what fails must fail twice.
    if (ratio! < one.floor) ratio = Math.max(ratio!, (await measure(one, usual)).ratio!);
    const holds = ratio! >= one.floor;
    if (!holds) failures++;
    const verdict = holds ? 'ok  ' : 'FAIL';
    console.log(
      `${verdict} ${benchmark.name}: ${one.name}: ${ratio!.toFixed(1)}× as fast as its baseline (floor ${one.floor}×)`,
    );
  }
  return failures;
}

function recordOf(
  { name, clock = 'processor', unit = 'ms', work, facts }: Case,
  measured: Measured,
): CaseRecord {
  const known = facts?.();
  return { name, unit, clock, ...measured, ...(work && { work }), ...(known && { facts: known }) };
}
