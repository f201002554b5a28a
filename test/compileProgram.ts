// Before any test: the program as plain JavaScript in .cache/program, for tests that start it as a process of its own. It is there in
// half the time of the sources, which a loader compiles anew in every process.

import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { compiledFolder } from './program.ts';

export default function compileProgram(): void {
  const compiler = path.join('node_modules', 'typescript', 'bin', 'tsc');
  const record = path.join(compiledFolder, 'tsconfig.tsbuildinfo');
  const options = ['--noCheck', '--declaration', 'false', '--outDir', compiledFolder];
  execFileSync(
    process.execPath,
    [compiler, '--project', 'tsconfig.build.json', ...options, '--incremental', '--tsBuildInfoFile', record],
    { stdio: 'inherit' },
  );
  const kernels = path.join('renderer', 'kernels', 'simd');
  for (const name of readdirSync(kernels).filter((file) => /\.(wasm|mjs)$/.test(file))) {
    const [source, target] = ['', compiledFolder].map((folder) => path.join(folder, kernels, name));
    // Other tests may be reading it.
    if (age(target) < age(source)) copyFileSync(source, target);
  }
}

const age = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
