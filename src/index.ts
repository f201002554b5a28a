// The public surface of `rastergrad`: models, losses, metrics, data sets, and experiments as functions. The renderer by itself is
// `rastergrad/renderer`.

export * from '../renderer/errors.ts';
export * from './captures/index.ts';
export * from './comparison/index.ts';
export * from './config/index.ts';
export * from './datasets/index.ts';
export * from './experiments/index.ts';
export * from './fitting/index.ts';
export * from './losses/index.ts';
export * from './metrics/index.ts';
export * from './models/index.ts';
export * from './pictures/index.ts';
export {
  formatTable,
  writeEventFile,
  writeReport,
} from './report/index.ts';
export * from './runs/index.ts';
export { type ReportedRun, type ReportedSweep, writeSweepReport } from './sweeps/index.ts';
export { Adam, type AdamOptions, type AdamState, type NamedVariable } from './tensor/adam.ts';
