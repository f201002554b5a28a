// The kernels in AssemblyScript with SIMD: stateless functions on addresses in the memory of TensorFlow.js's wasm back end. They
// allocate nothing, keep nothing, and have no data of their own, since the memory belongs to another module.

export { adam, squaredNorm } from './adam';
export { gemm, gemmScratch } from './gemm';
export { mixNeighbours, mixNeighboursBackward, unpool, unpoolBackward } from './graph';
export { buildCloud, cloudBytes, cloudScratch, nearestPoints } from './nearest';
export { addPatches, addRows, gatherPatches } from './patches';
export { poolFeatures, poolFeaturesBackward } from './pooling';
export { copyRows, sumRows } from './rows';
