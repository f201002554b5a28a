// Before any test: the program as plain JavaScript in .cache/program, for tests that start it as a process of its own. It is there in
// half the time of the sources, which a loader compiles anew in every process.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { compiledFolder } from './program.ts';

export default function compileProgram(): void {
  const record = path.join(compiledFolder, 'tsconfig.tsbuildinfo');
  const quickly = ['--noCheck', '--declaration', 'false', '--incremental', '--tsBuildInfoFile', record];
  execFileSync(process.execPath, ['scripts/compile.mjs', compiledFolder, ...quickly], { stdio: 'inherit' });
}
