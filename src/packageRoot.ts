// Where this package lies: the repository when it runs from source, the folder in node_modules when it is installed. What
// ships beside the code (data/, experiments/) is found from here.

import { createRequire } from 'node:module';
import path from 'node:path';

/** Absolute path of the folder that holds rastergrad's package.json. */
export const packageRoot: string = path.dirname(
  createRequire(import.meta.url).resolve('rastergrad/package.json'),
);
