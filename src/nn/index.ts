export { Convolution, type ConvolutionOptions } from './convolution.ts';
export { Dense } from './dense.ts';
export { type PoolingCamera, poolFeatures } from './featurePooling.ts';
export { type GraphActivation, GraphConvolution, mixNeighbours } from './graphConvolution.ts';
export { type GraphSupport, meanOfNeighbours } from './graphSupport.ts';
export { graphUnpool } from './graphUnpool.ts';
export { glorotUniform, heUniform, type Initializer, Parameters, scaled, zeros } from './parameters.ts';
