// Configs: files that say what an experiment does, read, checked and written.

export { formatConfig, loadComparison, loadConfig, loadParent, parseConfig } from './config.ts';
export { configJsonSchema } from './jsonSchema.ts';
export type { CompareConfig, ExperimentConfig, FitConfig, TrainConfig } from './schema/index.ts';
