// The renderer in a browser: a Vite bundle of it needs nothing of Node, and in headless Chromium it computes the same pictures
// and gradients as in Node.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage, launchChromium, mayBeSkipped, program, servePage } from '../chromium.ts';
import { renderScene, type ScenePictures } from './browser/scene.ts';

const root = path.join(import.meta.dirname, 'browser');

let outDir: string;
/** For each built-in module of Node that the bundle had to replace by an empty one: the files that import it. */
let importersOfBuiltIns: string[];
let imports: string[];

beforeAll(async () => {
  outDir = mkdtempSync(path.join(tmpdir(), 'rastergrad-browser-'));
  importersOfBuiltIns = [];
  imports = [];
  await bundlePage(root, outDir, {
    minify: false,
    plugins: [
      {
        name: 'list-imports',
        buildEnd() {
          for (const id of this.getModuleIds()) {
            if (!/^(node:|__vite-browser-external)/.test(id)) continue;
            const { importers, dynamicImporters } = this.getModuleInfo(id)!;
            importersOfBuiltIns.push(...importers, ...dynamicImporters);
          }
        },
        generateBundle(_options, bundle) {
          for (const part of Object.values(bundle)) {
            if (part.type === 'chunk') imports.push(...part.imports, ...part.dynamicImports);
          }
        },
      },
    ],
  });
}, 120_000);

afterAll(() => rmSync(outDir, { recursive: true, force: true }));

describe('a bundle of the renderer', () => {
  it('has no import of a built-in module of Node', () => {
    // TensorFlow.js and its seedrandom have branches for Node that a browser never enters; their packages say so to bundlers.
    const others = importersOfBuiltIns.filter(
      (file) => !/\/node_modules\/(@tensorflow|seedrandom)\//.test(file),
    );
    expect(others).toEqual([]);
  });

  it('imports nothing but its own chunks', () => {
    const chunks = new Set(readdirSync(path.join(outDir, 'assets')).map((file) => `assets/${file}`));
    expect(imports.filter((file) => !chunks.has(file))).toEqual([]);
  });
});

// An isolated page can share memory between threads.
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

describe.skipIf(mayBeSkipped).each([
  ['a page', {}],
  ['a cross-origin isolated page', isolation],
] as const)(`the renderer in ${program}, %s`, (_, headers) => {
  let browser: Browser;
  let server: PreviewServer;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    server = await servePage(root, outDir, headers);
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(server.resolvedUrls!.local[0]);
    await page.waitForFunction('globalThis.renderScene');
    expect(await page.evaluate('crossOriginIsolated')).toBe(headers === isolation);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it.each(['wasm', 'cpu'] as const)(
    'computes bit for bit what Node does, on the %s back end',
    async (name) => {
      const [there, here] = [
        (await page.evaluate(`renderScene('${name}', './')`)) as ScenePictures,
        await renderScene(name),
      ];
      expect(problems).toEqual([]);
      expect(here.silhouette.reduce((sum, value) => sum + value)).toBeGreaterThan(500);
      expect(here.gradient.filter((value) => value !== 0).length).toBeGreaterThan(200);
      expect(there).toEqual(here);
    },
  );

  it('draws in several threads where they can share memory', async () => {
    await page.evaluate("renderScene('wasm', './')");
    const cores = (await page.evaluate('navigator.hardwareConcurrency')) as number;
    const threads = headers === isolation ? Math.min(4, cores) : 1;
    expect(await page.evaluate('renderer.threadsInUse()')).toBe(threads);
    expect(problems).toEqual([]);
  });
});
