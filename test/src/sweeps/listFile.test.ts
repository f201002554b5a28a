import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readListFile } from '../../../src/sweeps/listFile.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-list-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('a list of runs', () => {
  it('is YAML: mappings, or lines of overrides', async () => {
    const file = written(
      'runs.yaml',
      '- {model.hidden: 32, seed: 1}\n- model.hidden=64 dataset.categories=[chair, sofa] seed=2\n- {}\n',
    );
    expect(await readListFile(file)).toEqual([
      { 'model.hidden': 32, seed: 1 },
      { 'model.hidden': 64, 'dataset.categories': ['chair', 'sofa'], seed: 2 },
      {},
    ]);
  });

  it('is JSON, a run a line', async () => {
    const file = written('runs.jsonl', '{"seed": 1}\n\n{"model": {"hidden": 4}}\n"seed=3"\n');
    expect(await readListFile(file)).toEqual([{ seed: 1 }, { model: { hidden: 4 } }, { seed: 3 }]);
  });

  it.each([
    ['a.yaml', 'seed: 1', 'expected a list with an entry a run'],
    ['b.yaml', '', 'expected a list with an entry a run'],
    ['c.yaml', '- 3', 'entry 1 is 3: expected a mapping, or key=value …'],
    ['d.yaml', '- seed', 'entry 1: "seed": expected key=value, such as training.steps=100'],
    ['e.yaml', '- {a', 'not valid YAML'],
    ['f.jsonl', '{"a": 1}\n{', 'f.jsonl:2: is not a line of JSON'],
  ])('%s is refused', async (name, text, message) => {
    await expect(readListFile(written(name, text))).rejects.toThrow(message);
  });
});
