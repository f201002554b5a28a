// Runs of a sweep listed in a file, for those that are no grid: YAML, or JSON lines where the name ends in .jsonl.

import path from 'node:path';
import { parse } from 'yaml';
import { FileError } from '../../renderer/errors.ts';
import { readFileText } from '../../renderer/io/files.ts';
import { isFields, parseOverride } from '../config/overrides.ts';
import type { OverrideSet } from './overrideSet.ts';

/**
 * Reads a list with an entry a run: a mapping of dotted keys to values, or a line of overrides (`model.hidden=32 seed=1`).
 *
 * @throws FileError where the file is missing, no list, or an entry is neither.
 */
export async function readListFile(file: string): Promise<OverrideSet[]> {
  const text = await readFileText(file);
  const isLines = path.extname(file) === '.jsonl';
  const entries = isLines ? parseLines(file, text) : parseYaml(file, text);
  if (!Array.isArray(entries) || entries.length === 0)
    throw new FileError(file, 'expected a list with an entry a run');
  return entries.map((entry, i) => {
    if (isFields(entry)) return entry;
    if (typeof entry !== 'string') {
      throw new FileError(
        file,
        `entry ${i + 1} is ${JSON.stringify(entry)}: expected a mapping, or key=value …`,
      );
    }
    try {
      const overrides = entry
        .trim()
        .split(/\s+(?=[\w.]+=)/)
        .map(parseOverride);
      return Object.fromEntries(overrides.map((override) => [override.path.join('.'), override.value]));
    } catch (error) {
      throw new FileError(file, `entry ${i + 1}: ${(error as Error).message}`);
    }
  });
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new FileError(file, `not valid YAML: ${(error as Error).message.split('\n')[0]}`);
  }
}

function parseLines(file: string, text: string): unknown[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line)];
    } catch {
      throw new FileError(`${file}:${i + 1}`, 'is not a line of JSON');
    }
  });
}
