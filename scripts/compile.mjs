// `node scripts/compile.mjs FOLDER [OPTION …]`: renderer/ and src/ as plain JavaScript in a folder, as tsconfig.build.json says, with more
// options for the compiler; the compiled kernels and the program of their threads beside. Kernels that are there already are replaced only by
// newer ones: another process may be reading them.

import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const [folder, ...options] = process.argv.slice(2);

const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
const args = [compiler, '--project', 'tsconfig.build.json', '--outDir', folder, ...options];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(1); // The compiler has said why.

const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const kernels = 'renderer/kernels/simd';
for (const name of readdirSync(path.join(root, kernels)).filter((file) => /\.(wasm|mjs)$/.test(file))) {
  const [source, target] = [root, folder].map((place) => path.join(place, kernels, name));
  if (changedAt(target) < changedAt(source)) copyFileSync(source, target);
}
