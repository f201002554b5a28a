// `rastergrad report`: the report of a run, or of a sweep, made again from its folder.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineCommand } from 'citty';
import { reportSweep } from './reportSweep.ts';

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
      ? [await reportSweep(folder)]
      : await reportRun(folder);
    for (const file of written) process.stdout.write(`${file}\n`);
  },
});

/** @returns the files that were written */
async function reportRun(folder: string): Promise<string[]> {
  const { openRun } = await import('../runs/runFolder.ts');
  const { writeEventFile, writeReport } = await import('../report/index.ts');
  const run = openRun(folder);
  return [await writeReport(run), await writeEventFile(run)];
}
