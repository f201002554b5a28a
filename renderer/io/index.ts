export { atomicWrite } from './atomicWrite.ts';
export { linearToSrgb, srgbToLinear } from './colorSpace.ts';
export { encodeGlb } from './glb.ts';
export {
  type ByteImage,
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
export { fromMesh, readMesh, toMesh, writeMesh } from './meshFile.ts';
export { formatMtl, parseMtl } from './mtl.ts';
export { formatObj, materialLibraries, parseObj } from './obj.ts';
export { resizeImage } from './resize.ts';
