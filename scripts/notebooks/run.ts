// `npm run notebooks [NAME …]`: turns percent scripts of notebooks/ into executed .ipynb files and HTML pages beside them, with the
// Deno kernel (fetched by npx) and Jupyter's nbconvert, which has to be there.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../src/packageRoot.ts';
import { notebookOf } from './percentScript.ts';

const folder = path.join(packageRoot, 'notebooks');
const kernels = path.join(packageRoot, 'scripts', 'notebooks');

/** Ends with one line on stderr. */
function fail(message: string): never {
  process.stderr.write(`notebooks: ${message}\n`);
  process.exit(1);
}

const scripts = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => /^\/\/ %%/m.test(readFileSync(path.join(folder, file), 'utf8')))
  .map((file) => file.slice(0, -'.ts'.length));
const asked = process.argv.slice(2).map((name) => path.basename(name, '.ts'));
for (const name of asked) {
  if (!scripts.includes(name)) fail(`there is no notebook "${name}"; there are ${scripts.join(', ')}`);
}
if (spawnSync('jupyter-nbconvert', ['--version']).status !== 0) {
  fail(
    'jupyter-nbconvert is not here. On Debian and Ubuntu: sudo apt-get install --no-install-recommends ' +
      'jupyter-nbconvert jupyter-client jupyter-core python3-ipykernel. ' +
      'The notebooks run without it, too: npx tsx notebooks/first-steps.ts',
  );
}

try {
  for (const name of asked.length > 0 ? asked : scripts) make(name);
} catch (error) {
  fail((error as Error).message);
}

/** Leaves notebook and page, or neither. */
function make(name: string): void {
  const draft = path.join(folder, `.${name}.ipynb`);
  const executed = path.join(folder, `.${name}.executed.ipynb`);
  const page = path.join(folder, `.${name}.html`);
  try {
    writeFileSync(draft, notebookOf(readFileSync(path.join(folder, `${name}.ts`), 'utf8')));
    convert(name, draft, ['--to', 'notebook', '--execute', '--output', executed]);
    convert(name, executed, ['--to', 'html', '--output', page]);
    renameSync(page, path.join(folder, `${name}.html`));
    renameSync(executed, path.join(folder, `${name}.ipynb`));
  } finally {
    for (const file of [draft, executed, page]) rmSync(file, { force: true });
  }
  process.stdout.write(`notebooks/${name}.ipynb, notebooks/${name}.html\n`);
}

function convert(name: string, input: string, options: string[]): void {
  const { status, stderr } = spawnSync('jupyter-nbconvert', [...options, input], {
    encoding: 'utf8',
    env: {
      ...process.env,
      JUPYTER_PATH: [kernels, process.env.JUPYTER_PATH].filter(Boolean).join(path.delimiter),
      JUPYTER_PLATFORM_DIRS: '1',
    },
  });
  if (status !== 0) {
    throw new Error(`${name} did not run to its end:\n${stderr.trim().split('\n').slice(-30).join('\n')}`);
  }
}
