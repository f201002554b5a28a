// The public surface of `rastergrad/renderer` in a browser: everything needed to draw meshes differentiably. What works on the text
// of mesh files is here, what opens files is not.

export {
  type BackendName,
  type BackendOptions,
  backendNames,
  type HostArray,
  type HostFunction,
  type HostKernel,
  hostFunction,
  hostOp,
  hostScalar,
  type MathName,
  mathInUse,
  mathNames,
  type OutputSpec,
  type RealArray,
  scoped,
  type ThreadCount,
  threadsInUse,
  useBackend,
} from './backend/index.ts';
export * from './camera/index.ts';
export * from './errors.ts';
export { parseAc3d } from './io/ac3d.ts';
export { linearToSrgb, srgbToLinear } from './io/colorSpace.ts';
export type { MeshData, TextureData } from './io/meshData.ts';
export { formatMtl, type MtlMaterial, parseMtl } from './io/mtl.ts';
export { formatObj, materialLibraries, parseObj } from './io/obj.ts';
export { parseOff } from './io/off.ts';
export { encodePly, parsePly } from './io/ply.ts';
export { parseStl } from './io/stl.ts';
export {
  type AttributeRows,
  type Fragments,
  type KernelName,
  type Kernels,
  kernelsNamed,
  loadGpuKernels,
  type MeshRange,
  type OutlineMaskOptions,
  type Picture,
  type Scene,
  type SoftMaskOptions,
  type SoftMaskState,
  unloadGpuKernels,
} from './kernels/index.ts';
export * from './mesh/index.ts';
export {
  type ChoiceOption,
  type FlagOption,
  type GradientMethod,
  type MethodOption,
  type MethodOptions,
  methods,
  type NumberOption,
  type OptionTable,
  type OptionValue,
  paintVisible,
  registerMethod,
} from './methods/index.ts';
export * from './oracle/index.ts';
export { type OutputName, type RasterizeOptions, type RasterOutputs, rasterize } from './rasterize.ts';
export {
  type AsyncRaster,
  type InputGradients,
  rasterizeAsync,
  type Upstream,
} from './rasterizeAsync.ts';
export { type RenderOptions, type RenderOutputName, type RenderOutputs, render } from './render.ts';
export * from './shading/index.ts';
export {
  averaged,
  type Background,
  type CornerAttributes,
  compact,
  coverage,
  type Frame,
  finerFrame,
  type Geometry,
  interpolateAt,
  outlineMask,
  type Shader,
  type Surface,
  scatterRows,
  softMask,
  withPositionGradient,
} from './visibility/index.ts';
