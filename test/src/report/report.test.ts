// The report of a run: whole in itself, true to the run folder, and safe whatever names objects have.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../../src/report/index.ts';
import { makeSampleRun } from './sampleRun.ts';

let root: string;
let page: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'rastergrad-report-'));
  page = await readFile(await writeReport(await makeSampleRun(root)), 'utf8');
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

describe('report.html', () => {
  it('needs nothing from anywhere else', () => {
    const links = [...page.matchAll(/(?:src|href|url\()=?["'(]?([^"')\s>]+)/g)].map(([, target]) => target);
    expect(
      links.filter((target) => !target.startsWith('data:image/png;base64,') && !target.startsWith('#')),
    ).toEqual([]);
    expect(page).not.toMatch(/<script|@import|<link/i);
  });

  it('shows the table with the best of each column in bold, baselines beside', () => {
    expect(page).toContain(
      '<tr class="baseline"><td>nearest training silhouette</td><td class="best">8.94</td>',
    );
    expect(page).toMatch(
      /<tr class="model"><td>this model<\/td><td>10\.92<\/td><td>59\.9<\/td><td class="best">78\.2<\/td>/,
    );
  });

  it('shows every picture with its column named', () => {
    expect(page.match(/<img src="data:image\/png;base64,/g)).toHaveLength(24);
    expect(page.match(/alt="input picture"/g)).toHaveLength(4);
  });

  it('draws loss terms and each validation number', () => {
    expect(page.match(/<svg /g)).toHaveLength(4);
    for (const name of ['chamfer', 'silhouette', 'Validation: F-score %']) expect(page).toContain(name);
  });

  it('says what was trained, for how long, with what', () => {
    for (const fact of [
      '42 → 162 → 642 vertices',
      '1 min 37 s',
      'edge 0.1',
      'dibr, 64² pixels',
      process.versions.node,
    ]) {
      expect(page).toContain(fact);
    }
  });

  it('escapes whatever comes from outside', () => {
    expect(page).toContain('Sofa with &lt;b&gt;two&lt;/b&gt; seats');
    expect(page).toContain('&lt;silhouettes&gt; &amp; colours');
  });

  it('reports an interrupted run as far as it came', async () => {
    const interrupted = await readFile(
      await writeReport(await makeSampleRun(root, { finished: false })),
      'utf8',
    );
    expect(interrupted).toContain('has not come to its end: its last recorded step is 1000');
    expect(interrupted).not.toContain('<h2>Pictures</h2>');
  });
});
