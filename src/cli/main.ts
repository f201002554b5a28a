#!/usr/bin/env node
// The `rastergrad` command. Verbs load what they need only when they run, so that help comes at once.

import { main } from './dispatch.ts';

// Whoever reads our output may have seen enough: `rastergrad schema | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2));
