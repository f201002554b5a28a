export { antialias } from './antialias.ts';
export {
  compact,
  interpolateAt,
  scatterRows,
  visibleDepth,
  visibleWeights,
} from './fragments.ts';
export { type CornerAttributes, Frame, type FrameOptions, type Shader } from './frame.ts';
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
export { withPositionGradient } from './withPositionGradient.ts';
