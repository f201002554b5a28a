// The public surface of `rastergrad/renderer`: everything needed to draw meshes differentiably, and nothing of the toolkit.

export * from './backend/index.ts';
export * from './camera/index.ts';
export * from './errors.ts';
export {
  type Fragments,
  type KernelName,
  type Kernels,
  kernelsNamed,
  type Picture,
  type Reals,
  type Scene,
} from './kernels/index.ts';
export * from './mesh/index.ts';
export { type GradientMethod, type MethodOption, type MethodOptions, methods } from './methods/index.ts';
export { type OutputName, type RasterizeOptions, type RasterOutputs, rasterize } from './rasterize.ts';
export { type RenderOptions, render } from './render.ts';
export { clay, type Shading, vertexColors } from './shading/index.ts';
export type { CornerAttributes, Frame, Shader } from './visibility/index.ts';
