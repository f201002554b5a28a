// docs/config.md says what the schema says, and the configs that ship are valid.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { formatConfigReference } from '../../../src/config/configReference.ts';
import { configJsonSchema, type SchemaNode } from '../../../src/config/jsonSchema.ts';

const root = path.join(import.meta.dirname, '../../..');

describe('docs/config.md', () => {
  it('is up to date (else run: npx tsx scripts/config-docs.ts)', () => {
    expect(readFileSync(path.join(root, 'docs/config.md'), 'utf8')).toBe(formatConfigReference());
  });

  it('describes every field', () => {
    const undescribed: string[] = [];
    const visit = (name: string, node: SchemaNode) => {
      for (const variant of node.oneOf ?? [node]) {
        for (const [key, field] of Object.entries(variant.properties ?? {})) {
          const isLoss = field.properties?.weight !== undefined;
          if (!field.description && !isLoss) undescribed.push(`${name}.${key}`);
          visit(`${name}.${key}`, field);
        }
      }
    };
    visit('', configJsonSchema());
    expect(undescribed).toEqual([]);
  });
});

describe('experiments/', () => {
  const files = readdirSync(path.join(root, 'experiments')).filter((file) => file.endsWith('.yaml'));

  it.each(files)('%s is valid and says what it is for', async (file) => {
    const config = await loadConfig(path.join(root, 'experiments', file));
    expect(config.name).toBe(path.basename(file, '.yaml'));
    expect(config.description).not.toBe('');
  });
});
