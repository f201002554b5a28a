// Calls a sweep off: what runs saves and stops, what waits is taken out of the queue, and the command that launches runs ends.

import { type LauncherName, processOf, queues } from '../launchers/index.ts';
import { runStates } from './runState.ts';
import type { SweepFolder, SweepRecord } from './sweepFolder.ts';

export interface Cancelled {
  /** How many runs were waiting or running, and are told. */
  told: number;
  /** How many may be running on other machines, which cannot be told from here. */
  outOfReach: number;
}

export async function cancelSweep(folder: SweepFolder, { runs }: SweepRecord): Promise<Cancelled> {
  const holder = await folder.holder();
  const pid = holder === undefined ? undefined : processOf(holder);
  const states = await runStates(folder, runs);
  const live = states.flatMap(({ job, isOutOfReach }) => (job && !isOutOfReach ? [job] : []));
  for (const attempt of live) {
    folder.attempts.append({ ...attempt, cancelled: true, time: new Date().toISOString() });
  }
  for (const launcher of Object.keys(queues) as LauncherName[]) {
    // A command that waits for its children passes the wish on; a second one would stop them before they have saved.
    if (launcher === 'local' && pid !== undefined) continue;
    await queues[launcher].cancel(
      live.filter((attempt) => attempt.launcher === launcher).map(({ job }) => job),
    );
  }
  if (pid !== undefined) process.kill(pid, 'SIGTERM');
  return { told: live.length, outOfReach: states.filter(({ isOutOfReach }) => isOutOfReach).length };
}
