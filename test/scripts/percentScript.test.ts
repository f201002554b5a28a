import { describe, expect, it } from 'vitest';
import { notebookOf } from '../../scripts/notebooks/percentScript.ts';

const script = `// # Title
//
// What it is about.

// %% First
const a = 1;

// A comment of the code's own.
console.log(a);

// %% [markdown]
// Some *text*
// in two lines.

// %%
console.log(a + 1);
`;

describe('notebookOf', () => {
  const notebook = JSON.parse(notebookOf(script));

  it('turns sections into cells in their order', () => {
    expect(
      notebook.cells.map(({ cell_type, source }: Record<string, string>) => [cell_type, source]),
    ).toEqual([
      ['markdown', '# Title\n\nWhat it is about.'],
      ['markdown', '### First'],
      ['code', "const a = 1;\n\n// A comment of the code's own.\nconsole.log(a);"],
      ['markdown', 'Some *text*\nin two lines.'],
      ['code', 'console.log(a + 1);'],
    ]);
  });

  it('is a notebook of format 4.5 for the Deno kernel, its cells named', () => {
    expect(notebook).toMatchObject({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: 'deno' } },
    });
    const ids = notebook.cells.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(5);
    for (const cell of notebook.cells) expect('outputs' in cell).toBe(cell.cell_type === 'code');
  });
});
