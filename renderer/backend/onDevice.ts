// Whether tensors lie where loops on the processor cannot reach them without waiting.

import * as tf from '@tensorflow/tfjs';

/** True on the webgpu back end, where functions are programs of the device or formulas of TensorFlow.js's own operations. */
export const isOnDevice = (): boolean => tf.getBackend() === 'webgpu';
