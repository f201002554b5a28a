// `rastergrad dataset`: what data sets there are, what is in one, and how to build one.

import { defineCommand } from 'citty';
import { integerOption } from './numbers.ts';

const json = { type: 'boolean', description: 'Print it as JSON' } as const;

const list = defineCommand({
  meta: { name: 'list', description: 'List the data sets that have a name' },
  args: { json },
  async run({ args }) {
    const { datasetFolder, datasetSources } = await import('../datasets/index.ts');
    const entries = await Promise.all(
      datasetSources.map(async ({ name, description }) => {
        const folder = await datasetFolder(name).catch(() => undefined);
        return { name, description, built: folder !== undefined };
      }),
    );
    if (args.json) return void process.stdout.write(`${JSON.stringify(entries)}\n`);
    for (const { name, description, built } of entries) {
      process.stdout.write(`${name}${built ? '' : ' (not built)'}: ${description}\n`);
    }
  },
});

const info = defineCommand({
  meta: { name: 'info', description: 'Say what is in a data set' },
  args: {
    dataset: { type: 'positional', required: true, description: 'Name of a data set, or its folder' },
    json,
  },
  async run({ args }) {
    const { openDataset, splitNames } = await import('../datasets/index.ts');
    const { formatCounts } = await import('./counts.ts');
    const dataset = await openDataset(args.dataset);
    const objects = splitNames.flatMap((split) =>
      dataset.split(split).map((object) => ({ ...object, split })),
    );
    const views = [...new Set(objects.map((object) => object.views.length))].sort((a, b) => a - b);
    const { name, imageSize, camera } = dataset;
    if (args.json) {
      const described = objects.map(({ id, name: title, category, license, creator, split }) => ({
        id,
        name: title,
        category,
        license,
        creator,
        split,
      }));
      return void process.stdout.write(
        `${JSON.stringify({ name, imageSize, camera, objects: described })}\n`,
      );
    }
    const { fovDegrees, distance } = camera;
    process.stdout.write(
      `${name}: ${objects.length} objects, ${views.join(' or ')} views of ${imageSize} × ${imageSize} pixels; ` +
        `field of view ${fovDegrees}°, distance ${distance}\n\n` +
        `${formatCounts(
          objects,
          ({ category }) => category,
          ({ split }) => split,
          splitNames,
        )}\n`,
    );
  },
});

const build = defineCommand({
  meta: { name: 'build', description: 'Build a data set from its raw material' },
  args: {
    dataset: {
      type: 'positional',
      required: true,
      description: 'Name of the data set, such as furniture-mini',
    },
    source: {
      type: 'string',
      required: true,
      valueHint: 'folder',
      description: 'Folder with the raw material',
    },
    output: {
      type: 'string',
      alias: 'o',
      required: true,
      valueHint: 'folder',
      description: 'Folder to make',
    },
    size: {
      type: 'string',
      default: '64',
      valueHint: 'pixels',
      description: 'Width and height of the pictures',
    },
    points: { type: 'string', default: '2000', valueHint: 'count', description: 'Surface points an object' },
    json,
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args }) {
    const { ArgumentError } = await import('../../renderer/errors.ts');
    const { datasetSources } = await import('../datasets/index.ts');
    const source = datasetSources.find(({ name }) => name === args.dataset);
    if (!source) {
      const known = datasetSources.map(({ name }) => name).join(', ');
      throw new ArgumentError(`there is no data set "${args.dataset}" to build; known: ${known}`);
    }
    const live = process.stderr.isTTY && !args.quiet;
    const objects = await source.build(
      {
        source: args.source,
        output: args.output,
        size: integerOption('size', args.size, 8, 1024),
        points: integerOption('points', args.points, 1, 1_000_000),
      },
      ({ done, total, id }) => {
        if (live) process.stderr.write(`\r\x1b[2K${done}/${total}  ${id}`);
      },
    );
    if (live) process.stderr.write('\r\x1b[2K');
    if (args.json) process.stdout.write(`${JSON.stringify({ folder: args.output, objects })}\n`);
    else if (!args.quiet) process.stdout.write(`${args.output}: ${objects} objects\n`);
  },
});

export default defineCommand({
  meta: { name: 'dataset', description: 'List, describe and build data sets' },
  subCommands: { list, info, build },
});
