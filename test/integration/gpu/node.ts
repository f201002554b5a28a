// The program that gpu.test.ts starts in a process of its own, whose libraries it chooses: prints the errors of rasterizeAsync.

import { asyncErrors } from './checks.ts';

console.log(JSON.stringify(await asyncErrors()));
// The graphics device would keep the process alive.
process.exit();
