// `npm run build`: the package's program and library, with type declarations, in dist/.

import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const { bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
const compile = [path.join(import.meta.dirname, 'compile.mjs'), path.join(root, 'dist')];
const { status } = spawnSync(process.execPath, compile, { stdio: 'inherit' });
if (status !== 0) process.exit(1); // The compiler has said why.

for (const file of Object.values(bin)) {
  const program = path.join(root, file);
  if (!readFileSync(program, 'utf8').startsWith('#!/usr/bin/env node\n')) {
    throw new Error(`${file}: its source must start with the line "#!/usr/bin/env node"`);
  }
  chmodSync(program, 0o755);
}
