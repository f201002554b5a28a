// Experiments: their configs, their runs, and what runs leave behind.

export { formatConfig, loadComparison, loadConfig, parseConfig } from './config.ts';
export { type EvaluateOptions, evaluateRun } from './evaluate.ts';
export { examineStep } from './examineStep.ts';
export type { Framing } from './framing.ts';
export { configJsonSchema } from './jsonSchema.ts';
export type { RunObserver, StepEvent, ValidationEvent } from './observer.ts';
export type { CutOut, NetworkInput } from './pictureInput.ts';
export {
  type FailedPicture,
  type PredictedPicture,
  type PredictMeshesOptions,
  predictMeshes,
} from './predict.ts';
export { openPredictor, type PredictedMesh, type Predictor } from './predictor.ts';
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
export { type RunOptions, type RunResult, runExperiment } from './run.ts';
export { createRun, openRun, prepareRun, RunFolder } from './runFolder.ts';
export type { CompareConfig, ExperimentConfig, FitConfig, TrainConfig } from './schema/index.ts';
