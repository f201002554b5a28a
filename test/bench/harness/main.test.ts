// The command line of the benchmarks: mistakes, comparisons, exit codes. No benchmark runs here.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../bench/harness/main.ts';
import { readRecord, writeRecord } from '../../../bench/harness/record.ts';
import { caseOf, recordOf } from './records.ts';

let printed = '';
let complaints = '';
let folder = '';
beforeEach(async () => {
  printed = '';
  complaints = '';
  vi.spyOn(console, 'log').mockImplementation((text) => {
    printed += `${text}\n`;
  });
  vi.spyOn(console, 'error').mockImplementation((text) => {
    complaints += `${text}\n`;
  });
  folder = await mkdtemp(path.join(tmpdir(), 'rastergrad-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const inFolder = (name: string) => path.join(folder, name);

describe('mistakes', () => {
  it.each([
    [['kernel'], 'bench: benchmark "kernel" is unknown; did you mean kernels?'],
    [['--short', 'xyzzy'], 'bench: benchmark "xyzzy" is unknown; expected one of kernels, rasterizer'],
    [['--quick'], "bench: Unknown option '--quick'"],
    [['--compare'], 'bench: --compare takes one or two files, OLD.json and NEW.json, but got 0'],
    [['--compare', '/no/such.json'], 'bench: /no/such.json: cannot be read (ENOENT); expected the record'],
  ])('%j', async (argv, complaint) => {
    expect(await main(argv)).toBe(1);
    expect(complaints).toContain(complaint);
    expect(complaints.trimEnd()).not.toContain('\n');
  });

  it('names what is wrong with a file', async () => {
    await writeFile(inFolder('text.json'), 'seven');
    await writeFile(inFolder('other.json'), '{"format": "something else"}');
    const cut = { ...recordOf([]), cases: [{ name: 'a' }] };
    await writeFile(inFolder('cut.json'), JSON.stringify(cut));
    expect(await main(['--compare', inFolder('text.json')])).toBe(1);
    expect(complaints).toContain('text.json: is not JSON');
    expect(await main(['--compare', inFolder('other.json')])).toBe(1);
    expect(complaints).toContain('other.json: is no record of a benchmark: format:');
    expect(await main(['--compare', inFolder('cut.json')])).toBe(1);
    expect(complaints).toContain('cut.json: is no record of a benchmark: cases.0.unit:');
  });
});

describe('--compare', () => {
  const write = async (name: string, time: number) => {
    const { format: _, ...content } = recordOf([caseOf('a step', time, 20)]);
    await writeRecord(inFolder(name), content);
    return inFolder(name);
  };

  it('is a failure where something got slower', async () => {
    const [old, now] = [await write('old.json', 10), await write('new.json', 20)];
    expect(await main(['--compare', old, now])).toBe(1);
    expect(printed).toContain('slower  a step: 2.00× beside the baseline, noise 5 %');
    expect(printed).toContain('1 slower, 0 faster, 0 within noise');
  });

  it('is none where nothing did', async () => {
    const [old, now] = [await write('old.json', 20), await write('new.json', 10)];
    expect(await main(['--compare', old, now])).toBe(0);
    expect(printed).toContain('faster  a step: 2.00× beside the baseline');
    expect(await main(['--compare', old, old])).toBe(0);
    expect(printed).toContain('0 slower, 0 faster, 1 within noise');
  });
});

it('says what there is', async () => {
  expect(await main(['--help'])).toBe(0);
  expect(printed).toContain('--compare OLD.json [NEW.json]');
  expect(printed).toContain('Benchmarks: kernels, rasterizer, methods, quickstart, pixel2mesh');
});

it('records are read as they were written', async () => {
  const { format: _, ...content } = recordOf([caseOf('a', 1.25, 2.5)]);
  await writeRecord(inFolder('record.json'), content);
  expect(await readRecord(inFolder('record.json'))).toEqual(recordOf([caseOf('a', 1.25, 2.5)]));
});
