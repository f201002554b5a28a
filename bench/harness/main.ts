// The command line of the benchmarks: which to run or compare, and what of it is a failure.

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ArgumentError, RastergradError } from '../../renderer/errors.ts';
import { nearestName } from '../../renderer/nearestName.ts';
import { packageRoot } from '../../src/packageRoot.ts';
import { benchmarkNames, loadBenchmark } from '../benchmarks/index.ts';
import type { Benchmark, BenchOptions } from './benchmark.ts';
import { compareRecords } from './compare.ts';
import { readRecord } from './record.ts';
import { checkBriefly, measureAll } from './session.ts';
import { formatChanges } from './tables.ts';

const usage = `Usage: npm run bench -- [NAME …]                        measure, print, record in bench/results
       npm run bench -- --short [NAME …]                check ratios to baselines, record nothing
       npm run bench -- --compare OLD.json [NEW.json]   what got slower; NEW is by default the record in bench/results

  --template FILE   Pixel2Mesh's info_ellipsoid.dat, for networks of its very size

Benchmarks: ${benchmarkNames.join(', ')}`;

/** Runs one command line. Returns the exit code: 1 for mistakes, for ratios under their floor, and for what got slower. */
export async function main(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parsed(argv);
    if (values.help) {
      console.log(usage);
      return 0;
    }
    if (values.compare) return await compare(positionals);
    const names = positionals.length > 0 ? positionals : benchmarkNames;
    for (const name of names) checkName(name);
    const options: BenchOptions = { short: values.short, template: values.template };
    if (values.short) return await check(names, options);
    if (names.length === 1) await measureAll(await loadBenchmark(names[0]), options);
    else return inProcessesOfTheirOwn(names, values.template);
    return 0;
  } catch (error) {
    const expected = error instanceof RastergradError;
    console.error(`bench: ${expected ? error.message : (error as Error).stack}`);
    return 1;
  }
}

function parsed(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        short: { type: 'boolean', default: false },
        compare: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        template: { type: 'string' },
      },
    });
  } catch (error) {
    throw new ArgumentError((error as Error).message.split('. ')[0]);
  }
}

function checkName(name: string): void {
  if (benchmarkNames.includes(name)) return;
  const nearest = nearestName(name, benchmarkNames);
  const hint = nearest ? `did you mean ${nearest}?` : `expected one of ${benchmarkNames.join(', ')}`;
  throw new ArgumentError(`benchmark "${name}" is unknown; ${hint}`);
}

/** What one benchmark leaves behind, compiled code above all, must not change the next one's times. */
function inProcessesOfTheirOwn(names: readonly string[], template: string | undefined): number {
  const program = path.join(packageRoot, 'bench/run.ts');
  const more = template ? ['--template', template] : [];
  let code = 0;
  for (const name of names) {
    const argv = [...process.execArgv, program, name, ...more];
    const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
    if (status !== 0) code = 1;
  }
  return code;
}

async function check(names: readonly string[], options: BenchOptions): Promise<number> {
  // All are loaded before the first one runs: the frozen baseline wants to see the back end as it is shipped.
  const benchmarks: Benchmark[] = [];
  for (const name of names) benchmarks.push(await loadBenchmark(name));
  let failures = 0;
  for (const benchmark of benchmarks) failures += await checkBriefly(benchmark, options);
  return failures > 0 ? 1 : 0;
}

async function compare(files: readonly string[]): Promise<number> {
  if (files.length === 0 || files.length > 2) {
    throw new ArgumentError(
      `--compare takes one or two files, OLD.json and NEW.json, but got ${files.length}`,
    );
  }
  const before = await readRecord(files[0]);
  const after = await readRecord(
    files[1] ?? path.join(packageRoot, 'bench/results', `${before.benchmark}.json`),
  );
  const comparison = compareRecords(before, after);
  console.log(formatChanges(before, after, comparison));
  return comparison.changes.some(({ verdict }) => verdict === 'slower') ? 1 : 0;
}
