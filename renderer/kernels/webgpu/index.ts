// The methods `hard` and `dibr` on the device of TensorFlow.js's webgpu back end: tensors in, tensors out, nothing is read back.

export { findVisible, type VisibleSurface, visibleFaces } from './findVisible.ts';
export { type DeviceAttributes, deviceAttributes, interpolate } from './interpolate.ts';
export { type DeviceScene, deviceScene, type HostScene } from './scene.ts';
export { type DeviceSoftMaskOptions, softMask } from './softMask.ts';
