// The kernels in AssemblyScript with SIMD: stateless functions on addresses in the memory of TensorFlow.js's wasm back end. They
// allocate nothing, keep nothing, and have no data of their own, since the memory belongs to another module.

export { copyChannels } from './channels';
export { gemm, gemmScratch } from './gemm';
export { scanlineGradient, scanlineScratch } from './scanlineGradient';
export { softFaceBytes, startSoftFaces } from './softFace';
export {
  addBackground,
  hearFronts,
  softAggregate,
  softAggregateBackward,
  softFragments,
  softInterpolateBackward,
} from './softFragments';
export {
  clearSoftPicture,
  hearSoftPicture,
  softPicture,
  softPictureBackward,
  writeSoftPicture,
} from './softPicture';
