// The experiments that come along: each is a config that can be run, and says what it is for.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadComparison, loadConfig } from '../src/config/config.ts';
import { packageRoot } from '../src/packageRoot.ts';

const folder = path.join(packageRoot, 'experiments');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.ya?ml$/.test(name),
);

it.each(files)('%s', async (name) => {
  const load = name.startsWith('compare') ? loadComparison : loadConfig;
  const { description } = await load(path.join(folder, name));
  expect(description).not.toBe('');
});
