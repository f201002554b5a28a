// Sweeps: one config with many values of some fields, as runs that launchers bring to their end, and as one table.

export { type Axis, parseAxis } from './axis.ts';
export { type Cancelled, cancelSweep } from './cancel.ts';
export { formatCsv, formatMarkdown } from './formatSweepTable.ts';
export { type LaunchSweepOptions, launchSweep, type SweepObserver } from './launch.ts';
export { readListFile } from './listFile.ts';
export type { ReportedRun } from './outcome.ts';
export type { OverrideSet } from './overrideSet.ts';
export { type ReportedSweep, writeSweepReport } from './page/sweepReport.ts';
export { type PlannedRun, planRuns } from './plan.ts';
export { prepareSweep } from './prepare.ts';
export { type RunPhase, type RunState, runStates } from './runState.ts';
export { openSweep, SweepFolder, type SweepRecord, type SweepRun } from './sweepFolder.ts';
export {
  type OpenedSweep,
  type SweepRow,
  type SweepTable,
  type SweepTableOptions,
  sweepTable,
} from './table.ts';
