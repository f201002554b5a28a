// Kernels on gpu.js where there is a GPU, or SwiftShader, which stands in for one in software: WebGL 2 and WebGPU in headless
// Chromium, WebGPU in Node. What the machine lacks is skipped, except where CI is set.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage, launchChromium, mayBeSkipped, program, servePage } from '../chromium.ts';
import type { Errors, kernelErrors } from './gpu/checks.ts';

const root = path.join(import.meta.dirname, 'gpu');

function expectSmall(errors: Errors): void {
  for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-5);
}

describe.skipIf(mayBeSkipped)(`in ${program}`, () => {
  let outDir: string;
  let browser: Browser;
  let server: PreviewServer;
  let page: Page;

  beforeAll(async () => {
    outDir = mkdtempSync(path.join(tmpdir(), 'rastergrad-gpu-'));
    await bundlePage(root, outDir, { minify: true });
    server = await servePage(root, outDir);
    browser = await launchChromium([
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
    ]);
    page = await browser.newPage();
    await page.goto(server.resolvedUrls!.local[0]);
    await page.waitForFunction('globalThis.asyncErrors');
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(outDir, { recursive: true, force: true });
  });

  it('kernel "gpu" runs on WebGL 2 and agrees with the reference, in a minified bundle too', async () => {
    const { mode, errors } = (await page.evaluate('kernelErrors()')) as Awaited<
      ReturnType<typeof kernelErrors>
    >;
    expect(mode).toBe('webgl2');
    expectSmall(errors);
  });

  it('rasterizeAsync runs on WebGPU and agrees with rasterize', async () => {
    expectSmall((await page.evaluate('asyncErrors()')) as Errors);
  });
});

// Chromium brings a Vulkan loader and SwiftShader, which the package webgpu can use as well.
const vulkan = path.join(process.env.SWIFTSHADER ?? '/usr/lib/chromium', 'vk_swiftshader_icd.json');

describe.skipIf(!process.env.CI && !existsSync(vulkan))(`in Node, on ${vulkan}`, () => {
  it('rasterizeAsync runs on WebGPU and agrees with rasterize', async () => {
    const folder = path.dirname(vulkan);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', path.join(root, 'node.ts')],
      { env: { ...process.env, LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: vulkan } },
    );
    expectSmall(JSON.parse(stdout.trim().split('\n').at(-1)!) as Errors);
  });
});
