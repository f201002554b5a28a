// Reports of runs and sweeps: pages, TensorBoard's events, and tables for the terminal.

export { writeReport } from './report.ts';
export type { ReportedRun, ReportedSweep } from './sweep/sweep.ts';
export { writeSweepReport } from './sweep/sweepReport.ts';
export { EVENT_FILE, writeEventFile } from './tensorboard/index.ts';
export { formatTable } from './textTable.ts';
