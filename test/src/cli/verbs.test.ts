// The small verbs at work, on real files.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { icosphere } from '../../../renderer/index.ts';
import { readPng, writeMesh } from '../../../renderer/io/index.ts';
import { main } from '../../../src/cli/dispatch.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();

let folder: string;
let stdout = '';
let stderr = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rastergrad-cli-'));
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

describe('rastergrad schema', () => {
  it('prints JSON Schema of all tasks, with extends', async () => {
    expect(await main(['schema'])).toBe(0);
    const { oneOf } = JSON.parse(stdout);
    expect(
      oneOf.map((task: { properties: { task: { const: string } } }) => task.properties.task.const),
    ).toEqual(['train', 'fit', 'compare-gradients']);
    expect(oneOf[0].properties.extends.type).toBe('string');
    expect(oneOf[0].required).toEqual(['task']);
  });
});

describe('rastergrad render', () => {
  it('frames the whole mesh on a transparent background', async () => {
    const mesh = path.join(folder, 'ball.obj');
    const picture = path.join(folder, 'ball.png');
    await writeMesh(mesh, icosphere(2, { radii: [3, 3, 3], center: [10, 0, -7] }));
    expect(await main(['render', mesh, '-o', picture, '--size', '40', '--azimuth=77'])).toBe(0);
    expect(stdout).toBe(`${picture}: 40 × 40 pixels\n`);
    const image = await readPng(picture);
    expect(image.shape).toEqual([40, 40, 4]);
    const alpha = (row: number, column: number) => image.get(row, column, 3);
    expect([alpha(0, 0), alpha(0, 20), alpha(20, 0), alpha(39, 20), alpha(20, 39)]).toEqual([0, 0, 0, 0, 0]);
    expect([alpha(4, 20), alpha(20, 4), alpha(20, 20), alpha(35, 20), alpha(20, 35)]).toEqual([
      255, 255, 255, 255, 255,
    ]);
    expect(image.get(20, 20, 0)).toBeGreaterThan(60);
  });

  it('looks straight down when asked', async () => {
    const mesh = path.join(folder, 'plate.obj');
    const picture = path.join(folder, 'plate.png');
    await writeMesh(mesh, icosphere(2, { radii: [1, 0.05, 1] }));
    expect(await main(['render', mesh, '-o', picture, '--size=20', '--elevation=90', '-q'])).toBe(0);
    expect((await readPng(picture)).get(10, 3, 3)).toBe(255);
    expect(stdout).toBe('');
  });

  it('says what is wrong in one line, and writes nothing', async () => {
    const broken = path.join(folder, 'broken.obj');
    await writeFile(broken, 'v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4\n');
    const whole = path.join(folder, 'whole.obj');
    await writeMesh(whole, icosphere(0));
    const picture = path.join(folder, 'x.png');
    const none = path.join(folder, 'none.obj');
    const cases: [line: string[], message: RegExp][] = [
      [[broken], /broken\.obj:4: \S/],
      [[none], /none\.obj: no such file or folder/],
      [[whole, '--method', 'dibrr'], /there is no method "dibrr"; did you mean "dibr"\?/],
    ];
    for (const [line, message] of cases) {
      stderr = '';
      expect(await main(['render', ...line, '-o', picture])).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/^rastergrad: [^\n]+\n$/);
    }
    expect((await readdir(folder)).sort()).toEqual(['broken.obj', 'whole.obj']);
  });
});

describe('paths that lead nowhere', () => {
  it.each([
    [['run', '/nowhere/a.yaml'], '/nowhere/a.yaml: no such file or folder'],
    [['run', '--resume', '/nowhere/run'], '/nowhere/run: no such folder'],
    [['evaluate', '/nowhere/run'], '/nowhere/run: no such folder'],
    [
      ['dataset', 'build', 'nope', '--source', 'a', '-o', 'b'],
      'there is no data set "nope" to build; known: furniture-mini, furniture-views',
    ],
  ])('%j', async (line, message) => {
    expect(await main(line)).toBe(1);
    expect(stderr).toBe(`rastergrad: ${message}\n`);
  });
});

describe('rastergrad dataset', () => {
  it('exports a data set, describes it, and finds the files that are bad', async () => {
    const output = path.join(folder, 'p2m');
    const args = ['furniture-views', '--format', 'shapenet-p2m', '--output', output, '--objects', '2'];
    expect(await main(['dataset', 'export', ...args])).toBe(0);
    expect(stdout).toBe(`${output}: 2 objects\n`);
    stdout = '';
    expect(await main(['dataset', 'info', output])).toBe(0);
    expect(stdout).toContain('p2m: 2 objects, 28 views of 64 × 64 pixels; field of view 30°, distance 1.14');
    stdout = '';
    expect(await main(['dataset', 'check', output])).toBe(0);
    expect(stdout).toBe('p2m: 0 bad files\n');
    stdout = '';
    const [row] = (await readFile(path.join(output, 'test_list.txt'), 'utf8')).split('\n');
    const file = path.join(output, ...row.split('/').slice(-4));
    await writeFile(file, 'c__builtin__\neval\n.');
    expect(await main(['dataset', 'check', output, '--json'])).toBe(1);
    const { bad } = JSON.parse(stdout);
    expect(bad).toHaveLength(1);
    expect(bad[0].file).toBe(file);
    expect(bad[0].reason).toMatch(/refers to "__builtin__\.eval"/);
  });
});
