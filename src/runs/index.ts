// Run folders: what an experiment leaves behind, for people and for programs.

export type { Framing, NetworkInput } from './networkInput.ts';
export type {
  MetricsRecord,
  ObjectScores,
  PictureGroup,
  PictureIndex,
  ResultColumn,
  ResultRow,
  Results,
  ResultTable,
  StepTimes,
  TimingsRecord,
} from './results.ts';
export { createRun, openRun, prepareRun, RunFolder } from './runFolder.ts';
