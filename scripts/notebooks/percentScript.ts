// Percent scripts as Jupyter notebooks. `// %% Title` begins a code cell with a heading above it, `// %% [markdown]` a cell of text
// in line comments; what stands before the first of them is text too.

interface Cell {
  cell_type: 'code' | 'markdown';
  id: string;
  metadata: Record<string, never>;
  source: string;
}

/** The notebook (format 4.5) of a percent script, as JSON. */
export function notebookOf(script: string): string {
  const [opening, ...parts] = script.split(/^\/\/ %%[ \t]*/m);
  const cells: Omit<Cell, 'id'>[] = [markdown(uncommented(opening))];
  for (const part of parts) {
    const [title, ...lines] = part.split('\n');
    const body = lines.join('\n').trim();
    if (title.trim() === '[markdown]') cells.push(markdown(uncommented(body)));
    else {
      if (title.trim()) cells.push(markdown(`### ${title.trim()}`));
      if (body) cells.push({ cell_type: 'code', metadata: {}, source: body });
    }
  }
  const notebook = {
    cells: cells
      .filter(({ source }) => source !== '')
      .map((cell, i) => ({
        ...cell,
        id: `cell-${i}`,
        ...(cell.cell_type === 'code' && { execution_count: null, outputs: [] }),
      })),
    metadata: { kernelspec: { name: 'deno', display_name: 'TypeScript (Deno)', language: 'typescript' } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

const markdown = (source: string): Omit<Cell, 'id'> => ({ cell_type: 'markdown', metadata: {}, source });

const uncommented = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
