// The file that a benchmark leaves behind: what was measured, on which machine, of which revision.

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { FileError } from '../../renderer/errors.ts';
import { atomicWrite } from '../../renderer/index.ts';

const format = 'rastergrad benchmark 1';

const spread = z.strictObject({
  min: z.number(),
  lower: z.number(),
  median: z.number(),
  upper: z.number(),
  samples: z.int(),
});

const caseRecord = z.strictObject({
  name: z.string(),
  unit: z.enum(['ms', 'MB', 'B/pixel']),
  clock: z.enum(['processor', 'wall', 'own']),
  time: spread,
  baseline: spread.optional(),
  ratio: z.number().optional(),
  ratioSpread: spread.optional(),
  work: z.strictObject({ amount: z.number(), unit: z.enum(['FLOP', 'B']) }).optional(),
  facts: z.record(z.string(), z.number()).optional(),
});

const record = z.strictObject({
  format: z.literal(format),
  benchmark: z.string(),
  title: z.string(),
  baseline: z.string().optional(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.int(),
    memoryGigabytes: z.number(),
    platform: z.string(),
    node: z.string(),
    tfjs: z.string(),
    backend: z.string(),
    /** What computes matrix products, but for cases that name another. */
    math: z.string().optional(),
  }),
  /** Commit, and whether files differ from it; absent outside a checkout. */
  revision: z.string().optional(),
  dirty: z.boolean().optional(),
  options: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  cases: z.array(caseRecord),
});

export type CaseRecord = z.infer<typeof caseRecord>;
export type BenchmarkRecord = z.infer<typeof record>;

export async function writeRecord(file: string, content: Omit<BenchmarkRecord, 'format'>): Promise<void> {
  await atomicWrite(file, `${JSON.stringify({ format, ...content }, rounded, 2)}\n`);
}

/** Five digits say more than clocks know. */
const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;

/** @throws FileError where there is no file, or no record of a benchmark in it */
export async function readRecord(file: string): Promise<BenchmarkRecord> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new FileError(file, `cannot be read (${error.code}); expected the record of a benchmark`);
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new FileError(file, `is not JSON: ${(error as Error).message}`);
  }
  const parsed = record.safeParse(content);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new FileError(file, `is no record of a benchmark: ${path.join('.') || 'the file'}: ${message}`);
}
