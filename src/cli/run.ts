// `rastergrad run`: one experiment from its config to its report.

import { defineCommand } from 'citty';
import type { ExperimentConfig } from '../config/schema/index.ts';
import { runToEnd } from './runToEnd.ts';
import { UsageError } from './usageError.ts';

export default defineCommand({
  meta: { name: 'run', description: 'Run an experiment, or go on with one that was interrupted' },
  args: {
    config: {
      type: 'positional',
      required: false,
      description: 'Config file, such as experiments/quickstart.yaml',
    },
    overrides: {
      type: 'positional',
      required: false,
      valueHint: 'key=value …',
      description: 'Fields that differ, such as training.steps=100',
    },
    resume: { type: 'string', valueHint: 'run', description: 'Folder of an interrupted run to go on with' },
    output: { type: 'string', alias: 'o', default: 'runs', description: 'Folder that gets the run folder' },
    backend: { type: 'string', description: 'Tensor back end: wasm, tensorflow, cpu or auto' },
    json: { type: 'boolean', description: 'Print the results as one JSON object' },
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args }) {
    const [file, ...overrides] = args._;
    if (args.backend) overrides.push(`backend=${args.backend}`);
    const { config, parent } = await readConfig(file, overrides, args.resume);
    return runToEnd(config, { ...args, parent });
  },
});

async function readConfig(
  file: string | undefined,
  overrides: string[],
  resume: string | undefined,
): Promise<{ config: ExperimentConfig; parent?: ExperimentConfig }> {
  if (resume !== undefined) {
    if (file !== undefined || overrides.length > 0) {
      throw new UsageError(
        '--resume goes on with the config of that run: leave out CONFIG, key=value and --backend',
      );
    }
    const { openRun } = await import('../runs/runFolder.ts');
    return { config: await openRun(resume).readConfig() };
  }
  if (file === undefined) throw new UsageError('expected a config file, or --resume and a run folder');
  if (file.includes('=')) throw new UsageError(`expected a config file before "${file}"`);
  const { loadConfig, loadParent } = await import('../config/config.ts');
  return { config: await loadConfig(file, overrides), parent: await loadParent(file, overrides) };
}
