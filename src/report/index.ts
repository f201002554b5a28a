// Reports of runs: pages, TensorBoard's events, and tables for the terminal.

export { writeReport } from './report.ts';
export { EVENT_FILE, writeEventFile } from './tensorboard/index.ts';
export { formatTable } from './textTable.ts';
