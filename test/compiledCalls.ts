// Whether compiled kernels did the work: without this, tests of them would pass on the plain loops that stand in for them.

import { simd } from '../renderer/kernels/simd/module.ts';

/** How many calls of compiled functions `run` makes. */
export function countCompiledCalls(run: () => void): number {
  const compiled = simd();
  if (!compiled) throw new Error('the compiled kernels are not there');
  const { exports, threads } = compiled;
  const { run: runTasks } = threads;
  let calls = 0;
  const isSize = (name: string) => /(Scratch|Bytes)$/.test(name);
  compiled.exports = new Proxy(exports, {
    get(target, name: string) {
      if (!isSize(name)) calls++;
      return target[name as keyof typeof exports];
    },
  });
  threads.run = (nanoseconds, tasks) => {
    calls += tasks.flat().length;
    return runTasks.call(threads, nanoseconds, tasks);
  };
  try {
    run();
  } finally {
    compiled.exports = exports;
    threads.run = runTasks;
  }
  return calls;
}
