#!/usr/bin/env node
// The `rastergrad` command. Verbs load what they need only when they run, so that help comes at once.

import { main } from './dispatch.ts';

process.exitCode = await main(process.argv.slice(2));
