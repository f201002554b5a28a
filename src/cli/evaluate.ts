// `rastergrad evaluate`: the final table of a run again, or on another split.

import { defineCommand } from 'citty';

export default defineCommand({
  meta: { name: 'evaluate', description: 'Evaluate the trained model of a run' },
  args: {
    run: { type: 'positional', required: true, description: 'Run folder, such as runs/quickstart' },
    split: {
      type: 'enum',
      options: ['validation', 'test'],
      description: "Objects to evaluate on; the config's by default",
    },
    json: { type: 'boolean', description: 'Print the results as one JSON object' },
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args }) {
    const { showProgress } = await import('./progress.ts');
    const { evaluateRun } = await import('../experiments/evaluate.ts');
    const { json = false, quiet = false } = args;
    const progress = showProgress({ progress: process.stderr, results: process.stdout, json, quiet });
    const results = await evaluateRun(args.run, { split: args.split, observer: progress });
    progress.end();
    if (json) process.stdout.write(`${JSON.stringify(results)}\n`);
  },
});
