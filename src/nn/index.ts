export {
  Convolution,
  type ConvolutionOptions,
  type ConvolutionPadding,
  TransposedConvolution,
  type TransposedConvolutionOptions,
} from './convolution.ts';
export { Dense } from './dense.ts';
export {
  type Lens,
  type LensAxis,
  type MapSize,
  type PoolingCamera,
  poolFeatures,
  poolingKernel,
  trueLens,
} from './featurePooling.ts';
export { GraphConvolution } from './graphConvolution.ts';
export {
  chebyshevTerm,
  type GraphSupport,
  largestLaplacianEigenvalue,
  meanOfNeighbours,
  type SparseRows,
  sumOfNeighbours,
  supportOf,
} from './graphSupport.ts';
export { graphUnpool, unpoolKernel } from './graphUnpool.ts';
export { glorotUniform, heUniform, type Initializer, Parameters, scaled, zeros } from './parameters.ts';
