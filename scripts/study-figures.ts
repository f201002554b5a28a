// The figures of docs/results/study.md, from the folders of its sweeps:
//
//     npx tsx scripts/study-figures.ts runs/study

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import ndarray, { type NdArray } from 'ndarray';
import { readImage, writePng } from '../renderer/io/index.ts';
import { packageRoot } from '../src/packageRoot.ts';
import { contactSheet, onBackground } from '../src/pictures/index.ts';
import { curveStyles, drawChart } from '../src/report/plots.ts';
import { openRun } from '../src/runs/index.ts';
import { openSweep, type SweepRow, sweepTable } from '../src/sweeps/index.ts';

const study = process.argv[2] ?? path.join(packageRoot, 'runs', 'study');
const images = path.join(packageRoot, 'docs', 'images');

interface Mark {
  x: number;
  name: string;
  mean: number;
  sd?: number;
}

/** Means over seeds with their deviations, joined by lines, against numbers on a logarithmic axis. */
async function writeChart(
  file: string,
  marks: readonly Mark[],
  titles: { x: string; y: string },
): Promise<void> {
  const values = marks.map(({ sd = 0, ...mark }) => ({ ...mark, low: mark.mean - sd, high: mark.mean + sd }));
  const ticks = [...new Set(marks.map(({ x }) => x))].sort((a, b) => a - b);
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    title: titles.x,
    scale: { type: 'log' as const, nice: false, padding: 30 },
    axis: { grid: false, values: ticks },
  };
  const y = { type: 'quantitative' as const, title: null, scale: { zero: false }, axis: { tickCount: 5 } };
  const names = [...new Set(marks.map(({ name }) => name))];
  const styles = curveStyles(names, true);
  const chart = await drawChart({
    title: { text: titles.y, anchor: 'start' },
    width: 620,
    height: 240,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 1.4 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: styles.color },
      },
      {
        mark: { type: 'line', strokeWidth: 1.6, point: true },
        encoding: { x, y: { ...y, field: 'mean' }, color: styles.color },
      },
    ],
  });
  // On its own it has no page to take ink and paper from.
  const svg = chart.text
    .replaceAll('currentColor', '#333')
    .replaceAll('inherit', 'sans-serif')
    .replace(/<svg [^>]*>/, (head) => `${head}<rect width="100%" height="100%" fill="white"/>`);
  await writeFile(path.join(images, file), svg);
}

/** Rows of the table of some sweeps, with one of its numbers. */
async function rowsOf(names: readonly string[], metric: string): Promise<SweepRow[]> {
  const sweeps = await Promise.all(names.map((name) => openSweep(path.join(study, name))));
  return (await sweepTable(sweeps, { metrics: [metric] })).rows;
}

const marks = (
  rows: readonly SweepRow[],
  name: (row: SweepRow) => string,
  x: (row: SweepRow) => number,
): Mark[] => rows.flatMap((row) => (row.cells[0] ? [{ ...row.cells[0], name: name(row), x: x(row) }] : []));

async function labelsFigure(): Promise<void> {
  const kinds = {
    '3D losses alone': ['labels-3d', '3d'],
    'pictures of all objects too': ['labels-joint', 'joint'],
  };
  const all: Mark[] = [];
  for (const [name, sweeps] of Object.entries(kinds)) {
    const rows = await rowsOf(sweeps, 'fScore');
    const share = ({ values }: SweepRow) =>
      100 * Number(values.find((value) => typeof value === 'number') ?? 1);
    all.push(...marks(rows, () => name, share));
  }
  await writeChart('study-labels.svg', all, {
    x: 'objects whose surface is known, %',
    y: 'F of held-out objects, %',
  });
}

async function softnessFigure(): Promise<void> {
  const rows = await rowsOf(['softness'], 'iouUnseen');
  const all = marks(
    rows,
    ({ values: [size] }) => `${size} × ${size} pixels`,
    ({ values: [, sharpness] }) => Number(sharpness),
  );
  await writeChart('study-softness.svg', all, { x: 'sharpness', y: 'IoU at unseen views, %' });
}

/** What a run predicts of some held-out objects: rows of its first grid of pictures, by object. */
async function pictureRows(
  run: string,
): Promise<Map<string, (column: string) => Promise<NdArray<Float32Array>>>> {
  const folder = openRun(path.join(study, run));
  const [{ columns, rows }] = (await folder.readPictureIndex()).groups;
  return new Map(
    rows.map(({ cells }) => [
      cells[0],
      async (column) => {
        const { data, shape } = await readImage(folder.file('pictures', cells[columns.indexOf(column)]));
        return onBackground(
          ndarray(
            Float32Array.from(data, (code) => code / 255),
            shape,
          ),
          [1, 1, 1],
        );
      },
    ]),
  );
}

async function shapesFigure(): Promise<void> {
  const seed = 'seed=1';
  const runs = {
    '3D': `3d/runs/${seed}`,
    joint: `joint/runs/${seed}`,
    '2D, 24 views': `2d/runs/${seed},viewsPerObject=24`,
    '2D, 5 views': `2d/runs/${seed},viewsPerObject=5`,
    '2D, 2 views': `2d/runs/${seed},viewsPerObject=2`,
    'hard, 5 views': `method/runs/${seed},method=hard`,
  };
  const rows = await Promise.all(Object.values(runs).map(pictureRows));
  const pictures: NdArray<Float32Array>[] = [];
  const captions: string[] = [];
  for (const [object, truth] of rows[0]) {
    pictures.push(await truth('input'), await truth('truth, +90°'));
    captions.push('input', 'truth, unseen');
    for (const [i, name] of Object.keys(runs).entries()) {
      pictures.push(await rows[i].get(object)!('unseen, +90°'));
      captions.push(name);
    }
  }
  const columns = 2 + rows.length;
  await writePng(
    path.join(images, 'study-shapes.png'),
    contactSheet(pictures, { columns, captions, background: [1, 1, 1] }),
  );
}

await shapesFigure();
await labelsFigure();
await softnessFigure();
