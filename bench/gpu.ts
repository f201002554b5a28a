// The kernels on gpu.js beside those in plain TypeScript: hard picture and soft silhouette, forward and backward, one view. Prints the
// table of bench/results/gpu.md. Processor time of the fastest run; gpu.js runs on WebGL where headless-gl is installed, else on
// WebAssembly.

import { cpus } from 'node:os';
import {
  icosphere,
  type Kernels,
  kernelsNamed,
  loadGpuKernels,
  lookAt,
  PerspectiveCamera,
  type Picture,
  type Scene,
  unloadGpuKernels,
  useBackend,
} from '../renderer/index.ts';
import { fastest, ms, row } from './tables.ts';

await useBackend('wasm');
const mode = await loadGpuKernels();
const softOptions = { sharpness: 7000, boxSize: 0.02, maxFaces: 30, order: 'index' as const };
const channels = 3;

interface Times {
  visible: number;
  colors: number;
  mask: number;
  back: number;
  maskBack: number;
}

function timesOf(kernels: Kernels, scene: Scene, picture: Picture): Times {
  const pixels = picture.width * picture.height;
  const rows = {
    values: new Float32Array((scene.positions.length / 4) * channels).fill(0.5),
    channels,
    indices: scene.faces,
    rowStarts: [0],
  };
  const visible = kernels.findVisible(scene, picture);
  const image = new Float32Array(pixels * channels);
  const mask = new Float32Array(pixels);
  const state = kernels.softMask(scene, picture, visible, softOptions, mask);
  const upstream = new Float32Array(pixels * channels).fill(0.1);
  const colorGradient = new Float32Array(rows.values.length);
  const gradient = new Float32Array(scene.positions.length);
  return {
    visible: fastest(() => kernels.findVisible(scene, picture)),
    colors: fastest(() => kernels.interpolate(scene, visible, rows, image)),
    mask: fastest(() => kernels.softMask(scene, picture, visible, softOptions, mask)),
    back: fastest(() =>
      kernels.interpolateBackward(scene, picture, visible, rows, upstream, colorGradient, gradient),
    ),
    maskBack: fastest(() =>
      kernels.softMaskBackward(scene, picture, state, upstream.subarray(0, pixels), gradient),
    ),
  };
}

console.log(
  `Node ${process.version}, ${cpus()[0].model}; gpu.js on ${mode}; processor milliseconds of the fastest run.\n`,
);
const names = [
  'picture',
  'faces',
  'kernel',
  'visibility',
  'colours',
  'mask',
  'colours back',
  'mask back',
  'all',
  '× scalar',
];
row(names);
row(names.map(() => '---:'));
for (const size of [64, 256, 512]) {
  for (const level of [3, 5]) {
    const { vertices, topology } = icosphere(level, { radii: [0.45, 0.45, 0.45] });
    const { vertexCount, faceCount, faces } = topology;
    const camera = new PerspectiveCamera({ fovDegrees: 30, view: lookAt({ eye: [2, 0.6, 0] }) });
    const scene: Scene = {
      positions: Float32Array.from(camera.projectOnHost(vertices.dataSync())),
      stride: 4,
      faces,
      items: [{ vertexStart: 0, vertexCount, faceStart: 0, faceCount }],
    };
    const picture = { width: size, height: size, perspectiveCorrect: true, cull: false, near: 0.01 };
    let baseline = 0;
    for (const kernel of ['scalar', 'gpu'] as const) {
      const { visible, colors, mask, back, maskBack } = timesOf(kernelsNamed(kernel), scene, picture);
      const all = visible + colors + mask + back + maskBack;
      baseline ||= all;
      row([
        `${size}²`,
        faceCount,
        kernel,
        ...[visible, colors, mask, back, maskBack, all].map(ms),
        (all / baseline).toFixed(1),
      ]);
    }
  }
}
await unloadGpuKernels();
