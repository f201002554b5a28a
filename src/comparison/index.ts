// Gradients of every method beside the exact one: what `rastergrad compare-gradients` does, as functions.

export { type CompareOptions, type CompareResult, compareGradients } from './compare.ts';
export { parseMethod } from './methods.ts';
export type {
  Bias,
  Comparison,
  Descent,
  DescentName,
  GradientMap,
  LossName,
  Mean,
  Measurement,
  ScenePictures,
  Timings,
} from './results.ts';
export { mapValues } from './results.ts';
export { sceneDefinitions } from './scenes/index.ts';
export { comparisonTables } from './tables.ts';
export { writeComparison } from './write.ts';
