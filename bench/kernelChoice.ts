// Which implementation of the rasterizer's loops is measured, and which beside it.

import { type KernelName, type Kernels, kernelsNamed } from '../renderer/index.ts';

export interface MeasuredKernel {
  name: KernelName;
  kernels: Kernels;
}

function named(name: string): MeasuredKernel | undefined {
  try {
    return { name: name as KernelName, kernels: kernelsNamed(name as KernelName) };
  } catch {
    return undefined;
  }
}

export const scalar = named('scalar')!;

/** The compiled kernels, which the wasm back end has by default; undefined in a version without them. */
export const compiled = named('simd');

/** What users get. */
export const usual = compiled ?? scalar;
