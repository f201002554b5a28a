// `rastergrad report`: the report of a run, or of a sweep, made again from its folder.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineCommand } from 'citty';

export default defineCommand({
  meta: { name: 'report', description: 'Make the report of a run or of a sweep again' },
  args: {
    folder: {
      type: 'positional',
      required: true,
      description: 'Run folder, such as runs/quickstart, or the folder of a sweep',
    },
  },
  async run({ args }) {
    const { folder } = args;
    const written = existsSync(path.join(folder, 'sweep.yaml'))
      ? await reportSweep(folder)
      : await reportRun(folder);
    for (const file of written) process.stdout.write(`${file}\n`);
  },
});

/** @returns the files that were written */
async function reportSweep(folder: string): Promise<string[]> {
  const { openSweep } = await import('../sweeps/index.ts');
  const { writeSweepReport } = await import('../report/index.ts');
  const { folder: sweep, record } = await openSweep(folder);
  const runs = record.runs.map((run) => ({ ...run, folder: sweep.runFolder(run) }));
  return [await writeSweepReport(folder, { name: path.basename(path.resolve(folder)), runs })];
}

/** @returns the files that were written */
async function reportRun(folder: string): Promise<string[]> {
  const { openRun } = await import('../experiments/runFolder.ts');
  const { writeEventFile, writeReport } = await import('../report/index.ts');
  const run = openRun(folder);
  return [await writeReport(run), await writeEventFile(run)];
}
