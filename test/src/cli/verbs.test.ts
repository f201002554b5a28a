// The small verbs at work, on real files.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ndarray from 'ndarray';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { icosphere } from '../../../renderer/index.ts';
import { readPng, writeMesh, writePng } from '../../../renderer/io/index.ts';
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

  /** The picture of the command, of the deck chair unless it names another mesh. */
  const drawn = async (...words: string[]) => {
    const picture = path.join(folder, 'drawn.png');
    const meshes = words.some((word) => word.endsWith('.obj')) ? [] : [deckChair];
    stdout = '';
    expect(await main(['render', ...meshes, '-o', picture, ...words]), stderr).toBe(0);
    return readPng(picture);
  };
  const deckChair = 'data/furniture-meshes/deckChair.obj';
  const chair = 'data/furniture-meshes/chair.obj';

  it('shows textures, which lights and clay change', async () => {
    const colors = async (...words: string[]) => {
      const { data } = await drawn('--size', '48', ...words);
      const seen = Array.from({ length: data.length / 4 }, (_, i) => data.subarray(4 * i, 4 * i + 4));
      return seen.filter(([, , , alpha]) => alpha === 255);
    };
    const plain = await colors();
    // Blue and white stripes between brown bars.
    expect(plain.filter(([red, , blue]) => blue > red + 60).length).toBeGreaterThan(50);
    expect(plain.filter(([red, , blue]) => red > blue + 40).length).toBeGreaterThan(50);
    expect(await colors('--shading', 'unlit')).toEqual(plain);
    const mean = (pixels: Uint8Array[]) => pixels.reduce((sum, [red]) => sum + red, 0) / pixels.length;
    const front = mean(await colors('--shading', 'lambert', '--light', '0,30'));
    const behind = mean(await colors('--shading', 'lambert', '--light', '180,-30'));
    expect(front).toBeLessThan(mean(plain));
    expect(behind).toBeLessThan(front - 5);
    for (const [red, green, blue] of await colors('--clay')) expect([green, blue]).toEqual([red, red]);
  });

  it('turns the mesh, in a strip that starts where one picture is', async () => {
    const strip = await drawn('--size', '24', '--views', '3', '--azimuth', '40');
    expect(strip.shape).toEqual([24, 72, 4]);
    for (const view of [0, 1, 2]) {
      const single = await drawn('--size', '24', `--azimuth=${40 + 120 * view - (view === 2 ? 360 : 0)}`);
      for (let row = 0; row < 24; row++) {
        for (let column = 0; column < 24; column++) {
          expect(strip.get(row, 24 * view + column, 3)).toBe(single.get(row, column, 3));
        }
      }
    }
  });

  it('is as wide and high as asked, with all of the mesh in it', async () => {
    for (const [width, height] of [
      [20, 60],
      [60, 20],
    ]) {
      const picture = await drawn('--width', String(width), '--height', String(height), '--clay');
      expect(picture.shape).toEqual([height, width, 4]);
      const alphaAt = (row: number, column: number) => picture.get(row, column, 3);
      const border = [
        ...Array.from({ length: width }, (_, column) => [alphaAt(0, column), alphaAt(height - 1, column)]),
        ...Array.from({ length: height }, (_, row) => [alphaAt(row, 0), alphaAt(row, width - 1)]),
      ].flat();
      expect(Math.max(...border)).toBe(0);
      expect(alphaAt(height / 2, width / 2)).toBe(255);
    }
  });

  it('puts several meshes on a sheet with their names', async () => {
    const sheet = await drawn(deckChair, chair, deckChair, '--size', '30', '--background', 'white');
    // Two columns, each picture with a line of nine pixels and three around it.
    expect(sheet.shape).toEqual([2 * (30 + 12), 60, 4]);
    const inkBelow = (column: number) => {
      let darkest = 255;
      for (let row = 31; row < 42; row++) {
        for (let c = column; c < column + 30; c++) darkest = Math.min(darkest, sheet.get(row, c, 0));
      }
      return darkest;
    };
    expect([inkBelow(0), inkBelow(30)]).toEqual([64, 64]);
    expect(sheet.get(80, 45, 0)).toBe(255);
    expect((await drawn(deckChair, chair, '--size', '30', '--columns', '1')).shape).toEqual([84, 30, 4]);
  });

  it('animates', async () => {
    const first = await drawn('--size', '16', '--animation', '--views', '5');
    expect(stdout).toMatch(/drawn\.png: 16 × 16 pixels, 5 frames\n$/);
    expect(first.data).toEqual((await drawn('--size', '16')).data);
  });

  it('shows depth in 16 bits, white where near, and says from where to where', async () => {
    const ball = path.join(folder, 'ball.obj');
    const picture = path.join(folder, 'depth.png');
    await writeMesh(ball, icosphere(4));
    const words = ['--show', 'depth', '--size', '65', '--fov', '30', '--elevation', '0'];
    expect(await main(['render', ball, '-o', picture, ...words])).toBe(0);
    const [, near, far] = /distance (\S+) \(white\) to (\S+) \(dark\)/.exec(stdout) ?? [];
    // The sphere of radius 1 seen from a distance d: its nearest point is at d − 1, its outline at d − 1/d.
    const distance = 1 / Math.sin((0.95 * Math.PI) / 12);
    expect(Number(near)).toBeCloseTo(distance - 1, 2);
    expect(Number(far)).toBeGreaterThan(distance - 0.4);
    expect(Number(far)).toBeLessThan(distance - 1 / distance + 0.01);
    const { PNG } = await import('pngjs');
    const bytes = await readFile(picture);
    // IHDR: bits a channel, and grey.
    expect([bytes[24], bytes[25]]).toEqual([16, 0]);
    const { data } = PNG.sync.read(bytes, { skipRescale: true }) as unknown as { data: Uint16Array };
    const at = (row: number, column: number) => data[4 * (65 * row + column)];
    expect(at(32, 32)).toBeGreaterThan(65000);
    expect(at(0, 0)).toBe(0);
    expect(new Set(Array.from({ length: 65 }, (_, column) => at(32, column))).size).toBeGreaterThan(30);
  });

  it('shows normals, texture coordinates and silhouettes as numbers, not as light', async () => {
    const ball = path.join(folder, 'ball.obj');
    await writeMesh(ball, icosphere(4));
    const words = ['--size', '33', '--azimuth', '90', '--elevation', '0', '--normals', 'area'];
    const normals = await drawn(ball, '--show', 'normals', ...words);
    // Seen from +x: ½ + ½ (1, 0, 0).
    const middle = [0, 1, 2, 3].map((c) => normals.get(16, 16, c));
    for (const [c, value] of [255, 128, 128, 255].entries())
      expect(Math.abs(middle[c] - value)).toBeLessThan(3);
    expect(normals.get(4, 16, 1)).toBeGreaterThan(200);
    const silhouette = await drawn(ball, '--show', 'silhouette', ...words);
    expect([silhouette.get(16, 16, 0), silhouette.get(0, 0, 0), silhouette.get(0, 0, 3)]).toEqual([
      255, 0, 255,
    ]);
    const square = path.join(folder, 'square.obj');
    await writeFile(
      square,
      'v -1 -1 0\nv 1 -1 0\nv 1 1 0\nv -1 1 0\nvt 0 0\nvt 2 0\nvt 2 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\n',
    );
    const uv = await drawn(square, '--show', 'uv', '--size', '64', '--azimuth', '0', '--elevation', '0');
    const [red, green, blue] = [0, 1, 2].map((c) => uv.get(32, 24, c));
    expect(Math.abs(red - green)).toBeGreaterThan(20);
    expect(blue).toBe(0);
    // u repeats: as red half a width further to the right.
    expect(Math.abs(uv.get(32, 24, 0) - uv.get(32, 45, 0))).toBeLessThan(12);
    expect(uv.get(20, 32, 1)).toBeGreaterThan(uv.get(44, 32, 1) + 50);
  });

  it('has a background of a colour, or a picture', async () => {
    expect([...(await drawn('--size', '8', '--background', '#ffcc00')).data.subarray(0, 4)]).toEqual([
      255, 204, 0, 255,
    ]);
    const sky = path.join(folder, 'sky.png');
    await writePng(sky, ndarray(Uint8Array.of(0, 0, 255, 255, 200, 0, 0, 255), [2, 1, 4]));
    const picture = await drawn('--size', '20', '--background', sky);
    expect([0, 1, 2].map((c) => picture.get(0, 0, c))).toEqual([0, 0, 255]);
    expect([0, 1, 2].map((c) => picture.get(19, 19, c))).toEqual([200, 0, 0]);
  });

  it('prints what it did as JSON', async () => {
    await drawn('--size', '9', '--views', '2', '--json');
    const written = JSON.parse(stdout);
    expect(written).toMatchObject({
      views: 2,
      show: 'color',
      azimuthDegrees: 30,
      sheet: { width: 18, height: 9 },
    });
    expect(written.meshes).toEqual([deckChair]);
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
      'there is no data set "nope" to build; known: furniture-mini, furniture-views, furniture, planes, shapenet-core',
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

  it("says what cannot be written in R2N2's layout", async () => {
    const output = path.join(folder, 'r2n2');
    const args = ['dataset', 'export', 'furniture-views', '--output', output];
    expect(await main([...args, '--format', 'r2n2'])).toBe(1);
    expect(stderr).toContain('furniture-views has no meshes (it is of version 1 of the format)');
    expect(await main([...args, '--format', 'shapenet-p2m', '--size', '64'])).toBe(1);
    expect(stderr).toContain('--size is for --format r2n2 alone');
  });
});
