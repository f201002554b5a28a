// Kernels whose arrays of floats are carried into the memory of the wasm back end and back, so that tests that are written for plain
// arrays reach the compiled ones.

import * as tf from '@tensorflow/tfjs';
import { hostOp } from '../../../renderer/backend/hostOp.ts';
import type { Kernels, RealArray } from '../../../renderer/kernels/index.ts';
import { countCompiledCalls } from '../../compiledCalls.ts';

type Replace = (array: RealArray) => RealArray;

const isReal = (value: unknown): value is RealArray =>
  value instanceof Float32Array || value instanceof Float64Array;

/** What kernels have returned: fragments, and what they keep for themselves. */
const returned = new WeakSet<object>();

/** A value with its arrays of floats replaced, inside plain objects too. What kernels have returned stays as it is. */
function withArrays(value: unknown, replace: Replace): unknown {
  if (isReal(value)) return replace(value);
  if (typeof value !== 'object' || value === null || returned.has(value)) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withArrays(part, replace)]));
}

/** Calls of compiled functions by each kernel so far. */
export const compiledCalls: Partial<Record<keyof Kernels, number>> = {};

/** `kernels` on float32 copies of their arguments in the memory of the wasm back end, the current one. What they write comes back. */
export function inWasmMemory(kernels: Kernels): Kernels {
  const wrapped = Object.entries(kernels).map(([name, kernel]) => [
    name,
    (...args: unknown[]) => {
      const arrays = new Set<RealArray>();
      const collect = (array: RealArray) => {
        arrays.add(array);
        return array;
      };
      for (const arg of args) withArrays(arg, collect);
      const given = [...arrays];
      const specs = given.map(({ length }) => ({ shape: [length], dtype: 'float32' as const }));
      let result: unknown;
      const carried = hostOp([], specs, (_, views) => {
        views.forEach((view, i) => {
          view.set(given[i]);
        });
        const inMemory = new Map(given.map((array, i) => [array, views[i] as Float32Array]));
        const moved = args.map((arg) => withArrays(arg, (array) => inMemory.get(array)!));
        const run = () => {
          result = (kernel as (...args: unknown[]) => unknown)(...moved);
        };
        compiledCalls[name as keyof Kernels] =
          (compiledCalls[name as keyof Kernels] ?? 0) + countCompiledCalls(run);
      });
      carried.forEach((tensor, i) => {
        const array = given[i];
        tensor.dataSync().forEach((value, k) => {
          if (value !== Math.fround(array[k])) array[k] = value;
        });
      });
      tf.dispose(carried);
      if (typeof result === 'object' && result !== null) returned.add(result);
      return result;
    },
  ]);
  return Object.fromEntries(wrapped) as Kernels;
}
