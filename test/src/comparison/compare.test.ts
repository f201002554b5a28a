// Whole comparisons: what they measure, that they repeat themselves to the byte, and what they say to bad input.

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../../src/cli/dispatch.ts';
import { measureBias } from '../../../src/comparison/bias.ts';
import { measureScene } from '../../../src/comparison/measure.ts';
import { parseMethod, summarizeMethods } from '../../../src/comparison/methods.ts';
import type { Comparison } from '../../../src/comparison/results.ts';
import { buildScenes } from '../../../src/comparison/scenes/index.ts';
import { loadComparison } from '../../../src/config/config.ts';
import { packageRoot } from '../../../src/packageRoot.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rastergrad-compare-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => void vi.restoreAllMocks());

/** Runs a command line and returns what it printed. */
async function rastergrad(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      output[stream] += text;
      return true;
    });
  }
  const status = await main(['compare-gradients', ...args]);
  vi.restoreAllMocks();
  return { status, ...output };
}

const methodsNamed = (...types: string[]) => types.map((type) => ({ label: type, options: { type } }));

describe('measurements of one triangle', () => {
  it('say that hard has no silhouette gradient, and that dibr has nearly the exact one', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const [scene] = await buildScenes(['triangle'], [], { seed: 1, cases: 12 });
    const [hard, dibr] = measureScene(scene, {
      methods: methodsNamed('hard', 'dibr'),
      resolutions: [64],
      losses: ['silhouette-l2'],
      target: 'area',
    });
    expect(hard).toMatchObject({ cosine: null, angle: null, zeroShare: 1, signAgreement: 0, cases: 12 });
    expect(hard.normRatio?.mean).toBe(0);
    expect(dibr.cosine?.mean).toBeGreaterThan(0.85);
    expect(dibr.cosineToLimit?.mean).toBeGreaterThan(0.85);
    expect(dibr.normRatio?.mean).toBeGreaterThan(0.8);
    expect(dibr.zeroShare).toBe(0);
    expect(dibr.oracleError).toBeLessThan(1e-12);
  });

  it('converge to the gradient of infinitely many pixels', async () => {
    const [scene] = await buildScenes(['triangle'], [], { seed: 2, cases: 8 });
    const [coarse, fine] = measureScene(scene, {
      methods: methodsNamed('edge'),
      resolutions: [16, 128],
      losses: ['silhouette-l2'],
      target: 'area',
    });
    expect(fine.cosineToLimit!.mean).toBeGreaterThan(0.99);
    expect(1 - fine.cosineToLimit!.mean).toBeLessThan((1 - coarse.cosineToLimit!.mean) / 2);
    expect(fine.sumRule!).toBeLessThan(coarse.sumRule!);
  });
});

describe('the bias test', () => {
  it("shows that DIB-R's optimum lies √(ln 2 / s) inside of the outline", () => {
    const [bias] = measureBias({ methods: methodsNamed('dibr'), resolutions: [128], cases: 12, seed: 1 });
    const expected = -Math.sqrt(Math.log(2) / 7000);
    expect(Math.abs(bias.offsetPlane!.mean - expected)).toBeLessThan(4 * bias.offsetPlane!.standardError);
    expect(bias.offsetPixels!.mean).toBeCloseTo(bias.offsetPlane!.mean * 64, 10);
  });

  it('finds none in SoftRas, and nothing at all in hard', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const [softras, hard] = measureBias({
      methods: [{ label: 'soft', options: { type: 'softras', sigma: 1e-4 } }, ...methodsNamed('hard')],
      resolutions: [64],
      cases: 8,
      seed: 1,
    });
    expect(Math.abs(softras.offsetPixels!.mean)).toBeLessThan(0.06);
    expect(hard.offsetPixels).toBeNull();
  });
});

describe('methods of a comparison', () => {
  it('are read as they are typed and named by what differs', () => {
    const choices = ['dibr', 'dibr:sharpness=3333,boxSize=0.05', 'softras:sigma=0.00001'].map(parseMethod);
    expect(summarizeMethods(choices).map(({ label }) => label)).toEqual([
      'dibr',
      'dibr sharpness=3333 boxSize=0.05',
      'softras sigma=1e-5',
    ]);
    expect(summarizeMethods([]).length).toBeGreaterThan(1);
    expect(() => summarizeMethods(['dibr', 'dibr:sharpness=7000'].map(parseMethod))).toThrow(
      'method "dibr" is there twice',
    );
  });
});

describe('rastergrad compare-gradients', () => {
  const small = [
    ...['--scene', 'triangle,overlap', '--method', 'dibr', '--method', 'dibr:sharpness=3333'],
    ...['--resolution', '24,16', '--loss', 'silhouette-l2,color-l2', '--cases', '3', '--seed', '7'],
    ...['descent.steps=3', 'descent.resolution=16', 'bias.cases=2', 'pictures.resolution=16'],
  ];
  const read = (name: string, file: string) => readFile(path.join(folder, name, file), 'utf8');

  it('writes numbers, table, gradients and page, and prints the tables', async () => {
    const { status, stdout } = await rastergrad(...small, '-q', '-o', path.join(folder, 'first'));
    expect(status).toBe(0);
    expect(stdout).toContain('One triangle: silhouette-l2 at 16², mean of 3 cases');
    expect(stdout).toMatch(/dibr sharpness=3333 +0\.\d{3}/);
    expect(stdout).toMatch(
      /IoU % of hard silhouettes at 16² after 3 steps\n +translate ↑ +rotate ↑ +scale ↑ +deform ↑\n/,
    );
    expect((await readdir(path.join(folder, 'first'))).sort()).toEqual([
      'comparison.csv',
      'comparison.json',
      'gradients.json',
      'index.html',
      'timings.json',
    ]);
    const comparison = JSON.parse(await read('first', 'comparison.json')) as Comparison;
    expect(comparison.resolutions).toEqual([16, 24]);
    expect(comparison.seed).toBe(7);
    expect(comparison.measurements).toHaveLength(2 * 2 * 2 * 2);
    expect(comparison.bias).toHaveLength(4);
    expect(comparison.descents).toHaveLength(8);
    expect(comparison.command).toContain('compare-gradients --scene triangle,overlap');
    const table = (await read('first', 'comparison.csv')).trimEnd().split('\n');
    expect(table).toHaveLength(1 + 16);
    expect(new Set(table.map((line) => line.split(',').length)).size).toBe(1);
    expect(table[1]).toMatch(/^triangle,dibr,16,silhouette-l2,3,0\.\d+,/);
    expect(await read('first', 'index.html')).toContain('One triangle');
  });

  it('repeats itself to the byte, but for times', async () => {
    const files = ['comparison.json', 'comparison.csv', 'gradients.json'];
    const first = await Promise.all(files.map((file) => read('first', file)));
    await rastergrad(...small, '--quiet', `--output=${path.join(folder, 'second')}`);
    expect(await Promise.all(files.map((file) => read('second', file)))).toEqual(first);
  });

  it('compares on a mesh of your own, as one JSON object, without descents', async () => {
    const mesh = path.join(folder, 'wedge.obj');
    await writeFile(mesh, 'v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n');
    const { status, stdout } = await rastergrad(
      ...['--mesh', mesh, '--camera', 'azimuth=20,elevation=35,fov=40', '--method', 'dibr', '--json', '-q'],
      ...['--resolution', '32', '--no-descent', 'bias.cases=0', 'pictures.resolution=0'],
      ...['-o', path.join(folder, 'wedge')],
    );
    expect(status).toBe(0);
    const comparison = JSON.parse(stdout) as Comparison;
    expect(comparison.scenes).toMatchObject([{ name: 'wedge', vertexCount: 4, faceCount: 4, cases: 1 }]);
    expect(comparison.measurements[0].cosine!.mean).toBeGreaterThan(0.5);
    expect(comparison.descents).toEqual([]);
    expect(comparison.bias).toEqual([]);
  });

  it('lists scenes and methods', async () => {
    const { status, stdout } = await rastergrad('--list');
    expect(status).toBe(0);
    for (const name of ['same-color-occluder', 'spokes', 'dibr']) expect(stdout).toContain(name);
  });

  it.each([
    [['--scene', 'spheer'], 'there is no scene "spheer"; did you mean "sphere"?'],
    [['--method', 'dibrr'], 'there is no method "dibrr"; did you mean "dibr"?'],
    [['--method', 'dibr:sharpnes=3'], 'method "dibr" has no option "sharpnes"; did you mean "sharpness"?'],
    [['--method', 'dibr:sharpness=-1'], 'option "sharpness" of method "dibr" must be a number'],
    [['--method', 'dibr:sharpness=1,sharpness=2'], 'option "sharpness" is there twice'],
    [['--method', 'dibr:sharp'], 'expected option=value after the colon'],
    [
      ['--loss', 'colour-l1'],
      'losses.0 is "colour-l1": expected one of silhouette-l2, iou, color-l1, color-l2',
    ],
    [['--resolution', '4'], '--resolution is "4": expected a number from 8 to 1024'],
    [['--resolution', '64,abc'], '--resolution is "abc": expected a number from 8 to 1024'],
    [['--cases', '0'], '--cases is "0": expected a number from 1'],
    [['--camera', 'azimuth=3'], '--camera looks at a mesh: give it with --mesh'],
    [['--mesh', 'no.obj'], 'no.obj: no such file or folder'],
    [['--mesh', 'no.obj', '--camera', 'angle=3'], '--camera has no "angle": expected azimuth'],
    [['descent.shape=all'], 'descent.shape is "all": expected a single scene'],
    [['descent.shape=cubes'], 'there is no scene "cubes"'],
    [['bias.case=3'], 'bias.case: unknown key; did you mean bias.cases?'],
    [['--scenes', 'sphere'], 'unknown option --scenes; did you mean --scene?'],
    [['scenes=[]', 'bias.cases=0', '--no-descent'], 'nothing to compare: no scenes'],
    [['experiments/quickstart.yaml'], 'is no comparison (task: compare-gradients)'],
  ])('says in one line what is wrong with %j', async (args, message) => {
    const { status, stderr } = await rastergrad(...args, '-q', '-o', path.join(folder, 'bad'));
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(stderr).not.toContain('defect');
    expect(existsSync(path.join(folder, 'bad'))).toBe(false);
  });

  it('says when the camera is inside the mesh, or the mesh has no faces', async () => {
    const mesh = path.join(folder, 'near.obj');
    await writeFile(mesh, 'v 0 0 0\nv 1 0 0\nv 0 0 1\nf 1 2 3\n');
    const near = await rastergrad(
      '--mesh',
      mesh,
      '--camera',
      'azimuth=-45,elevation=0,distance=0.3',
      '-q',
      '-o',
      folder,
    );
    expect(near.stderr).toMatch(/near\.obj: \d of 3 vertices are behind the camera at distance 0\.3/);
    await writeFile(mesh, 'v 0 0 0\n');
    const empty = await rastergrad('--mesh', mesh, '-q', '-o', folder);
    expect(empty.stderr).toContain('near.obj: the mesh has no faces');
    await writeFile(mesh, 'v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n');
    const point = await rastergrad('--mesh', mesh, '-q', '-o', folder);
    expect(point.stderr).toContain('near.obj: all vertices are at one place');
    const file = await rastergrad('--scene', 'overlap', '-q', '-o', mesh);
    expect(file.stderr).toContain('near.obj: is a file, expected a folder');
    expect([near, empty, point, file].map(({ status }) => status)).toEqual([1, 1, 1, 1]);
  });

  it.runIf(existsSync('/proc/self'))('gives up where no folder can be made', async () => {
    const output = await rastergrad('--scene', 'overlap', '-q', '-o', '/proc/rastergrad/a');
    expect(output.stderr).toContain('/proc/rastergrad: no such file or folder');
    expect(output.status).toBe(1);
  });

  it('has the closed form for triangles that it holds for: counter-clockwise and within the picture', async () => {
    const mesh = path.join(folder, 'one.obj');
    const limits = async (faces: string, distance: number) => {
      await writeFile(mesh, faces);
      const { stdout } = await rastergrad(
        ...['--mesh', mesh, '--camera', `azimuth=10,elevation=0,distance=${distance}`, '--method', 'softras'],
        ...['--resolution', '32', '--no-descent', 'bias.cases=0', 'pictures.resolution=0', '--json', '-q'],
        ...['-o', path.join(folder, 'one')],
      );
      const { measurements } = JSON.parse(stdout) as Comparison;
      return measurements.map(({ cosineToLimit }) => cosineToLimit?.mean ?? null);
    };
    const corners = 'v 0 0 0\nv 1 0 0\nv 0 1 0\n';
    expect((await limits(`${corners}f 1 2 3\n`, 4))[0]).toBeGreaterThan(0.8);
    expect(await limits('v 0 0 0\nv 0 1 0\nv 1 0 0\nf 1 2 3\n', 4)).toEqual([null]);
    expect(await limits(`${corners}f 1 2 3\n`, 1.1)).toEqual([null]);
    expect(await limits(`${corners}v 0.1 0.1 0\nf 1 2 3\n`, 4)).toEqual([null]);
  });

  it('hears options that are repeated, and compares everything once', async () => {
    const { stdout } = await rastergrad(
      ...[
        '--scene',
        'overlap',
        '--scene=overlap,sphere',
        '--method',
        'dibr',
        '--loss',
        'iou,iou',
        '--resolution',
        '16,16',
      ],
      ...['--no-descent', 'bias.cases=0', 'pictures.resolution=0', '-q', '-o', path.join(folder, 'once')],
    );
    expect(stdout.match(/^dibr/gm)).toHaveLength(2);
    expect(stdout).toContain('norm → 1');
  });

  it('is what "run" sends comparisons to', async () => {
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      expect(text).toContain('is a comparison: run it with "rastergrad compare-gradients"');
      return true;
    });
    expect(await main(['run', path.join(packageRoot, 'experiments/compare/quick.yaml')])).toBe(1);
  });
});

describe('experiments/compare/', () => {
  it.each(['quick', 'full', 'triangle', 'furniture'])(
    '%s.yaml is valid and says what it is for',
    async (name) => {
      const config = await loadComparison(path.join(packageRoot, 'experiments/compare', `${name}.yaml`));
      expect(config.name).toBe(name);
      expect(config.description).not.toBe('');
      expect(summarizeMethods(config.methods).length).toBeGreaterThan(1);
    },
  );
});
