// The benchmarks by name, in the order in which `npm run bench` takes them. Loaded one at a time, because some change what the others
// would measure.

import type { Benchmark } from '../harness/benchmark.ts';

const benchmarks: Record<string, () => Promise<{ benchmark: Benchmark }>> = {
  kernels: () => import('./kernels.ts'),
  rasterizer: () => import('./rasterizer.ts'),
  methods: () => import('./methods.ts'),
  quickstart: () => import('./quickstart.ts'),
  pixel2mesh: () => import('./pixel2mesh.ts'),
  points: () => import('./points.ts'),
  data: () => import('./data.ts'),
  startup: () => import('./startup.ts'),
  allocations: () => import('./allocations.ts'),
  largeMesh: () => import('./largeMesh.ts'),
  readMesh: () => import('./readMesh.ts'),
  gpu: () => import('./gpu.ts'),
  threads: () => import('./threads.ts'),
};

export const benchmarkNames: readonly string[] = Object.keys(benchmarks);

export const loadBenchmark = async (name: string): Promise<Benchmark> => (await benchmarks[name]()).benchmark;
