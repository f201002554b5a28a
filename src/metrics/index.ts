export { type BootstrapOptions, type MeanInterval, meanInterval } from './bootstrap.ts';
export { type EarthMovers, earthMoversDistance, exactEmdPoints } from './earthMover.ts';
export { type Mask, maskIou, maskOf } from './mask.ts';
export { type CloudMatches, type Matches, matchClouds } from './matches.ts';
export { normalConsistency, type OrientedPoints } from './normals.ts';
export { chamferDistance, fScore } from './points.ts';
export {
  type PredictedShape,
  type Protocol,
  type ProtocolColumn,
  type ProtocolOptions,
  protocols,
  type SurfacePoints,
  sharedColumns,
} from './protocols.ts';
export { colorDifference, silhouetteIou } from './silhouette.ts';
export {
  type PlainMesh,
  type Solid,
  type VolumetricIou,
  type VolumetricIouOptions,
  volumetricIou,
} from './volume.ts';
