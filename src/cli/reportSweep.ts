// The page of a sweep, as the command line makes it: from the sweep's folder.

import path from 'node:path';

/** @returns the file that was written */
export async function reportSweep(folder: string): Promise<string> {
  const { openSweep, writeSweepReport } = await import('../sweeps/index.ts');
  const { folder: sweep, record } = await openSweep(folder);
  const runs = record.runs.map((run) => ({ ...run, folder: sweep.runFolder(run) }));
  return writeSweepReport(folder, { name: path.basename(path.resolve(folder)), runs });
}
