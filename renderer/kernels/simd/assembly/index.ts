// The kernels in AssemblyScript with SIMD: stateless functions on addresses in the memory of TensorFlow.js's wasm back end. They
// allocate nothing, keep nothing, and have no data of their own, since the memory belongs to another module.

export { adam, squaredNorm } from './adam';
export { antialias, antialiasBackward, antialiasBackwardScratch, antialiasScratch } from './antialias';
export { copyChannels } from './channels';
export { edgeGradient, edgeGradientScratch } from './edgeGradient';
export { findVisible, findVisibleScratch } from './findVisible';
export { finishRows, gemm, gemmScratch } from './gemm';
export { mixNeighbours, mixNeighboursBackward, unpool, unpoolBackward } from './graph';
export { addDoubles, interpolate, interpolateBackward, interpolateBackwardScratch } from './interpolate';
export { buildCloud, cloudBytes, cloudScratch, nearestPoints } from './nearest';
export {
  outlineMask,
  outlineMaskBackward,
  outlineMaskBackwardScratch,
  outlineMaskScratch,
} from './outlineMask';
export { addRows, movePatches } from './patches';
export { poolFeatures, poolFeaturesBackward } from './pooling';
export { copyRows, scaleTo, sumRows } from './rows';
export { scanlineGradient, scanlineScratch } from './scanlineGradient';
export { softFaceBytes, startSoftFaces } from './softFace/index';
export {
  addBackground,
  hearFronts,
  softAggregate,
  softAggregateBackward,
  softFragments,
  softInterpolateBackward,
} from './softFragments';
export { softMask, softMaskBackward, softMaskBackwardScratch, softMaskScratch } from './softMask';
export { nearestFacesScratch } from './softPairs';
export {
  clearSoftPicture,
  hearSoftPicture,
  softPicture,
  softPictureBackward,
  writeSoftPicture,
} from './softPicture';
export { weightsBackward, weightsBackwardScratch } from './weights';
