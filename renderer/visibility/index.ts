export { antialias } from './antialias.ts';
export type { CornerAttributes } from './attributes.ts';
export { type Clipping, clipNear } from './clipping.ts';
export {
  compact,
  interpolateAt,
  scatterRows,
  visibleDepth,
  visibleWeights,
} from './fragments.ts';
export { type Background, Frame, type FrameOptions, type KeptFragments } from './frame.ts';
export { Geometry } from './geometry.ts';
export { coverage, outlineMask, softMask } from './silhouette.ts';
export {
  channelsOf,
  softAggregate,
  softFragments,
  softInterpolate,
  softPicture,
  softSilhouette,
} from './softAggregate.ts';
export { averaged, finerFrame } from './supersample.ts';
export { type Interpolate, type Shader, Surface } from './surface.ts';
export { withPositionGradient } from './withPositionGradient.ts';
