// A training in a process of its own that does one step when it is asked to: what a step leaves in memory is known, and the baseline's
// kernels and ours never meet.

import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What lets Node run TypeScript. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** What is trained. */
export type Training =
  | { network: 'quickstart' }
  /** Views of a sphere, drawn and drawn back. */
  | { network: 'none'; views: number; size: number }
  /** `template`: Pixel2Mesh's file; without it, an ellipsoid of about as many vertices. */
  | { network: 'pixel2mesh'; batch: number; template?: string };

/** Which kernels are in use: rastergrad's, with its own products or OpenBLAS's, or those of the frozen baseline. */
export type Side = 'wasm' | 'openblas' | 'baseline';

export type Request = 'step' | 'step on the clock' | 'forward' | 'facts';

/** Numbers about the process after its steps. */
export interface StepFacts {
  /** The most memory that it has held. */
  peakMegabytes: number;
  /** Of the wasm back end. */
  wasmMegabytes: number;
  tensors: number;
  /** Of the last step, before its update. */
  loss: number;
  /** FLOPs of a step's products and convolutions; 0 where nobody has counted them. */
  flops: number;
  /** The best rate that the back end reaches in a product, in FLOP a millisecond. */
  flopsPerMillisecond: number;
}

export class StepProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts it; resolves once the network and its data are there. */
  static async start(training: Training, side: Side, threads = 1): Promise<StepProcess> {
    const program = fileURLToPath(new URL('./child.ts', import.meta.url));
    // One thread, as everything else here unless it says otherwise.
    const env = { ...process.env, OPENBLAS_NUM_THREADS: '1' };
    const child = fork(program, [side, JSON.stringify(training), `${threads}`], {
      env,
      execArgv: ['--import', tsx],
    });
    const started = new StepProcess(child);
    await started.#answer();
    return started;
  }

  /** Does a step, of a forward pass alone or whole. Milliseconds of processor time, or of the clock. */
  async run(request: Exclude<Request, 'facts'> = 'step'): Promise<number> {
    return (await this.#ask(request)) as number;
  }

  async facts(): Promise<StepFacts> {
    return (await this.#ask('facts')) as StepFacts;
  }

  close(): void {
    this.#child.disconnect();
  }

  #ask(request: Request): Promise<unknown> {
    this.#child.send(request);
    return this.#answer();
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) =>
        reject(new Error(`the process of the training ended with code ${code}`));
      this.#child.once('exit', ended);
      this.#child.once('message', (answer) => {
        this.#child.off('exit', ended);
        resolve(answer);
      });
    });
  }
}
