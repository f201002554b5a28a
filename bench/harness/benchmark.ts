// What a benchmark is: a file that yields named cases, each a thing to measure and, where there is one, a baseline to measure beside it.

/** What the command line asks of every benchmark. */
export interface BenchOptions {
  /** Only what continuous integration looks at: few and small cases, all with a baseline and a `floor`. */
  short: boolean;
  /** Pixel2Mesh's own template (info_ellipsoid.dat) for networks of its size; without it, an ellipsoid of about as many vertices. */
  template?: string;
}

export interface Benchmark {
  /** What the command line and the file of results call it. */
  name: string;
  /** One line on what is measured. */
  title: string;
  /** One line on what baselines are. */
  baseline?: string;
  /** Cases are measured as they come: what a case needs is made before its `yield` and freed after it. */
  cases(options: BenchOptions): Iterable<Case> | AsyncIterable<Case>;
}

export type Run = () => unknown;

export interface Case {
  name: string;
  /** Does once what is measured. May return a promise. */
  run: Run;
  /** Does the same by other means. */
  baseline?: Run;
  /**
   * `processor` (default): processor time of this process, all its threads together, which other work on the machine disturbs least.
   * `wall`: time on the clock, for what happens in several threads or processes. `own`: `run` returns the number itself.
   */
  clock?: Clock;
  /** Of what is measured; less is better. Default: ms. */
  unit?: 'ms' | 'MB' | 'B/pixel';
  /** How much work one `run` is, for a rate: floating-point operations, or bytes that have to be read and written. */
  work?: Work;
  /** Other numbers worth keeping, by what they count, as in `{ tensors: 43 }`; looked up once all has been measured. */
  facts?: () => Record<string, number>;
  /** How long to go on measuring, where the usual time is too short for enough rounds. */
  seconds?: number;
  /** What baseline / run must at least be in the short form. */
  floor?: number;
}

export type Clock = 'processor' | 'wall' | 'own';

export interface Work {
  amount: number;
  unit: 'FLOP' | 'B';
}

export const flop = (amount: number): Work => ({ amount, unit: 'FLOP' });
export const bytes = (amount: number): Work => ({ amount, unit: 'B' });
