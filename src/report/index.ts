// Reports of runs and sweeps: pages, TensorBoard's events, and tables for the terminal.

export { writeReport } from './report.ts';
export { readSweep, SWEEP_FILE, type Sweep, type SweepRun } from './sweep/sweep.ts';
export { writeSweepReport } from './sweep/sweepReport.ts';
export { EVENT_FILE, writeEventFile } from './tensorboard/index.ts';
export { formatTable } from './textTable.ts';
