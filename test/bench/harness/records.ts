// Records of benchmarks that were never run.

import type { BenchmarkRecord, CaseRecord } from '../../../bench/harness/record.ts';

const exactly = (value: number) => ({ min: value, lower: value, median: value, upper: value, samples: 5 });

export function caseOf(name: string, time: number, baseline?: number): CaseRecord {
  return {
    name,
    unit: 'ms',
    clock: 'processor',
    time: exactly(time),
    ...(baseline && { baseline: exactly(baseline), ratio: baseline / time }),
  };
}

export const recordOf = (cases: CaseRecord[]): BenchmarkRecord => ({
  format: 'rastergrad benchmark 1',
  benchmark: 'things',
  title: 'things that take time',
  machine: {
    cpu: 'a processor',
    cores: 2,
    memoryGigabytes: 8,
    platform: 'linux x64',
    node: '20.0.0',
    tfjs: '4.22.0',
    backend: 'wasm',
  },
  revision: '0123456789abcdef',
  dirty: false,
  options: { seconds: 1 },
  cases,
});
