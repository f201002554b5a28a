// The command line as other processes start it: compiled (compileProgram.ts), which is faster, or from its sources.

import path from 'node:path';
import { packageRoot } from '../src/packageRoot.ts';

/** Where the compiled program is. */
export const compiledFolder = path.join(packageRoot, '.cache', 'program');

/** What comes after `node` to run the compiled program. */
export const program: readonly string[] = [path.join(compiledFolder, 'src', 'cli', 'main.js')];

/** The same from its sources. */
export const programFromSource: readonly string[] = [
  '--import',
  'tsx',
  path.join(packageRoot, 'src', 'cli', 'main.ts'),
];
