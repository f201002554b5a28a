export { parseAc3d } from './ac3d.ts';
export { atomicWrite } from './atomicWrite.ts';
export { linearToSrgb, srgbToLinear } from './colorSpace.ts';
export type { FilesBeside, ReadMeshOptions } from './filesBeside.ts';
export { encodeGlb } from './glb.ts';
export { parseGltf } from './gltf.ts';
export {
  type ByteImage,
  decodeImage,
  decodeJpeg,
  decodePng,
  encodePng,
  readImage,
  readPng,
  toUnitRange,
  type WritableImage,
  writePng,
} from './image.ts';
export type { MeshData, TextureData } from './meshData.ts';
export { fromMesh, readMesh, readMeshData, toMesh, writeMesh } from './meshFile.ts';
export { type MeshFormat, meshFormats } from './meshFormats.ts';
export { formatMtl, type MtlMaterial, parseMtl } from './mtl.ts';
export { formatObj, materialLibraries, parseObj } from './obj.ts';
export { parseOff } from './off.ts';
export { encodePly, parsePly } from './ply.ts';
export { resizeImage } from './resize.ts';
export { parseStl } from './stl.ts';
export { wavefrontFiles } from './wavefront.ts';
