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
    const { readSweep, SWEEP_FILE, writeEventFile, writeReport, writeSweepReport } = await import(
      '../report/index.ts'
    );
    const { folder } = args;
    if (existsSync(path.join(folder, SWEEP_FILE))) {
      process.stdout.write(`${await writeSweepReport(folder, await readSweep(folder))}\n`);
      return;
    }
    const { openRun } = await import('../experiments/runFolder.ts');
    const run = openRun(folder);
    process.stdout.write(`${await writeReport(run)}\n${await writeEventFile(run)}\n`);
  },
});
