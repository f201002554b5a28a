// When the steps of a run happened, from timings.jsonl, which says so for some of them.

import type { TimingsRecord } from '../../runs/results.ts';

/** Answers for ascending steps, of one object after another. */
export class WallClock {
  /** When the run began and when it last said something, in seconds since 1970; without lines both are 0. */
  readonly start: number;
  readonly end: number;
  readonly #timings: readonly TimingsRecord[];
  #next = 0;

  constructor(timings: readonly TimingsRecord[]) {
    this.#timings = timings;
    this.start = timings.length > 0 ? timeOf(timings[0]) - timings[0].seconds : 0;
    this.end = timings.length > 0 ? timeOf(timings[timings.length - 1]) : 0;
  }

  /**
   * Seconds since 1970. Steps between two lines take equally long, and the later one's clock counts: where a run was resumed, its pause
   * lies before them. Steps that no line speaks of are as late as the last line.
   */
  at(step: number, object?: string): number {
    const timings = this.#timings;
    while (this.#next < timings.length && !reaches(timings[this.#next], step, object)) this.#next++;
    if (this.#next === timings.length) return this.end;
    const after = timings[this.#next];
    const before = timings[this.#next - 1];
    const from = before?.object === object ? before : undefined;
    const { step: firstStep, seconds: firstSeconds } = from ?? { step: 0, seconds: 0 };
    const pace = (after.seconds - firstSeconds) / Math.max(1, after.step - firstStep);
    return timeOf(after) - pace * (after.step - step);
  }
}

const reaches = (timing: TimingsRecord, step: number, object: string | undefined) =>
  timing.object === object && timing.step >= step;

/** Lines of old versions do not tell the time: theirs counts from the run's start. */
const timeOf = ({ time, seconds }: TimingsRecord) => time ?? seconds;
