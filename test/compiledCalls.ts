// Whether compiled kernels did the work: without this, tests of them would pass on the plain loops that stand in for them.

import { simd } from '../renderer/kernels/simd/module.ts';

/** How many calls of compiled functions `run` makes. */
export function countCompiledCalls(run: () => void): number {
  const compiled = simd();
  if (!compiled) throw new Error('the compiled kernels are not there');
  const { exports } = compiled;
  let calls = 0;
  const isSize = (name: string) => /(Scratch|Bytes)$/.test(name);
  compiled.exports = new Proxy(exports, {
    get(target, name: string) {
      if (!isSize(name)) calls++;
      return target[name as keyof typeof exports];
    },
  });
  try {
    run();
  } finally {
    compiled.exports = exports;
  }
  return calls;
}
