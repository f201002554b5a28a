// The losses that configurations can name. A new loss is one file and one line here.

import { chamfer } from './chamfer.ts';
import { color } from './color.ts';
import { edge } from './edge.ts';
import { laplacian } from './laplacian.ts';
import type { Loss } from './loss.ts';
import { move } from './move.ts';
import { normal } from './normal.ts';
import { silhouette } from './silhouette.ts';
import { smoothness } from './smoothness.ts';
import { weightDecay } from './weightDecay.ts';

export const losses: readonly Loss[] = [
  chamfer,
  edge,
  normal,
  laplacian,
  smoothness,
  move,
  silhouette,
  color,
  weightDecay,
];

export { type ChamferOptions, chamferLoss } from './chamfer.ts';
export { type ColorOptions, colorLoss } from './color.ts';
export { edgeLoss } from './edge.ts';
export type { EdgeRowOptions } from './edgeRows.ts';
export { laplacianLoss } from './laplacian.ts';
export {
  comparesSurface,
  type Loss,
  type LossSettings,
  type PictureContext,
  type PictureLoss,
  type ShapeContext,
  type ShapeLoss,
  shapeContext,
  type WeightsContext,
  type WeightsLoss,
} from './loss.ts';
export { moveLoss } from './move.ts';
export { type NearestPairs, nearestPairs } from './nearest.ts';
export { normalLoss } from './normal.ts';
export { evenPointClouds, type PointCloudArrays, type PointClouds, pointClouds } from './pointClouds.ts';
export { type LossPresetName, lossPresets } from './presets.ts';
export { silhouetteIouLoss, silhouetteL2Loss } from './silhouette.ts';
export { smoothnessLoss } from './smoothness.ts';
export { type WeightDecayCoefficients, weightDecayLoss } from './weightDecay.ts';
