// What a user can get wrong, from the outside: one clear line on stderr, exit code 1, and nothing half written.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/dispatch.ts';
import { packageRoot } from '../../src/packageRoot.ts';

const program = [process.execPath, '--import', 'tsx', path.join(packageRoot, 'src/cli/main.ts')];

/** The smallest training there is, and nothing to look at afterwards. */
const tiny = `
task: train
dataset: { categories: [lamp] }
model: { encoder: { channels: [4, 4] }, hidden: 4, template: { level: 0, levels: 2 }, blocks: { residualBlocks: 0 } }
losses: { chamfer: { weight: 1 }, silhouette: { weight: 1 } }
training: { steps: 1, batchSize: 1 }
evaluation: { views: 1 }
report: { objects: 0 }
`;

const fit = `
task: fit
losses: { silhouette: { weight: 1 } }
`;

const triangle = 'v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n';

let folder: string;
const inFolder = (name: string) => path.join(folder, name);

/** Runs a command line in this process, which spares the time that a new one takes to load. */
async function rastergrad(args: string[]) {
  const output = { status: 0, stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      output[stream] += text;
      return true;
    }),
  );
  try {
    output.status = await main(args);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return output;
}

/** Every file below a folder, with its content: what must be the same before and after a failure. */
function contents(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(root, file), readFileSync(file, 'base64')];
    }),
  );
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-bad-input-'));
  writeFileSync(inFolder('tiny.yaml'), tiny);
  writeFileSync(inFolder('fit.yaml'), fit);
  writeFileSync(inFolder('speck.obj'), 'v 0 0 0\nv 0 0 0\nv 0 0 0\nf 1 2 3\n');
  writeFileSync(inFolder('broken.yaml'), 'task: train\n  losses: [\n');
  writeFileSync(inFolder('loop.yaml'), 'extends: loop.yaml\n');
  writeFileSync(inFolder('index.obj'), `${triangle}f 1 2 7\n`);
  writeFileSync(inFolder('nan.obj'), triangle.replace('v 1 0 0', 'v 1 nan 0'));
  writeFileSync(inFolder('good.obj'), triangle);

  const picture = new PNG({ width: 64, height: 64 });
  picture.data.fill(255);
  const png = PNG.sync.write(picture);
  writeFileSync(inFolder('white.png'), png);
  writeFileSync(inFolder('truncated.png'), png.subarray(0, png.length / 2));
  writeFileSync(inFolder('text.png'), 'not a picture');
  picture.data.fill(0, 0, 4 * 64 * 20);
  writeFileSync(inFolder('object.png'), PNG.sync.write(picture));
  const dark = new PNG({ width: 64, height: 48 });
  for (let i = 0; i < dark.data.length; i++) dark.data[i] = i % 4 === 3 ? 255 : (7 * i) % 90;
  writeFileSync(inFolder('dark.png'), PNG.sync.write(dark));
  const transparent = new PNG({ width: 64, height: 64 });
  writeFileSync(inFolder('transparent.png'), PNG.sync.write(transparent));

  const trained = await rastergrad(['run', inFolder('tiny.yaml'), '--output', folder, '--quiet']);
  expect(trained).toMatchObject({ status: 0, stderr: '' });
  cpSync(inFolder('tiny'), inFolder('wider'), { recursive: true });
  const config = inFolder('wider/config.resolved.yaml');
  writeFileSync(config, readFileSync(config, 'utf8').replace('hidden: 4', 'hidden: 8'));
  cpSync(inFolder('tiny'), inFolder('cut'), { recursive: true });
  const checkpoint = readdirSync(inFolder('cut/checkpoints')).find((name) => name.startsWith('step-'))!;
  const weights = readFileSync(inFolder(`cut/checkpoints/${checkpoint}`));
  writeFileSync(inFolder(`cut/checkpoints/${checkpoint}`), weights.subarray(0, weights.length - 100));
  cpSync(inFolder('tiny'), inFolder('garbled'), { recursive: true });
  const log = inFolder('garbled/metrics.jsonl');
  writeFileSync(log, readFileSync(log, 'utf8').replace('{', 'no JSON '));
  mkdirSync(inFolder('empty'));
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Case {
  what: string;
  args: () => string[];
  says: RegExp;
}

const runOf =
  (config: string) =>
  (...more: string[]) => ['run', inFolder(config), '--quiet', '--output', inFolder('runs'), ...more];
const run = runOf('tiny.yaml');
const fitRun = runOf('fit.yaml');
const predict = (runFolder: string, image: string, output = 'mesh.obj') => [
  'predict',
  inFolder(runFolder),
  inFolder(image),
  '-o',
  inFolder(output),
];
const render = (mesh: string, output = 'out.png') => ['render', inFolder(mesh), '-o', inFolder(output)];

const cases: Case[] = [
  { what: 'an unknown command', args: () => ['rnu'], says: /unknown command "rnu".*did you mean run\?/ },
  { what: 'an unknown option', args: () => run('--outptu', 'x'), says: /--outptu.*--output/ },
  { what: 'a missing argument', args: () => ['predict'], says: /missing|expected/i },
  { what: 'an unknown key', args: () => run('training.stepz=5'), says: /training\.stepz.*training\.steps/ },
  { what: 'a wrong type', args: () => run('training.steps=many'), says: /training\.steps.*many/ },
  { what: 'a name that is no folder name', args: () => run('name=../x'), says: /name is "\.\.\/x".*letters/ },
  { what: 'a value out of range', args: () => run('training.steps=-1'), says: /training\.steps.*-1/ },
  { what: 'an unknown method', args: () => run('renderer.method.type=dbir'), says: /renderer\.method.*dibr/ },
  { what: 'an unknown back end', args: () => run('--backend', 'cuda'), says: /backend.*cuda.*wasm/ },
  {
    what: 'a category that is not there',
    args: () => run('dataset.categories=[spoon]'),
    says: /spoon.*lamp/,
  },
  {
    what: 'an object that is not there to fit to',
    args: () => fitRun('target.objects=[spoon]'),
    says: /furniture-views.*spoon/,
  },
  {
    what: 'a mesh that is not there to fit to',
    args: () => fitRun('target.type=mesh', 'target.file=spoon.obj'),
    says: /spoon\.obj: no such file/,
  },
  {
    what: 'a mesh of which nothing is seen',
    args: () => fitRun('target.type=mesh', `target.file=${inFolder('speck.obj')}`),
    says: /none of the 20 pictures of speck/,
  },
  {
    what: 'elevations the wrong way round',
    args: () => fitRun('target={type: mesh, file: x.obj, elevationsDegrees: [80, -80]}'),
    says: /elevationsDegrees: the least is 80/,
  },
  {
    what: 'photographs that are not there',
    args: () => fitRun('target.type=capture', 'target.path=spoons'),
    says: /spoons: no such file/,
  },
  {
    what: 'a texture for a mesh without texture coordinates',
    args: () => fitRun('paint.type=texture'),
    says: /icosphere has no texture coordinates/,
  },
  {
    what: 'nothing to fit',
    args: () => fitRun('geometry.learningRate=0', 'paint.type=own'),
    says: /nothing is fitted/,
  },
  { what: 'a missing config', args: () => ['run', inFolder('no.yaml')], says: /no\.yaml: no such file/ },
  {
    what: 'a config that is no YAML',
    args: () => ['run', inFolder('broken.yaml')],
    says: /broken\.yaml:\d+:\d+: not valid YAML/,
  },
  {
    what: 'a config that extends itself',
    args: () => ['run', inFolder('loop.yaml')],
    says: /loop\.yaml.*extends/,
  },
  { what: 'a missing data set', args: () => run('dataset.name=nowhere'), says: /nowhere/ },
  { what: 'a folder that is no run', args: () => ['evaluate', inFolder('empty')], says: /empty.*not a run/ },
  { what: 'a missing run', args: () => ['run', '--resume', inFolder('no-run')], says: /no-run.*no such/ },
  {
    what: 'a checkpoint of another model',
    args: () => ['evaluate', inFolder('wider')],
    says: /of another model/,
  },
  {
    what: 'a checkpoint cut short',
    args: () => ['evaluate', inFolder('cut')],
    says: /step-\d+\.safetensors: /,
  },
  {
    what: 'a damaged log',
    args: () => ['run', '--quiet', '--resume', inFolder('garbled')],
    says: /metrics\.jsonl:\d: is not a line of JSON/,
  },
  { what: 'a missing picture', args: () => predict('tiny', 'no.png'), says: /no\.png: no such file/ },
  { what: 'a truncated picture', args: () => predict('tiny', 'truncated.png'), says: /truncated\.png: / },
  { what: 'a picture that is none', args: () => predict('tiny', 'text.png'), says: /text\.png: .*PNG/ },
  {
    what: 'a picture of nothing',
    args: () => predict('tiny', 'transparent.png'),
    says: /transparent\.png: /,
  },
  {
    what: 'a picture of white alone',
    args: () => predict('tiny', 'white.png'),
    says: /white\.png: is white everywhere/,
  },
  {
    what: 'a photograph without a background',
    args: () => predict('tiny', 'dark.png'),
    says: /dark\.png: is opaque, and 0 % of its border is white: expected a transparent background, or a white one/,
  },
  {
    what: 'a folder for a picture',
    args: () => predict('tiny', 'empty'),
    says: /empty: is a folder, expected a file/,
  },
  {
    what: 'a mesh file for several pictures',
    args: () => [...predict('tiny', 'object.png'), inFolder('object.png')],
    says: /output is ".*mesh\.obj", expected a folder for the meshes of 2 pictures/,
  },
  {
    what: 'a folder for meshes that is a file',
    args: () => predict('tiny', 'object.png', 'white.png/meshes'),
    says: /white\.png.*folder/,
  },
  {
    what: 'a mesh file in a folder that is not there',
    args: () => predict('tiny', 'object.png', 'no/mesh.glb'),
    says: /no\/mesh\.glb: no such file or folder/,
  },
  {
    what: 'views of a fraction',
    args: () => [...predict('tiny', 'object.png'), '--views', '1.5'],
    says: /--views.*whole/,
  },
  {
    what: 'a mesh format that is not known',
    args: () => predict('tiny', 'object.png', 'mesh.stl'),
    says: /mesh\.stl.*\.obj/,
  },
  {
    what: 'a picture format that is not known',
    args: () => render('good.obj', 'good.obj'),
    says: /good\.obj.*\.png/,
  },
  { what: 'a missing mesh', args: () => render('no.obj'), says: /no\.obj: no such file/ },
  { what: 'a face index out of range', args: () => render('index.obj'), says: /index\.obj:5.*7.*3 vertices/ },
  { what: 'a vertex that is not a number', args: () => render('nan.obj'), says: /nan\.obj:2.*nan/ },
  {
    what: 'an output folder that is not there',
    args: () => render('good.obj', 'no/out.png'),
    says: /no such/,
  },
  {
    what: 'a file where a folder should be',
    args: () => ['run', inFolder('tiny.yaml'), '--quiet', '--output', inFolder('good.obj')],
    says: /good\.obj/,
  },
];

describe('bad input', () => {
  it.each(cases)('$what: one line, exit code 1, nothing written', async ({ args, says }) => {
    const before = contents(folder);
    const { status, stdout, stderr } = await rastergrad(args());
    expect(stderr).toMatch(/^rastergrad: [^\n]+\n(Try "[^\n]+"\.\n)?$/);
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain('defect');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(contents(folder)).toEqual(before);
  });

  it('ends a process of its own with exit code 1 and one line', () => {
    const { status, stderr } = spawnSync(program[0], [...program.slice(1), 'evaluate', inFolder('cut')], {
      cwd: packageRoot,
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^rastergrad: [^\n]+\n$/);
    expect(status).toBe(1);
  });

  it.skipIf(process.getuid?.() === 0)('a folder without permission: one line, exit code 1', async () => {
    mkdirSync(inFolder('closed'), { mode: 0o500 });
    const { status, stderr } = await rastergrad([
      'run',
      inFolder('tiny.yaml'),
      '--output',
      inFolder('closed'),
    ]);
    expect(stderr).toMatch(/closed.*permission denied\n$/);
    expect(status).toBe(1);
  });

  const withSmallDisk = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-euc'];
  const canMount =
    spawnSync(withSmallDisk[0], [...withSmallDisk.slice(1), 'mount -t tmpfs none /tmp']).status === 0;

  it.skipIf(!canMount)('a full disk: one line, exit code 1, no file cut short', () => {
    mkdirSync(inFolder('disk'));
    const script = `
      mount -t tmpfs -o size=24k none ${inFolder('disk')}
      ${program.join(' ')} run ${inFolder('tiny.yaml')} --quiet --output ${inFolder('disk')} || echo "code $?"
      find ${inFolder('disk')} -name '*tmp*' -o -name '*.safetensors' -o -name 'report.html'`;
    const { stdout, stderr } = spawnSync(withSmallDisk[0], [...withSmallDisk.slice(1), script], {
      cwd: packageRoot,
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^rastergrad: [^\n]+(full|space)[^\n]*\n$/);
    expect(stdout).toBe('code 1\n');
  });
});
