// FROZEN. The baseline of the benchmarks: the kernels that @tensorflow/tfjs-backend-wasm 4.22 ships, and those that it lacks for
// training made merely complete. Nothing of rastergrad's own kernels is used here, and nothing here is to be made faster: times are
// told as multiples of these, so that they can be compared across versions.

import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

/** The back end's memory, as far as these kernels look at it. */
interface WasmBackend extends tf.KernelBackend {
  wasm: { HEAPF32: Float32Array; HEAP32: Int32Array };
  dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
}

const backendName = 'wasm';
const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

/** Elements of a tensor; valid until something is allocated. */
function floats(backend: WasmBackend, { dataId, shape }: tf.TensorInfo): Float32Array {
  const start = backend.dataIdMap.get(dataId).memoryOffset / 4;
  return backend.wasm.HEAPF32.subarray(start, start + sizeOf(shape));
}

if (tf.getKernel(tf.UnsortedSegmentSum, backendName)) {
  throw new Error('bench/baseline/kernels.ts has to be loaded before any kernel is registered or replaced');
}
const shipped = new Map(
  (tf.getKernelsForBackend(backendName) ?? []).map((kernel) => [kernel.kernelName, kernel]),
);

/** Patches under the filter's windows, [B·H′·W′, h·w·C] (im2col), times the upstream gradient, [B·H′·W′, C′]. */
const conv2DBackpropFilter: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropFilter,
  backendName,
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { x, dy } = inputs as Record<string, tf.TensorInfo>;
    const { filterShape, strides, pad, dimRoundingMode } = attrs as unknown as {
      filterShape: [number, number, number, number];
      strides: [number, number];
      pad: 'same' | 'valid' | number;
      dimRoundingMode?: 'floor' | 'round' | 'ceil';
    };
    const info = tf.backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filterShape,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const rows = info.batchSize * info.outHeight * info.outWidth;
    const taps = info.filterHeight * info.filterWidth * info.inChannels;
    const patches = backend.makeOutput([1, rows, taps], 'float32');
    gatherPatches(floats(backend, x), floats(backend, patches), info);
    const product = baselineKernel(tf.BatchMatMul).kernelFunc({
      inputs: { a: patches, b: { ...dy, shape: [1, rows, info.outChannels] } },
      backend,
      attrs: { transposeA: true, transposeB: false },
    }) as tf.TensorInfo;
    backend.disposeData(patches.dataId);
    return { ...product, shape: filterShape };
  },
};

function gatherPatches(input: Float32Array, patches: Float32Array, info: tf.backend_util.Conv2DInfo): void {
  const { inHeight, inWidth, inChannels } = info;
  let to = 0;
  for (let item = 0; item < info.batchSize; item++) {
    for (let outY = 0; outY < info.outHeight; outY++) {
      for (let outX = 0; outX < info.outWidth; outX++) {
        for (let tapY = 0; tapY < info.filterHeight; tapY++) {
          const y = outY * info.strideHeight + tapY - info.padInfo.top;
          for (let tapX = 0; tapX < info.filterWidth; tapX++) {
            const column = outX * info.strideWidth + tapX - info.padInfo.left;
            const isInside = y >= 0 && y < inHeight && column >= 0 && column < inWidth;
            const from = ((item * inHeight + y) * inWidth + column) * inChannels;
            for (let channel = 0; channel < inChannels; channel++) {
              patches[to++] = isInside ? input[from + channel] : 0;
            }
          }
        }
      }
    }
  }
}

const unsortedSegmentSum: tf.KernelConfig = {
  kernelName: tf.UnsortedSegmentSum,
  backendName,
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { x, segmentIds } = inputs as Record<string, tf.TensorInfo>;
    const { numSegments } = attrs as unknown as { numSegments: number };
    const output = backend.makeOutput([numSegments, ...x.shape.slice(1)], 'float32');
    const sums = floats(backend, output).fill(0);
    const values = floats(backend, x);
    const start = backend.dataIdMap.get(segmentIds.dataId).memoryOffset / 4;
    const ids = backend.wasm.HEAP32.subarray(start, start + x.shape[0]);
    const width = values.length / ids.length;
    for (let row = 0; row < ids.length; row++) {
      if (ids[row] < 0 || ids[row] >= numSegments) continue;
      for (let i = 0; i < width; i++) sums[ids[row] * width + i] += values[row * width + i];
    }
    return output;
  },
};

/** The shipped one adds into memory that it has not cleared. */
const maxPoolGrad: tf.KernelConfig = {
  kernelName: tf.MaxPoolGrad,
  backendName,
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { dy, input } = inputs as Record<string, tf.TensorInfo>;
    const { filterSize, strides, pad } = attrs as unknown as {
      filterSize: [number, number];
      strides: [number, number];
      pad: 'same' | 'valid' | number;
    };
    const shape = input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad);
    const output = backend.makeOutput(input.shape, 'float32');
    const gradient = floats(backend, output).fill(0);
    const values = floats(backend, input);
    const upstream = floats(backend, dy);
    const { inHeight, inWidth, inChannels: channels } = info;
    let window = 0;
    for (let item = 0; item < info.batchSize; item++) {
      for (let outY = 0; outY < info.outHeight; outY++) {
        for (let outX = 0; outX < info.outWidth; outX++) {
          for (let channel = 0; channel < channels; channel++) {
            let largest = -1;
            for (let tapY = 0; tapY < info.filterHeight; tapY++) {
              for (let tapX = 0; tapX < info.filterWidth; tapX++) {
                const y = outY * info.strideHeight + tapY - info.padInfo.top;
                const x = outX * info.strideWidth + tapX - info.padInfo.left;
                if (y < 0 || y >= inHeight || x < 0 || x >= inWidth) continue;
                const place = ((item * inHeight + y) * inWidth + x) * channels + channel;
                if (largest < 0 || values[place] > values[largest]) largest = place;
              }
            }
            gradient[largest] += upstream[window++];
          }
        }
      }
    }
    return output;
  },
};

const completed = new Map(
  [conv2DBackpropFilter, unsortedSegmentSum, maxPoolGrad].map((kernel) => [kernel.kernelName, kernel]),
);

/** The baseline's kernel of that name. */
export function baselineKernel(name: string): tf.KernelConfig {
  const kernel = completed.get(name) ?? shipped.get(name);
  if (!kernel) throw new Error(`the baseline has no kernel "${name}"`);
  return kernel;
}

/**
 * Makes a process one of the baseline: the wasm back end without rastergrad's kernels. As `useBackend` is not called, compiled kernels are
 * not there either, so that everything above the back end runs as plain TypeScript.
 */
export async function useBaseline(): Promise<void> {
  for (const [name, kernel] of completed) {
    if (tf.getKernel(name, backendName)) tf.unregisterKernel(name, backendName);
    tf.registerKernel(kernel);
  }
  await tf.setBackend(backendName);
}
