// The bridge to TensorFlow.js. `hostOp` and what stands on it are public; the compiled kernels are for the layers, losses and kernels of
// this package.

export { type Scratch, type Simd, simd, simdFor } from '../kernels/simd/module.ts';
export type { RealArray } from '../realArray.ts';
export { type HostFunction, type HostKernel, hostFunction, hostScalar } from './hostFunction.ts';
export { type HostArray, hostOp, type OutputSpec } from './hostOp.ts';
export { KeptFloats } from './keptFloats.ts';
export { isOnDevice } from './onDevice.ts';
export { scoped } from './scoped.ts';
export { type BackendName, type BackendOptions, backendNames, useBackend } from './select.ts';
export { simdInUse } from './simdInUse.ts';
export { multiply, type Product, takeProductWork } from './wasm/gemm.ts';
export { type MathName, mathInUse, mathNames } from './wasm/math.ts';
export { wasmMemoryBytes } from './wasm/memory.ts';
export { checkThreadCount, mostThreads, type ThreadCount, threadsInUse } from './wasm/threads.ts';
