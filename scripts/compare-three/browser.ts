// three.js at work in headless Chromium, on model files of this machine.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ndarray from 'ndarray';
import type { ByteImage } from '../../renderer/index.ts';
import { bundlePage, launchChromium, servePage } from '../../test/chromium.ts';
import type { ThreeRequest } from './page/page.ts';

const root = path.join(import.meta.dirname, 'page');

/** WebGL by the processor, which is the same on every machine. */
const graphics = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

export interface ThreeBrowser {
  /** [size, size, 4] of a model file. */
  render(file: string, request: Omit<ThreeRequest, 'url'>): Promise<ByteImage>;
  close(): Promise<void>;
}

export async function openThree(): Promise<ThreeBrowser> {
  const outDir = await mkdtemp(path.join(tmpdir(), 'rastergrad-three-'));
  await bundlePage(root, outDir, { minify: false });
  const server = await servePage(root, outDir);
  const browser = await launchChromium(graphics);
  const page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(message.text());
  });
  const [home] = server.resolvedUrls!.local;
  let folder = '';
  await page.route(`${home}model/**`, (route) => {
    const name = decodeURIComponent(new URL(route.request().url()).pathname.replace(/^\/model\//, ''));
    return route.fulfill({ path: path.join(folder, name) });
  });
  await page.goto(home);
  await page.waitForFunction('globalThis.renderWithThree');
  return {
    async render(file, request) {
      folder = path.dirname(file);
      const whole = { ...request, url: `${home}model/${encodeURIComponent(path.basename(file))}` };
      const pixels = (await page.evaluate(`renderWithThree(${JSON.stringify(whole)})`)) as string;
      const bytes = new Uint8Array(Buffer.from(pixels, 'base64'));
      return ndarray(bytes, [request.size, request.size, 4]);
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(outDir, { recursive: true });
    },
  };
}
