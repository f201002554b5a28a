// Experiments: what a config's run does from beginning to end, and what can be done with a run afterwards.

export { type EvaluateOptions, evaluateRun } from './evaluate.ts';
export { examineStep } from './examineStep.ts';
export type { RunObserver, StepEvent, ValidationEvent } from './observer.ts';
export type { CutOut } from './pictureInput.ts';
export {
  type FailedPicture,
  type PredictedPicture,
  type PredictMeshesOptions,
  predictMeshes,
} from './predict.ts';
export { openPredictor, type PredictedMesh, type Predictor } from './predictor.ts';
export { type RunOptions, type RunResult, runExperiment } from './run.ts';
