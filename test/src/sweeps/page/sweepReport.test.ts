// The report of a sweep: numbers over seeds, charts, pictures, and runs that are not there.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ndarray from 'ndarray';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writePng } from '../../../../renderer/io/index.ts';
import { parseConfig } from '../../../../src/config/config.ts';
import { writeReport } from '../../../../src/report/index.ts';
import { createRun, type Results } from '../../../../src/runs/index.ts';
import { type ReportedRun, type ReportedSweep, writeSweepReport } from '../../../../src/sweeps/index.ts';

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-sweep-'));
const runs: ReportedRun[] = [];
let page: string;

beforeAll(async () => {
  for (const hidden of [32, 64]) {
    for (const method of ['dibr', '<hard>']) {
      for (const seed of [1, 2]) {
        const name = `hidden=${hidden},method=${method.replace(/\W/g, '')},seed=${seed}`;
        const overrides = { 'model.hidden': hidden, 'renderer.method.type': method, seed };
        const run = { name, overrides, folder: path.join(root, 'runs', name) };
        if (method === 'dibr' || hidden === 32) await makeRun(name, hidden + seed);
        runs.push(run);
      }
    }
  }
  // One that was interrupted, one whose folder is damaged; the last has not begun.
  rmSync(path.join(runs[2].folder, 'results.json'));
  mkdirSync(runs[6].folder);
  page = await report({ name: 'grid', runs });
}, 60_000);
afterAll(() => rmSync(root, { recursive: true }));

async function report(sweep: ReportedSweep): Promise<string> {
  return readFileSync(await writeSweepReport(root, sweep), 'utf8');
}

/** A run whose chamfer distance is `chamfer`. */
async function makeRun(name: string, chamfer: number): Promise<void> {
  const run = await createRun({ root: path.join(root, 'runs'), name });
  await run.writeConfig(parseConfig({ task: 'train', name: 'x', losses: { chamfer: { weight: 1 } } }));
  for (const step of [10, 20, 30]) {
    run.metrics.append({ step, kind: 'validation', values: { chamfer: chamfer / step, f: 50 } });
  }
  const columns = ['input', 'prediction', 'unseen, +90°', 'truth, +90°'];
  const rows = ['a', 'b'].map((id) => ({ label: id, cells: columns.map((_, c) => `${id}-${c}.png`) }));
  for (const { cells } of rows) {
    for (const cell of cells)
      await writePng(run.file('pictures', cell), ndarray(new Uint8Array(3), [1, 1, 3]));
  }
  await run.writePictureIndex({ groups: [{ title: 'Held-out', columns, rows }] });
  await run.writeResults(resultsOf(chamfer));
  await writeReport(run);
}

const resultsOf = (chamfer: number): Results => ({
  title: 'x',
  tables: [
    {
      title: 'Held-out objects (test)',
      note: 'Two objects.',
      columns: [
        { key: 'chamfer', label: 'chamfer', digits: 2, better: 'lower' },
        { key: 'f', label: 'F %', digits: 1, better: 'higher' },
      ],
      rows: [
        { label: 'x', kind: 'model', values: { chamfer, f: 50 } },
        { label: 'mean shape', kind: 'baseline', values: { chamfer: 70, f: 20 } },
      ],
    },
  ],
});

/** Texts of the cells of each row of a table. */
function rowsOf(table: string): string[][] {
  const [body] = page.match(new RegExp(`<table class="${table}">.*?</table>`, 's'))!;
  return [...body.matchAll(/<tr.*?<\/tr>/gs)].map(([row]) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, text]) => text.replace(/<[^>]*>/g, '')),
  );
}

describe('report.html of a sweep', () => {
  it('has a row a group, mean ± standard deviation over its seeds, and the baselines', () => {
    expect(rowsOf('numbers')).toEqual([
      ['hidden', 'method', 'runs', 'chamfer ↓', 'F % ↑'],
      ['32', 'dibr', '2', '33.50 ± 0.71', '50.0 ± 0.0'],
      ['32', '&lt;hard&gt;', '1 of 2', '34.00', '50.0'],
      ['64', 'dibr', '2', '65.50 ± 0.71', '50.0 ± 0.0'],
      ['64', '&lt;hard&gt;', '0 of 2', '–', '–'],
      ['mean shape', '', '5', '70.00 ± 0.00', '20.0 ± 0.0'],
    ]);
  });

  it('makes the best mean of a column bold', () => {
    expect(page.match(/<td class="best">([^<]+)</g)).toEqual([
      '<td class="best">33.50 ± 0.71<',
      '<td class="best">50.0 ± 0.0<',
    ]);
  });

  it('draws every number against every axis, and the course of validations', () => {
    expect(page.match(/<svg /g)).toHaveLength(2 * 2 + 2);
    expect(page.match(/<h3>(hidden|method)<\/h3>/g)).toHaveLength(2);
  });

  it('shows the same objects of every group that has some, below the truth', () => {
    expect(rowsOf('pictures').map(([label]) => label)).toEqual([
      '',
      'truth',
      'hidden 32 · method dibr',
      'hidden 32 · method &lt;hard&gt;',
      'hidden 64 · method dibr',
    ]);
    expect(page.match(/<img src="data:image\/png;base64,/g)).toHaveLength(4 * 4);
  });

  it('lists runs with their reports, and says what became of those without results', () => {
    expect(page).toContain('3 runs without results');
    expect(rowsOf('runs').map(([, seed, state]) => [seed, state])).toEqual([
      ['seed', 'state'],
      ['1', 'finished'],
      ['2', 'finished'],
      ['1', 'not finished: its last recorded step is 30'],
      ['2', 'finished'],
      ['1', 'finished'],
      ['2', 'finished'],
      ['1', expect.stringContaining('not a run folder')],
      ['2', 'not begun'],
    ]);
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link]) => decodeURIComponent(link));
    expect(links).toHaveLength(6);
    for (const link of links)
      expect(readFileSync(path.join(root, link), 'utf8')).toContain('<!doctype html>');
  });

  it('needs nothing from anywhere else', () => {
    expect(page).not.toMatch(/<script|@import|<link|src="(?!data:)/i);
  });

  it('is a list of runs where none has begun', async () => {
    const fresh = [{ name: 'a', overrides: {}, folder: path.join(root, 'none') }];
    const text = await report({ name: 'fresh', runs: fresh });
    expect(text).toContain('not begun');
    expect(text).not.toContain('<svg');
  });

  it('has one group and no axes where seeds alone differ', async () => {
    const seeds = runs.slice(0, 2).map((run) => ({ ...run, overrides: { seed: run.overrides.seed } }));
    const text = await report({ name: 'seeds', runs: seeds });
    expect(text).toContain('2 runs in 1 group.');
    expect(text).toContain('33.50 ± 0.71');
    expect(text).not.toContain('Against each axis');
  });
});

it('is made again by rastergrad report', async () => {
  const { main } = await import('../../../../src/cli/dispatch.ts');
  rmSync(path.join(root, 'report.html'), { force: true });
  writeFileSync(
    path.join(root, 'sweep.yaml'),
    JSON.stringify({ config: 'x.yaml', runs: runs.map(({ name, overrides }) => ({ name, overrides })) }),
  );
  expect(await main(['report', root])).toBe(0);
  expect(readFileSync(path.join(root, 'report.html'), 'utf8')).toContain('33.50 ± 0.71');
});
