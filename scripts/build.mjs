// `npm run build`: compiles renderer/ and src/ to plain JavaScript with type declarations in dist/, and puts the compiled kernels
// and the program of their threads beside.

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const { bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(1); // The compiler has said why.

const kernels = 'renderer/kernels/simd';
for (const name of readdirSync(path.join(root, kernels)).filter((file) => /\.(wasm|mjs)$/.test(file))) {
  copyFileSync(path.join(root, kernels, name), path.join(root, 'dist', kernels, name));
}

for (const file of Object.values(bin)) {
  const program = path.join(root, file);
  if (!readFileSync(program, 'utf8').startsWith('#!/usr/bin/env node\n')) {
    throw new Error(`${file}: its source must start with the line "#!/usr/bin/env node"`);
  }
  chmodSync(program, 0o755);
}
