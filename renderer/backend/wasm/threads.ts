// In how many threads the kernels of the wasm back end run.

import { ArgumentError } from '../../errors.ts';
import { canShareMemory, simd, useThreads } from '../../kernels/simd/module.ts';
import { warnOnce } from '../../warnOnce.ts';

/** A number of threads, the main one included, or `auto`: as many as there are cores, up to four. */
export type ThreadCount = number | 'auto';

/** With more, the serial parts of a step and the bandwidth of memory leave them idle. */
const mostByThemselves = 4;
/** More than any machine would gain from. */
export const mostThreads = 64;

/** @throws ArgumentError, which begins with `where`, for what is neither */
export function checkThreadCount(count: unknown, where = ''): asserts count is ThreadCount {
  if (count === 'auto') return;
  if (Number.isInteger(count) && (count as number) >= 1 && (count as number) <= mostThreads) return;
  const given = typeof count === 'string' ? `"${count}"` : String(count);
  throw new ArgumentError(
    `${where}threads is ${given}, expected auto or a whole number from 1 to ${mostThreads}`,
  );
}

let chosen = false;

/** Whether `chooseThreads` has been called since the back end started. */
export const areThreadsChosen = (): boolean => chosen && simd() !== undefined;

/** Has the kernels run in so many threads. Where that cannot be, they run in one, and a warning says why if a number was asked for. */
export async function chooseThreads(count: ThreadCount): Promise<void> {
  checkThreadCount(count);
  chosen = true;
  const wanted = count === 'auto' ? Math.min(await coreCount(), mostByThemselves) : count;
  if (wanted > 1 && !canShareMemory()) {
    if (count !== 'auto')
      warnOnce(`threads: ${count} need memory that they can share, ${sharingHint}; one is in use`);
    return;
  }
  try {
    await useThreads(wanted);
  } catch (error) {
    warnOnce(`threads: a worker does not start (${(error as Error).message}); one thread is in use`);
  }
}

const sharingHint =
  'which a page has if it is cross-origin isolated, and a back end if useBackend started it';

/** In how many threads the kernels of the wasm back end run. */
export const threadsInUse = (): number => simd()?.threads.count ?? 1;

async function coreCount(): Promise<number> {
  if (!import.meta.url.startsWith('file:')) return globalThis.navigator?.hardwareConcurrency ?? 1;
  const { availableParallelism } = await import(/* @vite-ignore */ 'node:os');
  return availableParallelism();
}
