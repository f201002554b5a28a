export { type HostFunction, hostFunction, hostScalar } from './hostFunction.ts';
export { type HostArray, hostOp, type OutputSpec } from './hostOp.ts';
export { type BackendName, type BackendOptions, backendNames, useBackend } from './select.ts';
