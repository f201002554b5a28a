// The machine and the revision that results are of.

import { execFileSync } from 'node:child_process';
import { packageRoot } from '../../src/packageRoot.ts';
import { describeEnvironment } from '../../src/runs/environment.ts';
import { useWasm } from '../backend.ts';
import type { BenchmarkRecord } from './record.ts';

/** What a record says of where it was made. */
export type Checkout = Pick<BenchmarkRecord, 'machine' | 'revision' | 'dirty'>;

export async function describeCheckout(): Promise<Checkout> {
  await useWasm();
  const { rastergrad: _, revision, dirty, ...machine } = await describeEnvironment('wasm');
  return { machine, ...(revision && { revision, dirty: dirty && differs() }) };
}

/** Whether anything but results differs from the commit: those of the benchmark before must not make the next one's dirty. */
function differs(): boolean {
  const pathspec = ['.', ':(exclude)bench/results'];
  const argv = ['-C', packageRoot, 'status', '--porcelain', '--', ...pathspec];
  return execFileSync('git', argv, { encoding: 'utf8' }).trim() !== '';
}
