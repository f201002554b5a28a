// The page of a comparison: whole in itself, true to the numbers, safe whatever names there are, and alive in a browser.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeComparisonPage } from '../../../src/comparison/page/index.ts';
import type { Comparison, Timings } from '../../../src/comparison/results.ts';
import { launchChromium, mayBeSkipped, program } from '../../chromium.ts';
import { comparison, timings } from './sampleComparison.ts';

let folder: string;
let page: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-comparison-'));
  page = await pageOf(comparison, timings);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function pageOf(compared: Comparison, times: Timings): Promise<string> {
  return readFileSync(await writeComparisonPage(folder, compared, times), 'utf8');
}

/** What a reader sees of a table's row, by its first cell. */
function rowsOf(text: string, label: string): string[] {
  const rows = [...text.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    row
      .replace(/<\/t[dh]>/g, ' | ')
      .replace(/<[^>]*>/g, '')
      .trim(),
  );
  return rows.filter((row) => row.startsWith(`${label} |`));
}

describe('index.html', () => {
  it('needs nothing from anywhere else', () => {
    const links = [...page.matchAll(/(?:src=|href=|url\()["']?([^"')\s>]+)/g)].map(([, target]) => target);
    expect(links.filter((target) => !/^(data:image\/png;base64,|#)/.test(target))).toEqual([]);
    expect(page).not.toMatch(/@import|<link|<script[^>]*src=|fetch\(|XMLHttpRequest/i);
    expect(page.length).toBeLessThan(1.5e6);
  });

  it('leads to every part that it names', () => {
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(8);
    for (const id of targets) expect(page).toContain(`id="${id}"`);
  });

  it('shows the numbers, with their standard errors over random cases', () => {
    const measured = comparison.measurements.find(
      ({ scene, method, resolution }) => scene === 'triangle' && method === 'dibr' && resolution === 128,
    )!;
    const { mean, standardError } = measured.cosine!;
    expect(rowsOf(page, 'dibr')[0]).toContain(`| ${mean.toFixed(3)} ± ${standardError.toFixed(3)} |`);
    expect(page).toMatch(/<td>−0\.637 <span class="error">± 0\.010<\/span><\/td>/);
    expect(page).toContain('3e−13 of its largest');
  });

  it('has the best of a column in bold, where a ratio is best at 1', () => {
    const best = [...page.matchAll(/<td class="best"[^>]*>([^<]*)/g)].map(([, number]) => number.trim());
    expect(best).toContain('0.99');
    expect(best).not.toContain('9.40');
    expect(best).not.toContain('0.00');
  });

  it('puts a dash where a method has no gradient', () => {
    expect(rowsOf(page, 'hard')[0]).toMatch(/^hard \| – \| – \|$/);
    expect(page).toContain('no gradient at all');
  });

  it('draws cosines for each scene and loss, and four courses for each descent', () => {
    expect(page.match(/<svg role="img"/g)).toHaveLength(2 * 2 + 4 * 4);
    for (const text of ['>One triangle<', '>pixels a side<', '>seconds<', 'Deform'])
      expect(page).toContain(text);
  });

  it('says what was compared, with what, and how to do it again', () => {
    for (const text of [
      '32², 64², 128² pixels',
      '600 of One triangle',
      '600 random cases',
      'rastergrad compare-gradients --scene triangle,sphere --resolution 32,64,128 --seed 3',
      '20.19.2',
      'What edge does, in a line.',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('escapes whatever comes from outside', () => {
    expect(page).toContain('Made-up numbers for &lt;tests&gt; &amp; looks.');
    expect(page).toContain('dibr boxSize=0.05 &lt;unbiased&gt;');
    expect(page).not.toContain('<unbiased>');
    expect(page).not.toContain('<copy>');
  });

  it('embeds the numbers of the figures, to five places of the largest', () => {
    const [, json] = page.match(/<script type="application\/json" id="gradients">(.*?)<\/script>/s)!;
    const scenes = JSON.parse(json);
    expect(scenes).toHaveLength(2);
    const [given] = comparison.pictures;
    expect(scenes[0].gradients.map(({ label }: { label: string }) => label)).toEqual(
      given.gradients.map(({ label }) => label),
    );
    scenes[0].gradients.forEach(({ values }: { values: number[] }, i: number) => {
      const exact = given.gradients[i].values;
      const largest = Math.max(...exact.map(Math.abs));
      for (const [j, value] of values.entries()) {
        expect(Math.abs(value - exact[j])).toBeLessThanOrEqual(5e-5 * largest);
      }
    });
  });

  it('has a script that parses', () => {
    const [, script] = page.match(/<script>(.*?)<\/script>/s)!;
    expect(() => new Script(script)).not.toThrow();
  });

  it('is the same for the same results', async () => {
    expect(await pageOf(comparison, timings)).toBe(page);
  });
});

describe('a comparison of which parts were left out', () => {
  it('has no sections for them', async () => {
    const small = await pageOf(
      { ...comparison, bias: [], descents: [], pictures: [] },
      { ...timings, measurements: [], descents: [] },
    );
    for (const id of ['bias', 'descents', 'timing', 'gradients']) {
      expect(small).not.toContain(`id="${id}"`);
      expect(small).not.toContain(`href="#${id}"`);
    }
    expect(small).not.toContain('<script');
    expect(small).toContain('All measures: color-l1');
  });

  it('may have pictures without maps, and one method', async () => {
    const only = <Item extends { method: string }>(items: Item[]) =>
      items.filter(({ method }) => method === 'edge');
    const small = await pageOf(
      {
        ...comparison,
        methods: comparison.methods.filter(({ label }) => label === 'edge'),
        measurements: only(comparison.measurements),
        bias: only(comparison.bias),
        descents: only(comparison.descents),
        pictures: comparison.pictures.map((pictures) => ({
          ...pictures,
          gradients: pictures.gradients.filter(({ label }) => label === 'oracle' || label === 'edge'),
          maps: [],
        })),
      },
      { ...timings, measurements: only(timings.measurements), descents: only(timings.descents) },
    );
    expect(small).toContain('class="panels arrows"');
    expect(small).not.toContain('class="panels maps"');
    expect(small).not.toContain('class="best"');
  });

  it('may have descents without times', async () => {
    expect(await pageOf(comparison, { ...timings, descents: [] })).toContain('id="descents"');
  });
});

describe.skipIf(mayBeSkipped)(`in ${program}`, () => {
  let browser: Browser;
  let view: Page;
  const problems: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    view = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    view.on('pageerror', (error) => problems.push(error.message));
    view.on('request', (request) => requests.push(new URL(request.url()).protocol));
    const file = await writeComparisonPage(folder, comparison, timings);
    await view.goto(pathToFileURL(file).href);
  }, 60_000);
  afterAll(() => browser?.close());

  it('draws every panel, and asks for nothing else', async () => {
    expect(await view.locator('.frame svg').count()).toBe(2 * 2 * 8);
    expect(problems).toEqual([]);
    expect(requests.filter((protocol) => protocol !== 'data:')).toEqual(['file:']);
  });

  it('shows the numbers of the vertex under the pointer, in all panels', async () => {
    const figure = view.locator('.panels.arrows').first();
    const frame = figure.locator('.frame').nth(2);
    await frame.scrollIntoViewIfNeeded();
    const box = (await frame.boundingBox())!;
    const { vertices, gradients } = comparison.pictures[0];
    await view.mouse.move(
      box.x + ((vertices[2] + 1.05) / 2) * box.width,
      box.y + ((1 - vertices[3]) / 2) * box.height,
    );
    expect(await figure.locator('+ .readout').textContent()).toMatch(/^Vertex 1 at \(/);
    const [gx] = gradients[0].values.slice(2);
    const notes = await figure.locator('.note').allTextContents();
    expect(Number(notes[0].match(/\((.*?),/)![1].replaceAll('−', '-'))).toBeCloseTo(gx, 6);
    expect(notes[2]).toMatch(/^g = \(.*\), \d+\.\d° off, length × 1\.08$/);
    expect(await figure.locator('.mark').count()).toBe(8);
    await view.mouse.move(0, 0);
    expect(await figure.locator('.mark').count()).toBe(0);
    expect((await figure.locator('.note').allTextContents())[2]).toMatch(/^cosine/);
  });

  it('steps through pixels by the keys', async () => {
    const figure = view.locator('.panels.maps').first();
    await figure.focus();
    await view.keyboard.press('ArrowRight');
    const first = await figure.locator('+ .readout').textContent();
    await view.keyboard.press('ArrowDown');
    const second = await figure.locator('+ .readout').textContent();
    const rowOf = (text: string | null) => Number(text?.match(/row (\d+)/)?.[1]);
    expect(rowOf(second)).toBe(rowOf(first) + 1);
    await view.keyboard.press('Escape');
    expect(await figure.locator('.mark').count()).toBe(0);
  });

  it('draws arrows anew for each scale', async () => {
    const section = view.locator('section#scene-0');
    const lengths = () =>
      section
        .locator('.arrows .arrow:not(.exact) .shaft')
        .evaluateAll((paths) => paths.map((shaft) => (shaft as SVGPathElement).getTotalLength()));
    const common = await lengths();
    await section.locator('input[value=own]').check();
    const own = await lengths();
    expect(common[5]).toBeGreaterThan(2 * common[0]);
    expect(Math.abs(own[5] - own[0])).toBeLessThan(0.3 * own[0]);
  });

  it('fits a narrow screen', async () => {
    await view.setViewportSize({ width: 360, height: 740 });
    expect(await view.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});
