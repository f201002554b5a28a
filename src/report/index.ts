// Reports of runs: a page, and tables for the terminal.

export { writeReport } from './report.ts';
export { formatTable } from './textTable.ts';
