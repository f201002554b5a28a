export { type HostFunction, hostFunction, hostScalar } from './hostFunction.ts';
export { type HostArray, hostOp, type OutputSpec } from './hostOp.ts';
