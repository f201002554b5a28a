// Plans and the folders made of them: what is the same run, what is a new one, and what is refused.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSweep, parseAxis, planRuns, prepareSweep, SweepFolder } from '../../../src/sweeps/index.ts';

const base = `
task: train
losses: { chamfer: { weight: 1 }, silhouette: { weight: 1 } }
renderer: { method: { type: dibr, sharpness: 20000 } }
`;
let root: string;
let file: string;
let folder: SweepFolder;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'rastergrad-sweep-'));
  file = path.join(root, 'base.yaml');
  writeFileSync(file, base);
  folder = new SweepFolder(path.join(root, 'sweep'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

const planned = (...axes: string[]) => planRuns(file, { axes: axes.map(parseAxis) });
const prepared = async (...axes: string[]) => {
  const plan = await planned(...axes);
  return folder.locked(() => prepareSweep(folder, file, plan));
};
const names = (runs: readonly { name: string }[]) => runs.map(({ name }) => name);

describe('a plan', () => {
  it('turns the last axis fastest', async () => {
    const runs = await planned('model.hidden=32,64', 'seed=1..2', 'training.steps=7');
    expect(runs.map(({ overrides }) => Object.values(overrides))).toEqual([
      [32, 1, 7],
      [32, 2, 7],
      [64, 1, 7],
      [64, 2, 7],
    ]);
    expect(runs[3].config).toMatchObject({ seed: 2, model: { hidden: 64 }, training: { steps: 7 } });
  });

  it('knows runs that come out the same', async () => {
    const runs = await planned('renderer.method=dibr,{type: dibr},{type: dibr, sharpness: 20000},hard');
    expect(runs.map(({ config }) => config.task === 'train' && config.renderer.method)).toMatchObject([
      { type: 'dibr', sharpness: 20000 },
      { type: 'hard' },
    ]);
  });

  it('crosses a list with axes', async () => {
    const runs = await planRuns(file, {
      axes: [parseAxis('seed=1..2')],
      list: [{ 'model.hidden': 32 }, { 'training.steps': 5 }],
    });
    expect(runs.map(({ overrides }) => overrides)).toEqual([
      { 'model.hidden': 32, seed: 1 },
      { 'model.hidden': 32, seed: 2 },
      { 'training.steps': 5, seed: 1 },
      { 'training.steps': 5, seed: 2 },
    ]);
  });

  it.each([
    [['seed=1,-1'], 'run 2 of 2 (seed=-1): seed is -1: expected a whole number from 0 to 4294967295'],
    [['model.hiden=1'], 'run 1 of 1 (model.hiden=1): model.hiden: unknown key; did you mean model.hidden?'],
    [['renderer.method=dibbr'], 'renderer.method.type is "dibbr": expected one of hard, dibr'],
    [['training=fast'], 'training is "fast": expected a mapping with steps'],
    [['seed=1', 'seed=2'], 'seed is given twice: write its values as one list, seed=a,b'],
    [['name=a,b'], 'name: a sweep names its runs by what distinguishes them; --output names its folder'],
    [['seed=1..200', 'training.steps=1..200'], 'the sweep has 40000 runs: expected 10000 at most'],
  ])('%s is refused', async (axes, message) => {
    await expect(planned(...axes)).rejects.toThrow(message);
    expect(readdirSync(root)).toEqual(['base.yaml']);
  });

  it('of a missing config names it', async () => {
    await expect(planRuns('no.yaml', { axes: [] })).rejects.toThrow(/^no\.yaml: no such file/);
  });
});

describe('the folder of a sweep', () => {
  it('gets a run folder a run, named by what varies', async () => {
    const runs = await prepared('model.hidden=32,64', 'renderer.method=dibr,hard', 'training.steps=9');
    expect(names(runs)).toEqual([
      'hidden=32,method=dibr',
      'hidden=32,method=hard',
      'hidden=64,method=dibr',
      'hidden=64,method=hard',
    ]);
    expect(readdirSync(folder.file('runs')).sort()).toEqual(names(runs));
    expect(readFileSync(path.join(folder.runFolder(runs[0]), 'config.resolved.yaml'), 'utf8')).toMatch(
      /^name: hidden=32,method=dibr$/m,
    );
    const { record } = await openSweep(folder.path);
    expect(record.config).toBe(file);
    expect(record.runs[1]).toEqual({
      name: 'hidden=32,method=hard',
      overrides: { 'model.hidden': 32, 'renderer.method': 'hard', 'training.steps': 9 },
    });
  });

  it('keeps its runs when values and axes are added', async () => {
    const [first] = await prepared('seed=1');
    expect(first.name).toBe('run');
    const more = await prepared('seed=1..2');
    expect(names(more)).toEqual(['run', 'seed=2']);
    const most = await prepared('model.hidden=8,32', 'seed=1..2');
    expect(names(most)).toEqual(['hidden=8,seed=1', 'hidden=8,seed=2', 'run', 'seed=2']);
    expect(names(await prepared('seed=2'))).toEqual(['seed=2']);
    expect((await folder.read())!.runs).toHaveLength(4);
  });

  it('tells names apart that values alone would not', async () => {
    const runs = await prepared('dataset.categories=[chair,sofa],[chair-sofa],[CHAIR,sofa]');
    expect(names(runs)).toEqual([
      'categories=chair-sofa',
      'categories=chair-sofa-2',
      'categories=CHAIR-sofa-3',
    ]);
  });

  it('refuses a config that has changed, and names what', async () => {
    await prepared('seed=1..2');
    writeFileSync(file, base.replace('20000', '7000'));
    const before = readFileSync(folder.file('sweep.yaml'), 'utf8');
    await expect(prepared('seed=1..3')).rejects.toThrow(
      /base\.yaml has changed since \S+seed=1 was made: renderer\.method\.sharpness is 7000, and was 20000\. /,
    );
    expect(readFileSync(folder.file('sweep.yaml'), 'utf8')).toBe(before);
    expect(existsSync(folder.file('lock'))).toBe(false);
    writeFileSync(file, `${base}description: in other words\n`);
    await prepared('seed=1..3');
  });

  it('is the same whatever number of threads the environment says', async () => {
    vi.stubEnv('RASTERGRAD_THREADS', '1');
    await prepared('seed=1..2');
    vi.stubEnv('RASTERGRAD_THREADS', '');
    expect(names(await prepared('seed=1..3'))).toEqual(['seed=1', 'seed=2', 'seed=3']);
    vi.stubEnv('RASTERGRAD_THREADS', '2');
    expect(names(await prepared('seed=1..3'))).toEqual(['seed=1', 'seed=2', 'seed=3']);
  });

  it('has a run for each number of threads that the sweep itself asks for', async () => {
    expect(names(await prepared('threads=1,2'))).toEqual(['threads=1', 'threads=2']);
    expect(names(await prepared('threads=1,2,auto'))).toEqual(['threads=1', 'threads=2', 'threads=auto']);
  });

  it('refuses mathematics that the environment says anew, which may round in another way', async () => {
    vi.stubEnv('RASTERGRAD_MATH', 'wasm');
    await prepared('seed=1');
    vi.stubEnv('RASTERGRAD_MATH', '');
    await expect(prepared('seed=1')).rejects.toThrow('math is "auto", and was "wasm"');
  });

  it('refuses another config', async () => {
    await prepared('seed=1');
    await expect(prepareSweep(folder, 'other.yaml', [])).rejects.toThrow(
      /sweep is a sweep of \S+base\.yaml, not of other\.yaml: choose another --output/,
    );
  });

  it('makes a run folder again that was deleted', async () => {
    const [, second] = await prepared('seed=1..2');
    rmSync(folder.runFolder(second), { recursive: true });
    await prepared('seed=1..2');
    expect(existsSync(path.join(folder.runFolder(second), 'config.resolved.yaml'))).toBe(true);
  });

  it('is for one command at a time', async () => {
    await prepared('seed=1');
    writeFileSync(folder.file('lock'), 'elsewhere:17');
    await expect(prepared('seed=1')).rejects.toThrow(
      /another command \(elsewhere:17\) is at work on this sweep; where it no longer is, delete \S+lock$/,
    );
  });

  it('is no file', async () => {
    folder = new SweepFolder(file);
    await expect(prepared('seed=1')).rejects.toThrow(/base\.yaml: is a file, expected a folder$/);
  });

  it('is none without a record', async () => {
    await expect(openSweep(root)).rejects.toThrow('not the folder of a sweep: it has no sweep.yaml');
    await expect(openSweep(path.join(root, 'no'))).rejects.toThrow('no such folder');
    writeFileSync(path.join(root, 'sweep.yaml'), 'config: 3');
    await expect(openSweep(root)).rejects.toThrow('is no record of a sweep');
  });
});
