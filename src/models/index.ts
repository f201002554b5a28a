export type { MeshPrediction, MeshPredictor, PredictedLevel } from './meshPredictor.ts';
export { Pixel2Mesh, type Pixel2MeshOptions } from './pixel2mesh.ts';
