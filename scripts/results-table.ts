// Makes docs/results/quickstart.md: the shipped training experiments, three seeds each, mean ± spread in one table.
//
//   for seed in 1 2 3; do for config in quickstart 3d-only 2d-only 2d-hard; do
//     npx tsx src/cli/main.ts run experiments/$config.yaml seed=$seed name=$config-$seed --output runs/results
//   done; done
//   npx tsx scripts/results-table.ts runs/results

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../src/packageRoot.ts';
import { columnHeading, type ResultColumn, type ResultRow, type Results } from '../src/runs/results.ts';

const configs = ['quickstart', '3d-only', '2d-only', '2d-hard'];
const seeds = [1, 2, 3];
const labels: Record<string, string> = { quickstart: 'joint (quickstart)' };

const folder = process.argv[2] ?? path.join(packageRoot, 'runs', 'results');
const runs = configs.map((config) => seeds.map((seed) => readRun(`${config}-${seed}`)));
const { columns, rows } = runs[0][0].tables[0];

const lines = [
  '# What each kind of supervision buys, at quickstart size',
  '',
  `The four training experiments, seeds ${seeds.join(', ')}, on the test objects of furniture-mini: mean ± standard deviation over the`,
  'seeds. Baselines that depend on no network are below the line; the best constant shape is fitted once a seed.',
  '',
  `| | ${columns.map(columnHeading).join(' | ')} |`,
  `|---|${columns.map(() => '---:').join('|')}|`,
  ...configs.map((config, i) =>
    tableRow(
      labels[config] ?? config,
      runs[i].map(({ tables }) => tables[0].rows[0]),
    ),
  ),
  ...rows.slice(1).map(({ label }, i) =>
    tableRow(
      `*${label}*`,
      runs[0].map(({ tables }) => tables[0].rows[i + 1]),
    ),
  ),
  '',
  runs[0][0].tables[0].note,
  '',
  '`2d-hard` is there to fail: the silhouette of a z-buffer has no gradient, so nothing pulls the mesh to the outline. The edge loss',
  'shrinks it to a small blob in the colours of the picture, whatever the picture shows; the run says why in its log.',
  '',
  '## How the settings were chosen',
  '',
  'By single runs of one seed on the 20 validation objects: about nine settings of the joint experiment, six of the 2D ones. `3d-only`',
  'was not tuned by itself: it has the settings chosen for the joint experiment, so its row may be somewhat lower than it could be, and',
  'what the joint one gains over it somewhat larger. The `move` term of the 2D experiments was added, on validation, after this table had',
  'been seen once; only their rows were measured again (before: chamfer 11.77, F 61.2, IoU 79.8 and 64.1 for `2d-only`, and a mesh that',
  'left the frame for `2d-hard`).',
  '',
  '## How to repeat it',
  '',
  '```sh',
  'for seed in 1 2 3; do for config in quickstart 3d-only 2d-only 2d-hard; do',
  '  npx tsx src/cli/main.ts run experiments/$config.yaml seed=$seed name=$config-$seed --output runs/results',
  'done; done',
  'npx tsx scripts/results-table.ts runs/results',
  '```',
  '',
];
const output = path.join(packageRoot, 'docs', 'results', 'quickstart.md');
writeFileSync(output, lines.join('\n'));
process.stdout.write(`${lines.join('\n')}\n`);

function readRun(name: string): Results {
  return JSON.parse(readFileSync(path.join(folder, name, 'results.json'), 'utf8')) as Results;
}

function tableRow(label: string, seedRows: ResultRow[]): string {
  return `| ${label} | ${columns.map((column) => meanAndSpread(seedRows, column)).join(' | ')} |`;
}

function meanAndSpread(seedRows: ResultRow[], { key, digits: usual }: ResultColumn): string {
  const values = seedRows.map((row) => row.values[key]).filter((value) => value !== undefined);
  if (values.length === 0) return '–';
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const digits = Math.abs(mean) >= 1000 ? 0 : usual;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(values.length - 1, 1);
  return variance > 0
    ? `${mean.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}`
    : mean.toFixed(digits);
}
