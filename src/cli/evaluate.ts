// `rastergrad evaluate`: the final tables of a run again, on another split or by other protocols; or those of many runs, by a launcher.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineCommand } from 'citty';
import { nearestName } from '../../renderer/nearestName.ts';
import type { EvaluateOptions } from '../experiments/evaluate.ts';
import { launchArguments, launchChoice, mostAtATime } from './launchOptions.ts';
import { integerOption } from './numbers.ts';
import { UsageError } from './usageError.ts';

export default defineCommand({
  meta: { name: 'evaluate', description: 'Evaluate the trained models of one run or of many' },
  args: {
    run: {
      type: 'positional',
      required: true,
      valueHint: 'RUN …',
      description: 'Run folders, such as runs/quickstart, or sweeps, whose finished runs are meant',
    },
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
    keep: {
      type: 'boolean',
      description:
        'Keep the results in RUN/evaluations, and do not evaluate again what is kept; always so with many runs',
    },
    ...launchArguments('evaluations', mostAtATime('evaluations')),
    json: { type: 'boolean', description: 'Print the results as one JSON object' },
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args, rawArgs }) {
    const launch = launchChoice(args, rawArgs);
    const { json = false, quiet = false, keep = false } = args;
    const asked = await askedOf(args);
    const [run, ...others] = args._;
    const isHere = launch.launcher === 'local' && launch.jobs === undefined;
    if (others.length > 0 || !isHere || existsSync(path.join(run, 'sweep.yaml'))) {
      const { evaluateRuns } = await import('./evaluateRuns.ts');
      return evaluateRuns(args._, asked, launch, { json, quiet });
    }
    const { showProgress } = await import('./progress.ts');
    const { evaluateRun } = await import('../experiments/evaluate.ts');
    const { keptEvaluation } = await import('../experiments/keptEvaluation.ts');
    const progress = showProgress({ progress: process.stderr, results: process.stdout, json, quiet });
    const results = await (keep ? keptEvaluation : evaluateRun)(run, { ...asked, observer: progress });
    progress.end();
    if (json) process.stdout.write(`${JSON.stringify(results)}\n`);
    return 0;
  },
});

/** What the options ask for. */
async function askedOf(args: {
  split?: 'validation' | 'test';
  checkpoint?: 'last' | 'best';
  protocol?: string;
  'emd-points'?: string;
}): Promise<EvaluateOptions> {
  const { mostEmdPoints } = await import('../config/schema/index.ts');
  const { split, checkpoint, protocol, 'emd-points': points } = args;
  return {
    split,
    checkpoint,
    protocols: protocol === undefined ? undefined : await protocolNames(protocol),
    emdPoints: points === undefined ? undefined : integerOption('emd-points', points, 0, mostEmdPoints),
  };
}

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
