// A run folder with made-up numbers and pictures of the shape that real runs have, for tests of the report.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { parseConfig } from '../../../src/config/config.ts';
import type { PictureGroup, Results } from '../../../src/runs/results.ts';
import { createRun, type RunFolder } from '../../../src/runs/runFolder.ts';

const columns = [
  'input picture',
  'prediction, input view',
  'shape, input view',
  'truth, +90°',
  'prediction, +90°',
  'shape, +90°',
];

const results: Results = {
  title: 'Quickstart: joint 3D and 2D losses',
  tables: [
    {
      title: 'Test objects',
      note: '29 objects, 3 input views each. Chamfer: squared distances, both directions summed; F-score at 0.05.',
      columns: [
        { key: 'chamfer', label: 'chamfer ×10⁻³', digits: 2, better: 'lower' },
        { key: 'f', label: 'F-score %', digits: 1, better: 'higher' },
        { key: 'input', label: 'IoU input view %', digits: 1, better: 'higher' },
        { key: 'unseen', label: 'IoU unseen views %', digits: 1, better: 'higher' },
        { key: 'color', label: 'colour L1', digits: 3, better: 'lower' },
      ],
      rows: [
        {
          label: 'this model',
          kind: 'model',
          values: { chamfer: 10.92, f: 59.9, input: 78.2, unseen: 56.7, color: 0.122 },
        },
        {
          label: 'start shape',
          kind: 'baseline',
          values: { chamfer: 37.2, f: 21.9, input: 43.7, unseen: 43.6 },
        },
        {
          label: 'best constant shape',
          kind: 'baseline',
          values: { chamfer: 20.13, f: 37.6, input: 45.0, unseen: 44.4, color: 0.213 },
        },
        {
          label: 'nearest training silhouette',
          kind: 'baseline',
          values: { chamfer: 8.94, f: 69.8, input: 73.4, unseen: 62.7 },
        },
      ],
    },
  ],
  validationBaselines: [{ label: 'best constant shape', values: { 'F-score %': 37 } }],
};

/** Makes the run in `root`. `finished: false` leaves it as an interrupted one is: no results, no pictures. */
export async function makeSampleRun(root: string, { finished = true } = {}): Promise<RunFolder> {
  const config = parseConfig({
    task: 'train',
    name: 'quickstart',
    description: 'A graph network learns furniture from pictures, points and <silhouettes> & colours.',
    losses: {
      chamfer: { weight: 1 },
      edge: { weight: 0.1 },
      laplacian: { weight: 0.5 },
      silhouette: { weight: 0.05 },
      color: { weight: 0.1 },
    },
  });
  const run = await createRun({ root, name: config.name });
  await run.writeConfig(config);
  await run.writeEnvironment('wasm');
  const steps = 1000;
  for (let step = 1; step <= steps; step++) {
    const fall = (from: number, to: number) =>
      (to + (from - to) * Math.exp(-step / 120)) * (1 + 0.25 * Math.sin(step * 12.9898));
    const losses = {
      chamfer: fall(0.04, 0.006),
      edge: fall(0.002, 0.0012),
      laplacian: 0.0009 * (1 - Math.exp(-step / 80)) * (1 + 0.2 * Math.sin(step * 7.1)),
      silhouette: fall(0.028, 0.011),
      color: fall(0.021, 0.009),
    };
    const total = Object.values(losses).reduce((sum, value) => sum + value);
    const rest = 1 - step / steps;
    const [learningRate, gradientNorm] = [0.003 * rest, fall(5, 0.8)];
    run.metrics.append({ kind: 'train', step, losses: { total, ...losses }, learningRate, gradientNorm });
    if (step % 100 === 0) {
      const norms = { chamfer: fall(0.05, 0.02), edge: 0.0016, silhouette: fall(0.009, 0.02), color: 0.002 };
      run.metrics.append({ kind: 'gradients', step, norms });
      const rise = 1 - Math.exp(-step / 250);
      const values = {
        'chamfer ×10⁻³': 37 - 25 * rise,
        'F-score %': 22 + 36 * rise,
        'IoU input view %': 44 + 33 * rise,
      };
      run.metrics.append({ kind: 'validation', step, values });
      run.timings.append({
        step,
        time: 1_700_000_000 + step / 10.3,
        seconds: step / 10.3,
        stepsPerSecond: 10.3,
        memoryMegabytes: 480 + step / 20,
        stepMilliseconds: 95,
        waitMilliseconds: 6,
        forwardMilliseconds: 48,
        backwardMilliseconds: 37,
        optimizerMilliseconds: 3,
        validationSeconds: 0.4,
      });
    }
  }
  if (!finished) return run;
  const group: PictureGroup = {
    title: 'Test objects',
    columns,
    rows: ['Office chair, leather', 'Kitchen table', 'Reading lamp', 'Sofa with <b>two</b> seats'].map(
      (label, r) => ({
        label,
        note: `chamfer ${(8 + 1.7 * r).toFixed(1)} · IoU ${81 - 3 * r} %`,
        cells: columns.map((_, c) => {
          const file = `${r}-${c}.png`;
          writeFileSync(path.join(run.file('pictures'), file), drawBlob(r, c));
          return file;
        }),
      }),
    ),
  };
  const scale = { label: 'Distance to the true surface', largest: 0.1 };
  const worst = { title: 'The worst', columns, scale, rows: group.rows.slice(-1) };
  await run.writePictureIndex({ groups: [{ ...group, scale }, worst] });
  await run.writeResults(results);
  return run;
}

/** A shaded ellipsoid on a transparent background. */
function drawBlob(row: number, column: number): Buffer {
  const size = 64;
  const png = new PNG({ width: size, height: size });
  const isClay = column === 2 || column === 5;
  const tint = isClay
    ? [200, 200, 192]
    : [
        [90, 70, 50],
        [190, 140, 80],
        [220, 190, 60],
        [150, 50, 45],
      ][row];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = (x - 31.5) / (14 + 4 * ((row + column) % 3));
      const v = (y - 31.5) / (26 - 5 * (row % 3));
      const height = 1 - u * u - v * v;
      if (height < 0) continue;
      const light = 0.35 + 0.65 * Math.max(0, Math.sqrt(height) * 0.7 - 0.4 * u - 0.5 * v);
      png.data.set([...tint.map((value) => Math.min(255, value * light)), 255], 4 * (y * size + x));
    }
  }
  return PNG.sync.write(png);
}
