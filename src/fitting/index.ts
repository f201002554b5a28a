export { type CaptureTargetOptions, captureTarget } from './captureTarget.ts';
export { datasetTarget } from './datasetTarget.ts';
export { Fit, type FitOptions } from './fit.ts';
export { type LampLight, lampShading } from './lampLight.ts';
export { type MeshTargetOptions, meshTarget } from './meshTarget.ts';
export { type Placed, readPlacedMesh } from './placedMesh.ts';
export { FittedScene, type LightOptions, type PaintOptions, type SceneOptions } from './scene.ts';
export { scoreViews, type ViewScores } from './score.ts';
export { checkTarget, type FitTarget, type FitView, tensorsOf } from './target.ts';
