export type { RealArray } from '../realArray.ts';
export { type HostFunction, type HostKernel, hostFunction, hostScalar } from './hostFunction.ts';
export { type HostArray, hostOp, type OutputSpec } from './hostOp.ts';
export { isOnDevice } from './onDevice.ts';
export { scoped } from './scoped.ts';
export { type BackendName, type BackendOptions, backendNames, useBackend } from './select.ts';
export { multiply, multiplyScratch, type Product } from './wasm/gemm.ts';
export { type MathName, mathInUse, mathNames } from './wasm/math.ts';
export { wasmMemoryBytes } from './wasm/memory.ts';
