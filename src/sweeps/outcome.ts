// A run of a sweep as tables and pages see it: what distinguishes it, and what its folder says.

import { existsSync } from 'node:fs';
import type { MetricsRecord, PictureIndex, Results } from '../runs/results.ts';
import { openRun } from '../runs/runFolder.ts';
import type { OverrideSet } from './overrideSet.ts';

export interface ReportedRun {
  name: string;
  /** Values of config fields, by dotted path. */
  overrides: OverrideSet;
  /** Its run folder, which need not be there yet. */
  folder: string;
}

/** What a run has come to. */
export interface RunOutcome {
  run: ReportedRun;
  /** Undefined where the run has not come to its end. */
  results?: Results;
  metrics: MetricsRecord[];
  pictures: PictureIndex;
  /** How far it came, where it has not come to its end. */
  shortfall?: string;
}

/** Reads what a run's folder says; one that cannot be read counts as a run that has not come to its end. */
export async function readOutcome(run: ReportedRun): Promise<RunOutcome> {
  const nothing = { run, metrics: [], pictures: { groups: [] } };
  if (!existsSync(run.folder)) return { ...nothing, shortfall: 'not begun' };
  try {
    const folder = openRun(run.folder);
    const results = await folder.readResults();
    const metrics = folder.metrics.read();
    const pictures = await folder.readPictureIndex();
    if (results) return { run, results, metrics, pictures };
    const last = metrics.at(-1);
    const shortfall = last ? `not finished: its last recorded step is ${last.step}` : 'not begun';
    return { run, metrics, pictures, shortfall };
  } catch (error) {
    return { ...nothing, shortfall: (error as Error).message };
  }
}
