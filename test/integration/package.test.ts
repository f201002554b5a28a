// The package as its users get it: packed, installed in an empty folder with npm, and used from plain JavaScript, from
// TypeScript and from the command line.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/packageRoot.ts';

const MEGABYTE = 2 ** 20;

interface PackReport {
  filename: string;
  size: number;
  files: { path: string; mode: number }[];
}

let folder: string;
let report: PackReport;

function execute(program: string, args: string[], cwd = folder): string {
  return execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * MEGABYTE,
  });
}

/** Runs a program in the folder that has the package installed. */
function consume(name: string, source: string): string {
  writeFileSync(path.join(folder, name), source);
  return execute(process.execPath, [name]);
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-package-'));
  const packed = execute('npm', ['pack', '--json', '--pack-destination', folder], packageRoot);
  // Packing builds first, and may say so before the report.
  report = Object.values(JSON.parse(packed.slice(packed.search(/^[[{]/m))))[0] as PackReport;
  writeFileSync(path.join(folder, 'package.json'), '{"private": true, "type": "module"}');
  execute('npm', ['install', '--prefix', folder, '--prefer-offline', `./${report.filename}`]);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the tarball', () => {
  it('holds the build, the data, the experiments and the documentation, and nothing else', () => {
    const folders = new Set(report.files.map((file) => file.path.split('/')[0]));
    expect([...folders].sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'data', 'dist', 'docs', 'experiments', 'package.json'].sort(),
    );
    expect(report.files.filter((file) => /\.(test\.|tsbuildinfo)/.test(file.path))).toEqual([]);
  });

  it('stays under 10 MB', () => {
    expect(report.size).toBeLessThan(10 * MEGABYTE);
  });
});

describe('the installed package', () => {
  it('rasterizes and differentiates from JavaScript', () => {
    const output = consume(
      'renderer.js',
      `import * as tf from '@tensorflow/tfjs';
      import { icosphere, lookAt, PerspectiveCamera, rasterize, useBackend } from 'rastergrad/renderer';
      await useBackend('wasm');
      const { vertices, topology } = icosphere(2, { radii: [0.5, 0.5, 0.5] });
      const camera = new PerspectiveCamera({
        fovDegrees: 30,
        view: lookAt({ eye: [0, 0, 2], target: [0, 0, 0], up: [0, 1, 0] }),
      });
      const coverage = (v) =>
        rasterize(camera.project(v), topology, {
          width: 32, height: 32, method: { type: 'dibr' }, outputs: ['silhouette'],
        }).silhouette.sum();
      const gradient = tf.grad(coverage)(vertices.expandDims(0));
      console.log(JSON.stringify({
        covered: coverage(vertices.expandDims(0)).arraySync(),
        norm: gradient.norm().arraySync(),
      }));`,
    );
    const { covered, norm } = JSON.parse(output) as { covered: number; norm: number };
    // A sphere of radius 0.5 at distance 2 fills about 73 % of a 30° picture.
    expect(covered / 32 ** 2).toBeGreaterThan(0.65);
    expect(covered / 32 ** 2).toBeLessThan(0.8);
    expect(norm).toBeGreaterThan(0);
  });

  it('gives bundlers for browsers a renderer without file access, and Node one with it', () => {
    const source = `console.log(import.meta.resolve('rastergrad/renderer'))`;
    const resolved = (...conditions: string[]) =>
      execute(process.execPath, [...conditions, '--input-type=module', '--eval', source]);
    expect(resolved('--conditions=browser')).toMatch(/\/dist\/renderer\/browser\.js\n$/);
    expect(resolved()).toMatch(/\/dist\/renderer\/index\.js\n$/);
  });

  it('exposes the toolkit', () => {
    const output = consume(
      'toolkit.js',
      `import * as rastergrad from 'rastergrad';
      const { openDataset, runExperiment } = rastergrad;
      const dataset = await openDataset('furniture-mini');
      console.log(JSON.stringify([typeof runExperiment, dataset.split('test').length > 0]));`,
    );
    expect(JSON.parse(output)).toEqual(['function', true]);
  });

  it('reads data sets ahead in threads', () => {
    const output = consume(
      'threads.js',
      `import { datasetFolder, exportShapenetP2m, openDataset } from 'rastergrad';
      await exportShapenetP2m(await datasetFolder('furniture-views'), { output: 'p2m', objects: 1 });
      const dataset = await openDataset('p2m', { workers: 2 });
      const [object] = dataset.split('test');
      await object.prefetch({ pictures: [{ view: 0, size: 32 }, { view: 1 }], surfaces: [0] });
      console.log(JSON.stringify([object.views[0].imageAt(32).shape, object.views[0].surface.points.length]));`,
    );
    expect(JSON.parse(output)).toEqual([[32, 32, 4], 6000]);
  });

  it('has a command line', () => {
    // What npx runs.
    const program = path.join(folder, 'node_modules/.bin/rastergrad');
    expect(execute(program, ['--help'])).toMatch(/\brun\b.*\bpredict\b/s);
    const schema = JSON.parse(execute(program, ['schema'])) as object;
    expect(JSON.stringify(schema)).toContain('"learningRate"');
  });

  it('predicts with the model that comes along', () => {
    const picture = new PNG({ width: 64, height: 64 });
    for (let i = 4 * 64 * 16; i < 4 * 64 * 48; i++) picture.data[i] = 200;
    writeFileSync(path.join(folder, 'box.png'), PNG.sync.write(picture));
    const program = path.join(folder, 'node_modules/.bin/rastergrad');
    expect(execute(program, ['predict', 'box.png'])).toMatch(
      /^box\.png: 642 vertices, 1280 faces, .* → predictions\/box\.obj, predictions\/box\.glb, predictions\/box-turntable\.png\n$/,
    );
  });

  it('has type declarations that a strict project compiles with', () => {
    writeFileSync(
      path.join(folder, 'consumer.ts'),
      `import * as tf from '@tensorflow/tfjs';
      import { runExperiment } from 'rastergrad';
      import { icosphere, type Mesh, rasterize, readMesh } from 'rastergrad/renderer';
      const mesh: Mesh = icosphere(1);
      const silhouette: tf.Tensor | undefined = rasterize(mesh.vertices.expandDims(0), mesh.topology, {
        width: 8, height: 8, method: { type: 'dibr', sharpness: 7000 }, outputs: ['silhouette'],
      }).silhouette;
      export const read: (path: string) => Promise<Mesh> = readMesh;
      export { runExperiment, silhouette };`,
    );
    const compiler = path.join(packageRoot, 'node_modules/typescript/bin/tsc');
    const options = '--noEmit --strict --target es2023 --module nodenext --skipLibCheck consumer.ts'.split(
      ' ',
    );
    expect(execute(process.execPath, [compiler, ...options])).toBe('');
  });
});
