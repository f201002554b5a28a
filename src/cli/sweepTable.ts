// `rastergrad sweep table`: the numbers of sweeps, over seeds, by category, and beside something else.

import { defineCommand } from 'citty';

export const table = defineCommand({
  meta: { name: 'table', description: 'Print the results of sweeps, mean ± standard deviation over seeds' },
  args: {
    sweep: {
      type: 'positional',
      required: true,
      valueHint: 'sweep …',
      description: 'Folder of a sweep; several make one table',
    },
    metric: {
      type: 'string',
      valueHint: 'key,…',
      description: "Columns of results.json, such as chamfer,fScore; the first table's by default",
    },
    categories: { type: 'boolean', description: 'A row for each category of objects, too' },
    baselines: { type: 'boolean', description: 'A row for each baseline, too' },
    against: {
      type: 'string',
      valueHint: 'label',
      description:
        'Print differences to a baseline or to another row ("method dibr"), object by object, with their 95 % intervals',
    },
    runs: { type: 'boolean', description: 'A row a run, in place of means over seeds' },
    format: {
      type: 'enum',
      options: ['markdown', 'csv'],
      default: 'markdown',
      description: 'How to print it',
    },
  },
  async run({ args }) {
    const { formatCsv, formatMarkdown, openSweep, sweepTable } = await import('../sweeps/index.ts');
    const sweeps = await Promise.all(args._.map(openSweep));
    const { categories, baselines, against, runs } = args;
    const metrics = args.metric?.split(',').map((key) => key.trim());
    const numbers = await sweepTable(sweeps, { metrics, perRun: runs, categories, baselines, against });
    process.stdout.write(`${args.format === 'csv' ? formatCsv(numbers) : formatMarkdown(numbers)}\n`);
  },
});
