// `npm run bench`: see docs/performance.md.

import { main } from './harness/main.ts';

// Trainings in processes of their own that an error has left behind end with this one.
process.exit(await main(process.argv.slice(2)));
