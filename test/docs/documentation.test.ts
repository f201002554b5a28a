// The documentation holds what it says: examples run, links lead somewhere, tables agree with the registries.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { methods } from '../../renderer/methods/index.ts';
import { packageRoot } from '../../src/packageRoot.ts';
import { runScript } from './runScript.ts';

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

/** Runs the TypeScript example of a section of a page as a user would, and returns the numbers of each line that it prints. */
function runExample(page: string, section: RegExp): number[][] {
  const [, example] = read(page)
    .slice(read(page).search(section))
    .match(/```ts\n(.*?)```/s)!;
  return runScript(example)
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
}

describe('the example of README.md', () => {
  it('runs, and fits a mesh to outlines', () => {
    const losses = runExample('README.md', /^## The renderer by itself/m).map(([, loss]) => loss);
    expect(losses).toHaveLength(3);
    expect(losses[2]).toBeLessThan(0.2 * losses[0]);
  });
});

describe("the method of one's own in docs/methods.md", () => {
  it('runs, and finds the size of a sphere', () => {
    const lines = runExample('docs/methods.md', /^## A method of one's own/m);
    expect(lines).toHaveLength(4);
    const [, loss, size] = lines[3];
    expect(loss).toBeLessThan(0.2 * lines[0][1]);
    expect(Math.abs(size - 2)).toBeLessThan(0.05);
  });
});

describe('notebooks', () => {
  const notebooks = readdirSync(path.join(packageRoot, 'notebooks')).filter(
    (file) => file.endsWith('.ts') && read(`notebooks/${file}`).includes('// %%'),
  );

  it.each(notebooks)('%s runs from beginning to end', (file) => {
    // A training of a few steps has everything to show that a longer one has.
    runScript(
      read(`notebooks/${file}`).replace('training: { steps: 150,', 'training: { steps: 10,'),
      'notebooks',
    );
  });
});

describe('docs/methods.md', () => {
  const text = read('docs/methods.md');

  it.each(methods.list())('describes the method $type with its options and defaults', ({ type, options }) => {
    const section = text.split(/^## /m).find((part) => part.startsWith(`\`${type}\``));
    expect(section).toBeDefined();
    const rows = [...section!.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, name, value]) => [
      name,
      value.replaceAll(/[`"]/g, ''),
    ]);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(options).map(([name, option]) => [name, String(option.default)])),
    );
  });
});
