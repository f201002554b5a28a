// The kernels in AssemblyScript with SIMD: stateless functions on addresses in the memory of TensorFlow.js's wasm back end. They
// allocate nothing, keep nothing, and have no data of their own, since the memory belongs to another module.

export { antialias, antialiasBackward, antialiasBackwardScratch, antialiasScratch } from './antialias';
export { findVisible, findVisibleScratch } from './findVisible';
export { gemm, gemmScratch } from './gemm';
export { addDoubles, interpolate, interpolateBackward, interpolateBackwardScratch } from './interpolate';
export { softMask, softMaskBackward, softMaskBackwardScratch, softMaskScratch } from './softMask';
export { weightsBackward, weightsBackwardScratch } from './weights';
