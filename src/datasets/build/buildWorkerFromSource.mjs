// Starts buildWorker.ts where the program runs from its sources: a thread needs the loader for TypeScript too. Not in dist/.

import { register } from 'tsx/esm/api';

register();
await import('./buildWorker.ts');
