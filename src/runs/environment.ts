// What a run was made with, for environment.json: versions, machine, back end. No user names, no absolute paths.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../packageRoot.ts';

export interface Environment {
  rastergrad: string;
  /** Commit of the source where it runs from a git checkout, and whether files differ from it. */
  revision?: string;
  dirty?: boolean;
  node: string;
  tfjs: string;
  backend: string;
  /** What computes the matrix products of the wasm back end. */
  math?: string;
  /** In how many threads the kernels of the wasm back end run. */
  threads?: number;
  platform: string;
  cpu: string;
  cores: number;
  memoryGigabytes: number;
}

const require = createRequire(import.meta.url);

/** Version of this package. */
export function packageVersion(): string {
  return (require('rastergrad/package.json') as { version: string }).version;
}

/** What is at work in the wasm back end. */
export type Engine = Required<Pick<Environment, 'math' | 'threads'>>;

/** In words, as in "WebAssembly, kernels in 2 threads". */
export const describeEngine = ({ math, threads }: Engine): string =>
  `${math}, kernels in ${threads} thread${threads === 1 ? '' : 's'}`;

/** Describes this process; `backend` is the name of the tensor back end in use, `engine` what is at work where that is wasm. */
export async function describeEnvironment(backend: string, engine?: Engine): Promise<Environment> {
  const processors = cpus();
  return {
    rastergrad: packageVersion(),
    ...(await gitState(packageRoot)),
    node: process.versions.node,
    tfjs: (require('@tensorflow/tfjs/package.json') as { version: string }).version,
    backend,
    ...engine,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  };
}

async function gitState(folder: string): Promise<Pick<Environment, 'revision' | 'dirty'>> {
  // Installed as a package inside somebody's repository, git would answer about theirs.
  if (!existsSync(path.join(folder, '.git'))) return {};
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', ['-C', folder, ...args])).stdout.trim();
  try {
    return { revision: await git('rev-parse', 'HEAD'), dirty: (await git('status', '--porcelain')) !== '' };
  } catch {
    return {};
  }
}
