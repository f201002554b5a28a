// `rastergrad evaluate`: the final tables of a run again, on another split or by other protocols.

import { defineCommand } from 'citty';
import { nearestName } from '../../renderer/nearestName.ts';
import { integerOption } from './numbers.ts';
import { UsageError } from './usageError.ts';

export default defineCommand({
  meta: { name: 'evaluate', description: 'Evaluate the trained model of a run' },
  args: {
    run: { type: 'positional', required: true, description: 'Run folder, such as runs/quickstart' },
    split: {
      type: 'enum',
      options: ['validation', 'test'],
      description: "Objects to evaluate on; the config's by default",
    },
    checkpoint: {
      type: 'enum',
      options: ['last', 'best'],
      description: "Weights to evaluate: the last ones, or of the best validation; the config's by default",
    },
    protocol: {
      type: 'string',
      valueHint: 'name,…',
      description: "Protocols with tables of their own: pixel2mesh, meshrcnn, dibr; the config's by default",
    },
    'emd-points': {
      type: 'string',
      valueHint: 'N',
      description: "Most points for the protocols' earth mover's distance; 0: none; the config's by default",
    },
    json: { type: 'boolean', description: 'Print the results as one JSON object' },
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args }) {
    const { showProgress } = await import('./progress.ts');
    const { evaluateRun } = await import('../experiments/evaluate.ts');
    const { mostEmdPoints } = await import('../config/schema/index.ts');
    const { json = false, quiet = false, split, checkpoint } = args;
    const protocols = args.protocol === undefined ? undefined : await protocolNames(args.protocol);
    const text = args['emd-points'];
    const emdPoints = text === undefined ? undefined : integerOption('emd-points', text, 0, mostEmdPoints);
    const progress = showProgress({ progress: process.stderr, results: process.stdout, json, quiet });
    const results = await evaluateRun(args.run, {
      split,
      checkpoint,
      protocols,
      emdPoints,
      observer: progress,
    });
    progress.end();
    if (json) process.stdout.write(`${JSON.stringify(results)}\n`);
  },
});

/** The names of a list with commas. */
async function protocolNames(list: string): Promise<string[]> {
  const { protocols } = await import('../metrics/index.ts');
  const known = protocols.map(({ name }) => name);
  const names = list.split(',').map((name) => name.trim());
  const stranger = names.find((name) => !known.includes(name));
  if (stranger === undefined) return names;
  const guess = nearestName(stranger, known);
  throw new UsageError(
    `there is no protocol "${stranger}"; ${guess ? `did you mean "${guess}"?` : `known: ${known.join(', ')}`}`,
  );
}
