// The documentation holds what it says: examples run, links lead somewhere, tables agree with the registries.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { methods } from '../../renderer/methods/index.ts';
import { packageRoot } from '../../src/packageRoot.ts';

const read = (file: string) => readFileSync(path.join(packageRoot, file), 'utf8');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

describe('links', () => {
  it.each(pages)('of %s lead to files that exist', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1]);
    const local = targets.filter((target) => !/^\w+:/.test(target));
    const missing = local.filter((target) => !existsSync(path.join(packageRoot, path.dirname(page), target)));
    expect(missing).toEqual([]);
  });
});

describe('the example of README.md', () => {
  it('runs, and fits a mesh to outlines', () => {
    const [, example] = read('README.md').match(/```ts\n(.*?)```/s)!;
    const renderer = pathToFileURL(path.join(packageRoot, 'renderer/index.ts')).href;
    const folder = mkdtempSync(path.join(packageRoot, 'node_modules/.readme-'));
    try {
      const file = path.join(folder, 'example.mts');
      writeFileSync(file, example.replace("'rastergrad/renderer'", `'${renderer}'`));
      const output = execFileSync(process.execPath, ['--import', 'tsx', file], { encoding: 'utf8' });
      const losses = output
        .trim()
        .split('\n')
        .map((line) => Number(line.split(' ')[1]));
      expect(losses).toHaveLength(3);
      expect(losses[2]).toBeLessThan(0.2 * losses[0]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('notebooks', () => {
  const notebooks = readdirSync(path.join(packageRoot, 'notebooks')).filter(
    (file) => file.endsWith('.ts') && read(`notebooks/${file}`).includes('// %%'),
  );

  it.each(notebooks)('%s runs from beginning to end', (file) => {
    execFileSync(process.execPath, ['--import', 'tsx', path.join('notebooks', file)], { cwd: packageRoot });
  });
});

describe('docs/methods.md', () => {
  const text = read('docs/methods.md');

  it.each(methods.list())('describes the method $type with its options and defaults', ({ type, options }) => {
    const section = text.split(/^## /m).find((part) => part.startsWith(`\`${type}\``));
    expect(section).toBeDefined();
    const rows = [...section!.matchAll(/^\| `(\w+)` \| (\S+) \|/gm)].map(([, name, value]) => [name, +value]);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default])),
    );
  });
});
