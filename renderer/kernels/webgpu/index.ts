// Kernels on the device of TensorFlow.js's webgpu back end, those of the methods `hard` and `dibr` above all: tensors in, tensors out,
// nothing is read back.

export { findVisible, type VisibleSurface, visibleFaces } from './findVisible.ts';
export { type DeviceAttributes, deviceAttributes, interpolate } from './interpolate.ts';
export { nearestRows, type PointRows } from './nearestRows.ts';
export { type DeviceScene, deviceScene, type HostScene } from './scene.ts';
export { type DeviceSoftMaskOptions, softMask } from './softMask.ts';
export { type CompressedRows, sparseProduct } from './sparseProduct.ts';
export { takeRows } from './takeRows.ts';
