// Experiments: their configs, their runs, and what runs leave behind.

export { formatConfig, loadConfig, parseConfig } from './config.ts';
export { configJsonSchema } from './jsonSchema.ts';
export type { RunObserver, StepEvent, ValidationEvent } from './observer.ts';
export type {
  MetricsRecord,
  PictureGroup,
  PictureIndex,
  ResultColumn,
  ResultRow,
  Results,
  ResultTable,
  TimingsRecord,
} from './results.ts';
export { createRun, openRun, RunFolder } from './runFolder.ts';
export type { ExperimentConfig, FitMeshConfig, TrainConfig } from './schema.ts';
