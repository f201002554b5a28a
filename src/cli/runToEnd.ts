// An experiment watched on the command line, until it ends or is interrupted.

import type { ExperimentConfig } from '../config/schema/index.ts';
import { catchInterrupts } from './interrupt.ts';

export interface RunArguments {
  /** Folder that gets the run folder. */
  output: string;
  /** Folder of an interrupted run to go on with. */
  resume?: string;
  /** What the config is a variant of. */
  parent?: ExperimentConfig;
  /** Print the results as one JSON object. */
  json?: boolean;
  /** No progress. */
  quiet?: boolean;
}

/** @returns the exit code */
export async function runToEnd(
  config: ExperimentConfig,
  { output, resume, parent, json = false, quiet = false }: RunArguments,
): Promise<number> {
  const { showProgress } = await import('./progress.ts');
  const progress = showProgress({ progress: process.stderr, results: process.stdout, json, quiet });
  const interrupt = catchInterrupts(() =>
    progress.onNote?.('Stopping after this step; Ctrl-C again stops at once.'),
  );
  const { runExperiment } = await import('../experiments/run.ts');
  const observer = progress;
  const result = await runExperiment(config, { output, resume, parent, observer, signal: interrupt.signal });
  interrupt.release();
  progress.end();

  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  if (!result.finished) {
    process.stderr.write(`Saved. To go on: rastergrad run --resume ${result.folder}\n`);
    return interrupt.exitCode();
  }
  if (!json && !quiet) process.stdout.write(`\nReport: ${result.folder}/report.html\n`);
  return 0;
}
