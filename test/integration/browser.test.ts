// The renderer in a browser: a Vite bundle of it needs nothing of Node, and in headless Chromium it computes the same pictures
// and gradients as in Node. CHROMIUM names the browser's program; without one the second part is skipped, except where CI is set.

import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderScene, type ScenePictures } from './browser/scene.ts';

const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
const root = path.join(import.meta.dirname, 'browser');
const wasmFolder = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));

let outDir: string;
/** For each built-in module of Node that the bundle had to replace by an empty one: the files that import it. */
let importersOfBuiltIns: string[];
let imports: string[];

beforeAll(async () => {
  outDir = mkdtempSync(path.join(tmpdir(), 'rastergrad-browser-'));
  importersOfBuiltIns = [];
  imports = [];
  await build({
    root,
    base: './',
    configFile: false,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, minify: false },
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
  for (const file of readdirSync(wasmFolder)) {
    if (file.endsWith('.wasm')) copyFileSync(path.join(wasmFolder, file), path.join(outDir, file));
  }
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

describe.skipIf(!process.env.CI && !existsSync(program))(`the renderer in ${program}`, () => {
  let browser: Browser;
  let server: PreviewServer;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    server = await preview({
      root,
      configFile: false,
      logLevel: 'error',
      build: { outDir },
      preview: { host: '127.0.0.1', port: 0 },
    });
    browser = await chromium.launch({
      executablePath: program,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(server.resolvedUrls!.local[0]);
    await page.waitForFunction('globalThis.renderScene');
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
});
