// Measurements that need a process of their own, because they are about the first call, about all memory, or change the engine.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a program of this folder and returns what it prints, one JSON value. */
export function inChild<Result>(program: string, ...args: string[]): Result {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const argv = [...process.execArgv, file, ...args];
  return JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8' })) as Result;
}

/** Gives measurements that were taken already, one a call, over and over. */
export function inTurn(values: readonly number[]): () => number {
  let next = 0;
  return () => values[next++ % values.length];
}
