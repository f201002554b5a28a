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
}, 60_000);
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
    expect(page.match(/<img src="data:image\/png;base64,/g)).toHaveLength(30);
    expect(page.match(/alt="input picture"/g)).toHaveLength(5);
  });

  it('draws loss terms, gradients, each validation number and what the optimiser was given', () => {
    expect(page.match(/<svg /g)).toHaveLength(7);
    const titles = ['Weighted loss terms', 'Gradient of each term', 'Validation: F-score %', 'Learning rate'];
    for (const title of titles) expect(page).toContain(title);
  });

  it('names the baselines beside the course of validations', () => {
    expect(page).toMatch(/<ul class="legend"><li>.*this run<\/li><li>.*best constant shape<\/li><\/ul>/);
  });

  it('explains the colours of errors, and shows them once', () => {
    expect(page.match(/class="scale"/g)).toHaveLength(1);
    expect(page).toContain('<span>0.1+</span>');
    expect(page.match(/<h3>The worst<\/h3>/g)).toHaveLength(1);
  });

  it('says where the time went, all of it', () => {
    const shares = [...page.matchAll(/<\/i>[^<]* <b>([\d.]+) %<\/b>/g)].map(([, share]) => Number(share));
    expect(shares).toHaveLength(6);
    expect(Math.abs(shares.reduce((sum, share) => sum + share) - 100)).toBeLessThan(1);
  });

  it('lists what the config says otherwise than the defaults, and nothing else', () => {
    const changes = [...page.matchAll(/<tr><td>([\w.]+)<\/td><td>([^<]*)<\/td><td class="usual">([^<]*)/g)];
    expect(changes.map(([, field, value, usual]) => [field, value, usual])).toEqual([
      ['losses.chamfer.weight', '1', '0'],
      ['losses.edge.weight', '0.1', '0'],
      ['losses.laplacian.weight', '0.5', '0'],
      ['losses.silhouette.weight', '0.05', '0'],
      ['losses.color.weight', '0.1', '0'],
    ]);
  });

  it('lists what the config says otherwise than its parent', async () => {
    const run = await makeSampleRun(root, { finished: false });
    const config = await run.readConfig();
    await run.writeConfig({ ...config, seed: 2, name: 'other' }, config);
    const text = await readFile(await writeReport(run), 'utf8');
    expect(text).toContain('<h2>What is not as in quickstart</h2>');
    expect(text).toContain(
      '<th>quickstart</th></tr></thead><tbody><tr><td>seed</td><td>2</td><td class="usual">1</td></tr></tbody>',
    );
    expect(page).not.toContain('What is not as in');
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
