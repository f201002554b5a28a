// A rastergrad command line for another process: the same Node with the same loaders, on the same sources or the same dist/.

import { fileURLToPath } from 'node:url';

export function rastergradCommand(args: readonly string[]): string[] {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const main = fileURLToPath(new URL(`../cli/main.${ending}`, import.meta.url));
  return [process.execPath, ...process.execArgv, main, ...args];
}
