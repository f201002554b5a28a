// Pages in headless Chromium. CHROMIUM names the browser's program; tests skip without one, except where CI is set.

import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build, type Plugin, type PreviewServer, preview } from 'vite';

export const program = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const mayBeSkipped = !process.env.CI && !existsSync(program);

/** `graphics` says what draws: by default nothing but the processor. */
export const launchChromium = (graphics: readonly string[] = ['--disable-gpu']): Promise<Browser> =>
  chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...graphics,
    ],
  });

const wasmFolder = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));

/** Bundles the page in `root`, with the files of the wasm back end beside it. */
export async function bundlePage(
  root: string,
  outDir: string,
  { minify, plugins }: { minify: boolean; plugins?: Plugin[] },
): Promise<void> {
  await build({
    root,
    base: './',
    configFile: false,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, minify },
    plugins,
  });
  for (const file of readdirSync(wasmFolder)) {
    if (file.endsWith('.wasm')) copyFileSync(path.join(wasmFolder, file), path.join(outDir, file));
  }
}

/** Serves a bundle on a free port. */
export const servePage = (
  root: string,
  outDir: string,
  headers: Record<string, string> = {},
): Promise<PreviewServer> =>
  preview({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0, headers },
  });
