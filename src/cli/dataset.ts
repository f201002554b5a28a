// `rastergrad dataset`: what data sets there are, what is in one, whether all of it can be read, and how to build and export one.

import { defineCommand } from 'citty';
import type { BuildProgress, R2n2Export } from '../datasets/index.ts';
import build from './datasetBuild.ts';
import { integerOption } from './numbers.ts';
import { UsageError } from './usageError.ts';

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
      dataset.split(split).map(({ id, name, category, license, creator, views }) => {
        return { id, name, category, license, creator, split, views: views.length };
      }),
    );
    const views = [...new Set(objects.map((object) => object.views))].sort((a, b) => a - b);
    const { name, imageSize, camera } = dataset;
    if (args.json) {
      const described = objects.map(({ views: _, ...object }) => object);
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

const check = defineCommand({
  meta: { name: 'check', description: 'Read every file of a data set, and list those that are bad' },
  args: {
    dataset: { type: 'positional', required: true, description: 'Name of a data set, or its folder' },
    json,
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args }) {
    const [{ checkDataset }, { openDataset }] = await Promise.all([
      import('../datasets/check.ts'),
      import('../datasets/index.ts'),
    ]);
    const dataset = await openDataset(args.dataset);
    const live = process.stderr.isTTY && !args.quiet;
    const began = performance.now();
    const bad = await checkDataset(dataset, (done, total) => {
      if (!live) return;
      const rate = Math.round((1000 * done) / (performance.now() - began));
      process.stderr.write(`\r\x1b[2K${done}/${total} views, ${rate} a second`);
    }).finally(() => dataset.close());
    if (live) process.stderr.write('\r\x1b[2K');
    if (args.json) process.stdout.write(`${JSON.stringify({ bad })}\n`);
    else {
      for (const { file, reason } of bad) process.stdout.write(`${file}: ${reason}\n`);
      if (!args.quiet) process.stdout.write(`${dataset.name}: ${bad.length} bad files\n`);
    }
    return bad.length > 0 ? 1 : 0;
  },
});

const exportCommand = defineCommand({
  meta: { name: 'export', description: 'Write a data set in the layout of another program' },
  args: {
    dataset: { type: 'positional', required: true, description: 'Name of a data set, or its folder' },
    format: {
      type: 'enum',
      options: ['shapenet-p2m', 'r2n2'],
      required: true,
      description: "Layout to write: that of Pixel2Mesh, or that of 3D-R2N2's renderings",
    },
    output: {
      type: 'string',
      alias: 'o',
      required: true,
      valueHint: 'folder',
      description: 'Folder to make',
    },
    objects: { type: 'string', valueHint: 'count', description: 'Objects of each split; all by default' },
    size: {
      type: 'string',
      valueHint: 'pixels',
      description:
        "r2n2: width and height of the pictures. Default: as they are where the lens is R2N2's, else 137",
    },
    json,
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args }) {
    const { datasetFolder, exportR2n2, exportShapenetP2m } = await import('../datasets/index.ts');
    const { output, format } = args;
    const objects = args.objects === undefined ? undefined : integerOption('objects', args.objects, 1, 1e9);
    const size = args.size === undefined ? undefined : integerOption('size', args.size, 8, 1024);
    if (size !== undefined && format !== 'r2n2') throw new UsageError('--size is for --format r2n2 alone');
    const folder = await datasetFolder(args.dataset);
    const live = process.stderr.isTTY && !args.quiet;
    const showProgress = ({ done, total, id }: BuildProgress) => {
      if (live) process.stderr.write(`\r\x1b[2K${done}/${total}  ${id}`);
    };
    const result =
      format === 'r2n2'
        ? await exportR2n2(folder, { output, objects, size }, showProgress)
        : { objects: await exportShapenetP2m(folder, { output, objects }, showProgress) };
    if (live) process.stderr.write('\r\x1b[2K');
    if (args.json) process.stdout.write(`${JSON.stringify({ folder: output, ...result })}\n`);
    else if (!args.quiet) process.stdout.write(`${output}: ${formatExport(result)}\n`);
  },
});

function formatExport({ objects, pictures }: { objects: number; pictures?: R2n2Export['pictures'] }): string {
  return `${objects} objects${pictures === 'anew' ? ", pictures taken anew of their meshes, through R2N2's lens" : ''}`;
}

export default defineCommand({
  meta: { name: 'dataset', description: 'List, describe, check, build and export data sets' },
  subCommands: { list, info, check, build, export: exportCommand },
});
