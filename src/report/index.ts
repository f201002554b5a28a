// Reports of runs and sweeps: pages, TensorBoard's events, and tables for the terminal.

export type { ReportedRun, ReportedSweep } from '../sweeps/page/sweep.ts';
export { writeSweepReport } from '../sweeps/page/sweepReport.ts';
export { writeReport } from './report.ts';
export { EVENT_FILE, writeEventFile } from './tensorboard/index.ts';
export { formatTable } from './textTable.ts';
