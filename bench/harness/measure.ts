// Measures a case: the thing and its baseline in turns, in one process, so that whatever else the machine does meets both alike.

import type { Case, Clock, Run } from './benchmark.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface MeasureOptions {
  /** Goes on for so long, once there are `rounds`. */
  seconds: number;
  /** At least so many, unless they take longer than `mostSeconds`. */
  rounds: number;
  /** No round begins after so long, but for the second. */
  mostSeconds: number;
}

export const usual: MeasureOptions = { seconds: 1.5, rounds: 7, mostSeconds: 60 };
export const brief: MeasureOptions = { seconds: 0.4, rounds: 5, mostSeconds: 3 };

export interface Measured {
  time: Spread;
  baseline?: Spread;
  /** Baseline over time, of the fastest of each: how many times as fast. */
  ratio?: number;
  /** Quartiles of that ratio over the rounds. */
  ratioSpread?: Spread;
}

/** What a sample takes at least, in ms: short runs are repeated, because clocks are coarse. */
const shortestSample = 2;

export async function measure(
  { run, baseline, clock = 'processor' }: Pick<Case, 'run' | 'baseline' | 'clock'>,
  { seconds, rounds, mostSeconds }: MeasureOptions,
): Promise<Measured> {
  const sides = [await samplerOf(run, clock)];
  if (baseline) sides.push(await samplerOf(baseline, clock));
  const samples: number[][] = sides.map(() => []);
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  for (
    let round = 0;
    round < 2 || (elapsed() < mostSeconds && (round < rounds || elapsed() < seconds));
    round++
  ) {
    // Neither is always the one that runs in the other's wake.
    for (const side of round % 2 === 0 ? sides.keys() : [...sides.keys()].reverse()) {
      samples[side].push(await sides[side]());
    }
  }
  const time = spreadOf(samples[0]);
  if (!baseline) return { time };
  const before = spreadOf(samples[1]);
  return {
    time,
    baseline: before,
    ratio: before.min / time.min,
    ratioSpread: spreadOf(samples[0].map((sample, round) => samples[1][round] / sample)),
  };
}

/** A function that takes one sample, after `run` has been warmed up. */
async function samplerOf(run: Run, clock: Clock): Promise<() => Promise<number>> {
  if (clock === 'own') return async () => (await run()) as number;
  const read = clocks[clock];
  const time = async (repetitions: number) => {
    const start = read();
    for (let i = 0; i < repetitions; i++) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    return (read() - start) / repetitions;
  };
  // The first call compiles; the second, and as many as fit into a tenth of a second, let the compiler optimise.
  await time(1);
  const end = performance.now() + 100;
  let least = await time(1);
  while (performance.now() < end) least = Math.min(least, await time(1));
  const repetitions = Math.max(1, Math.ceil(shortestSample / Math.max(least, 1e-3)));
  return () => time(repetitions);
}

/** In milliseconds. */
const clocks: Record<Exclude<Clock, 'own'>, () => number> = {
  wall: () => performance.now(),
  processor() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};
