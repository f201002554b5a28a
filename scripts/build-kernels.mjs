// `npm run build:kernels`: compiles the AssemblyScript of renderer/kernels/simd/assembly to WebAssembly, once with the SIMD that every
// engine has, once with fused multiply-adds (relaxed SIMD). Does nothing where the results are newer than their sources.

import { spawn } from 'node:child_process';
import { readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const folder = path.join(root, 'renderer/kernels/simd');
const sources = path.join(folder, 'assembly');

const options = [
  '-O3',
  ...['--runtime', 'stub'],
  '--noAssert',
  ...['--disableWarning', '112'], // SIMD values in signatures: functions here call one another, nobody else calls them.
  ...['--uncheckedBehavior', 'always'],
  ...['--importMemory', '--maximumMemory', '65536'],
  ...['--enable', 'simd'],
];
const variants = {
  'kernels.wasm': [],
  'kernels.relaxed.wasm': ['--enable', 'relaxed-simd'],
};

const age = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const files = readdirSync(sources, { recursive: true }).map((name) => path.join(sources, name));
const newest = Math.max(...[...files, import.meta.filename].map(age));

/** Builds under a name of this process, then renames: two builds at a time do not disturb each other. */
function compile(name, extra) {
  const target = path.join(folder, name);
  if (age(target) > newest) return;
  const unfinished = path.join(folder, `${name}.${process.pid}.tmp`);
  const compiler = path.join(root, 'node_modules/assemblyscript/bin/asc.js');
  const entry = path.join(sources, 'index.ts');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [compiler, entry, '--outFile', unfinished, ...options, ...extra], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status !== 0) return reject(new Error(`${name}: the compiler has said why`));
      renameSync(unfinished, target);
      resolve();
    });
  });
}

try {
  await Promise.all(Object.entries(variants).map(([name, extra]) => compile(name, extra)));
} catch (error) {
  console.error(`build:kernels: ${error.message}`);
  process.exitCode = 1;
}
