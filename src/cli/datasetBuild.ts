// `rastergrad dataset build`: a data set from its raw material, in threads here or in parts on a cluster.

import { defineCommand } from 'citty';
import type { BuildOptions, BuildResult, Shard } from '../datasets/index.ts';
import type { UnjoinedParts } from './buildOnCluster.ts';
import { describeStates } from './describeStates.ts';
import { launchArguments, launchChoice } from './launchOptions.ts';
import { integerOption } from './numbers.ts';
import { UsageError } from './usageError.ts';

export default defineCommand({
  meta: { name: 'build', description: 'Build a data set from its raw material' },
  args: {
    dataset: {
      type: 'positional',
      required: true,
      description: 'Name of the data set, such as furniture-mini',
    },
    source: {
      type: 'string',
      valueHint: 'folder',
      description:
        'Folder with the raw material; where that is a Debian package, it is downloaded by default',
    },
    output: {
      type: 'string',
      alias: 'o',
      valueHint: 'folder',
      description: 'Folder to make. Default: data/NAME',
    },
    size: {
      type: 'string',
      valueHint: 'pixels',
      description: 'Width and height of the pictures. Default: 64, for large sets 128',
    },
    points: {
      type: 'string',
      valueHint: 'count',
      description: 'Surface points an object. Default: 2000, for large sets 16384',
    },
    rig: {
      type: 'enum',
      options: ['ring', 'r2n2', 'dvr'],
      description: 'How the cameras of a large set stand. Default: ring',
    },
    categories: {
      type: 'string',
      valueHint: 'names',
      description: 'Only models of these categories of a large set, such as chair,sofa',
    },
    liveries: { type: 'string', valueHint: 'count', description: 'Most liveries of an aircraft. Default: 4' },
    workers: {
      type: 'string',
      valueHint: 'count',
      description: 'Threads that build a large set. Default: one a core',
    },
    shard: {
      type: 'string',
      valueHint: 'i/n',
      description:
        'Build only the i-th of n parts of a large set; a last call without this option joins them',
    },
    ...launchArguments('parts', 'With slurm: in how many parts to build a large set, each a job'),
    json: { type: 'boolean', description: 'Print it as JSON' },
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args, rawArgs }) {
    const { jobs: parts, ...launch } = launchChoice(args, rawArgs);
    const isHere = launch.launcher === 'local';
    if (isHere && parts !== undefined) {
      throw new UsageError('--jobs goes with --launcher slurm; here --workers says how many threads build');
    }
    if (!isHere && parts === undefined) {
      throw new UsageError('--launcher slurm needs --jobs N: in how many parts to build');
    }
    if (!isHere && args.shard !== undefined) {
      throw new UsageError('--shard is one part, --launcher slurm all of them: leave out one of the two');
    }
    const { ArgumentError } = await import('../../renderer/errors.ts');
    const { datasetSources } = await import('../datasets/index.ts');
    const { showBuild } = await import('./buildProgress.ts');
    const source = datasetSources.find(({ name }) => name === args.dataset);
    if (!source) {
      const known = datasetSources.map(({ name }) => name).join(', ');
      throw new ArgumentError(`there is no data set "${args.dataset}" to build; known: ${known}`);
    }
    const { json, quiet = false } = args;
    const { listener, end } = showBuild({ stream: process.stderr, quiet });
    const output = args.output ?? `data/${source.name}`;
    const count = (name: 'size' | 'points' | 'liveries' | 'workers', least: number, most: number) => {
      const text = args[name];
      return text === undefined ? {} : { [name]: integerOption(name, text, least, most) };
    };
    const options: BuildOptions = {
      output,
      source: args.source,
      ...count('size', 8, 1024),
      ...count('points', 1, 1_000_000),
      ...count('liveries', 1, 1000),
      ...count('workers', 1, 1024),
      ...(args.rig !== undefined && { rig: args.rig }),
      ...(args.categories !== undefined && { categories: args.categories.split(',') }),
      ...(args.shard !== undefined && { shard: shardOption(args.shard) }),
    };
    const building =
      parts === undefined
        ? source.build(options, listener)
        : import('./buildOnCluster.ts').then((module) =>
            module.buildOnCluster(source, options, parts, launch, listener),
          );
    const result = await building.finally(end);
    const said = 'parts' in result ? { parts: result.parts } : result;
    if (json) process.stdout.write(`${JSON.stringify({ folder: output, ...said })}\n`);
    else if (!quiet) process.stdout.write(`${output}: ${formatBuild(result)}\n`);
    if (!('parts' in result)) return 0;
    for (const { name, phase, note } of result.parts) {
      if (phase !== 'failed') continue;
      process.stderr.write(`part ${name} failed: ${note}; see ${output}/jobs/${name}.log\n`);
    }
    return result.exitCode;
  },
});

function shardOption(text: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  if (index === undefined) throw new UsageError(`--shard is "${text}", expected two numbers such as 3/8`);
  return { index: Number(index), count: Number(count) };
}

function formatBuild(result: BuildResult | UnjoinedParts): string {
  if ('parts' in result) {
    return `${describeStates(result.parts, 'part')}; the same command again submits what is lost, and joins all once they are finished`;
  }
  const { state, objects, leftOut } = result;
  if (state === 'part') return `${objects} objects so far; the same command without --shard joins all`;
  const without = leftOut > 0 ? `, ${leftOut} models left out (left-out.json)` : '';
  return `${state === 'present' ? 'already built, ' : ''}${objects} objects${without}`;
}
