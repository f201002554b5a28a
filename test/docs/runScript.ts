// Runs TypeScript of a page or a notebook as a user would, in a process of its own.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/packageRoot.ts';

/**
 * What a script prints.
 *
 * @param code imports `rastergrad/renderer`, or files relative to `folder`, a folder of the package
 */
export function runScript(code: string, folder = '.'): string {
  const urlOf = (...parts: string[]) => pathToFileURL(path.join(packageRoot, ...parts)).href;
  const script = code
    .replaceAll("'rastergrad/renderer'", `'${urlOf('renderer', 'index.ts')}'`)
    .replaceAll(/from '(\.[^']*)'/g, (_, target) => `from '${urlOf(folder, target)}'`);
  // Where packages are found from.
  const place = mkdtempSync(path.join(packageRoot, 'node_modules', '.script-'));
  try {
    const file = path.join(place, 'script.mts');
    writeFileSync(file, script);
    return execFileSync(process.execPath, ['--import', 'tsx', file], { encoding: 'utf8', cwd: packageRoot });
  } finally {
    rmSync(place, { recursive: true });
  }
}
