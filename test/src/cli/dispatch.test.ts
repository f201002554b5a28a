// The command line as its user meets it: help, mistakes, exit codes. Runs in this process; nothing here may load TensorFlow.js.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../src/cli/dispatch.ts';

vi.mock('@tensorflow/tfjs', () => {
  throw new Error('help and mistakes should not load TensorFlow.js');
});

let stdout = '';
let stderr = '';
beforeEach(() => {
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
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const run = (line: string) => main(line.split(' ').filter(Boolean));

describe('help', () => {
  it('lists the commands', async () => {
    expect(await run('--help')).toBe(0);
    for (const verb of ['run', 'evaluate', 'predict', 'render', 'dataset', 'sweep', 'weights', 'schema']) {
      expect(stdout).toMatch(new RegExp(`^  ${verb} +[A-Z]`, 'm'));
    }
    expect(stderr).toBe('');
  });

  it.each([
    ['run --help', 'Usage: rastergrad run [CONFIG] [key=value …] [options]'],
    ['predict -h', 'Usage: rastergrad predict [RUN] [IMAGE …] [options]'],
    ['dataset --help', 'Usage: rastergrad dataset COMMAND'],
    ['dataset build --help', 'Usage: rastergrad dataset build DATASET [options]'],
    ['render x.obj --help', 'Usage: rastergrad render MESH … --output file.png [options]'],
    ['evaluate --help', 'Usage: rastergrad evaluate RUN … [options]'],
    ['compare-gradients --help', '      --no-descent                       Leave descent curves out'],
    ['sweep --help', 'Usage: rastergrad sweep CONFIG [key=a,b …] [options]'],
    ['sweep table --help', 'Usage: rastergrad sweep table SWEEP … [options]'],
    ['schema --help', 'Usage: rastergrad schema'],
  ])('%s', async (line, usage) => {
    expect(await run(line)).toBe(0);
    expect(stdout.split('\n')).toContain(usage);
  });

  it('has options with their defaults', async () => {
    await run('render --help');
    expect(stdout).toMatch(/^ {6}--azimuth azimuth +Degrees around the mesh.* \(default: 30\)$/m);
    expect(stdout).toMatch(/^ {2}-o, --output file\.png +Picture to write$/m);
  });

  it('knows its version', async () => {
    expect(await run('--version')).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('mistakes', () => {
  it.each([
    [
      '',
      'expected a command: run, fit, evaluate, report, predict, render, compare-gradients, dataset, sweep, weights, schema',
      '',
    ],
    ['rum x', 'unknown command "rum"; did you mean run?', ''],
    [
      'xyzzyplugh',
      'unknown command "xyzzyplugh"; known: run, fit, evaluate, report, predict, render, compare-gradients, dataset, sweep, weights, schema',
      '',
    ],
    ['--frob', 'unknown option --frob', ''],
    ['run', 'expected a config file, or --resume and a run folder', 'run'],
    ['run a=b', 'expected a config file before "a=b"', 'run'],
    ['run a.yaml --resum x', 'unknown option --resum; did you mean --resume?', 'run'],
    ['run --config=a.yaml', 'unknown option --config; CONFIG stands without a name', 'run'],
    ['run --no-config a.yaml', 'unknown option --no-config; CONFIG stands without a name', 'run'],
    ['render --mesh a.obj', 'unknown option --mesh; MESH … stands without a name', 'render'],
    ['predict x.png --run r', 'unknown option --run; RUN stands without a name', 'predict'],
    ['run a.yaml -x', 'unknown option -x', 'run'],
    ['run a.yaml --output', '--output needs a value', 'run'],
    ['run a.yaml --output --json', '--output needs a value', 'run'],
    [
      'run --resume r a=b',
      '--resume goes on with the config of that run: leave out CONFIG, key=value and --backend',
      'run',
    ],
    ['sweep', 'missing required positional argument: CONFIG', 'sweep'],
    ['sweep seed=1..3', 'expected a config file before "seed=1..3"', 'sweep'],
    ['sweep a.yaml --jobs 0', '--jobs is "0": expected a number from 1 to 10000', 'sweep'],
    ['sweep a.yaml --wait', '--wait goes with --launcher slurm', 'sweep'],
    ['sweep a.yaml --slurm time=1', '--slurm goes with --launcher slurm', 'sweep'],
    [
      'sweep a.yaml --launcher slurm --slurm array=0-9',
      '--slurm is "array=0-9": array is for rastergrad to say',
      'sweep',
    ],
    [
      'sweep a.yaml --launcher slurm --slurm=-p',
      '--slurm is "-p": expected an option of sbatch by its long name, such as partition=gpu',
      'sweep',
    ],
    ['sweep status', 'missing required positional argument: SWEEP', 'sweep status'],
    ['weights', 'expected a command: export, convert', 'weights'],
    ['dataset', 'expected a command: list, info, check, build, export', 'dataset'],
    ['dataset lst', 'unknown command "lst"; did you mean list?', 'dataset'],
    ['dataset list extra', 'unexpected argument "extra"', 'dataset list'],
    ['predict', 'expected pictures, or a run folder and pictures', 'predict'],
    ['predict r', 'expected pictures after the run folder "r"', 'predict'],
    ['predict r i.png --views 3.5', '--views is "3.5": expected a whole number', 'predict'],
    ['predict r i.png --view 4', 'unknown option --view; did you mean --views?', 'predict'],
    [
      'dataset build furniture --jobs 4',
      '--jobs goes with --launcher slurm; here --workers says how many threads build',
      'dataset build',
    ],
    [
      'dataset build furniture --launcher slurm --jobs 4 --shard 1/4',
      '--shard is one part, --launcher slurm all of them: leave out one of the two',
      'dataset build',
    ],
    [
      'dataset build furniture --launcher slurm',
      '--launcher slurm needs --jobs N: in how many parts to build',
      'dataset build',
    ],
    ['evaluate r --wait', '--wait goes with --launcher slurm', 'evaluate'],
    ['evaluate a b --jobs 1.5', '--jobs is "1.5": expected a whole number', 'evaluate'],
    [
      'evaluate r --split all',
      'invalid value for argument: --split (all). Expected one of: validation, test',
      'evaluate',
    ],
    ['render a.obj -o x.png --size 0', '--size is "0": expected a number from 1 to 2048', 'render'],
    ['render a.obj -o x.png --size=1.5', '--size is "1.5": expected a whole number', 'render'],
    [
      'render a.obj -o x.png --azimuth=left',
      '--azimuth is "left": expected a number from -360 to 360',
      'render',
    ],
    ['render a.obj -o x.gif', '--output is "x.gif": expected a name that ends in .png', 'render'],
    ['render a.obj -o x.png --views 0', '--views is "0": expected a number from 1 to 360', 'render'],
    ['render a.obj -o x.png --animation --views 1', '--animation needs --views of 2 or more', 'render'],
    ['render a.obj -o x.png --width 4000', '--width is "4000": expected a number from 1 to 2048', 'render'],
    [
      'render a.obj -o x.png --supersampling 0',
      '--supersampling is "0": expected a number from 1 to 8',
      'render',
    ],
    [
      'render a.obj -o x.png --light up',
      '--light is "up": expected azimuth,elevation in degrees, as in -35,40',
      'render',
    ],
    ['render a.obj -o x.png --light 0,100', '--light is "100": expected a number from -90 to 90', 'render'],
    [
      'render a.obj -o x.png --show colour',
      'invalid value for argument: --show (colour). Expected one of: color, depth, normals, uv, silhouette',
      'render',
    ],
    [
      'render a.obj -o x.png --show uv --background white',
      '--background goes with --show color, not with --show uv',
      'render',
    ],
    [
      'render a.obj -o x.png --background mauve',
      '--background is "mauve": expected white, black, a colour such as #ffcc00, or a picture, .png or .jpg',
      'render',
    ],
  ])('"%s": one line and where to look', async (line, message, help) => {
    expect(await run(line)).toBe(1);
    expect(stderr).toBe(`rastergrad: ${message}\nTry "rastergrad ${help ? `${help} ` : ''}--help".\n`);
    expect(stdout).toBe('');
  });

  it('of our own point to --debug, which shows where', async () => {
    // The mocked TensorFlow.js stands for a defect.
    expect(await run('schema')).toBe(1);
    expect(stderr).toMatch(/^rastergrad: [^\n]+ \(a defect of rastergrad; --debug shows where\)\n$/);
    stderr = '';
    expect(await run('schema --debug')).toBe(1);
    expect(stderr).toMatch(/\n {4}at /);
  });
});
