// `npm run bench`: see docs/performance.md.

import { main } from './harness/main.ts';

process.exitCode = await main(process.argv.slice(2));
