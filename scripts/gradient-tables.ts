// Makes docs/results/gradients.md from two comparisons:
//
//   npx tsx src/cli/main.ts compare-gradients experiments/compare/triangle.yaml
//   npx tsx src/cli/main.ts compare-gradients experiments/compare/furniture.yaml
//   npx tsx scripts/gradient-tables.ts comparisons

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Comparison, Mean, Measurement } from '../src/comparison/results.ts';
import { packageRoot } from '../src/packageRoot.ts';

const folder = process.argv[2] ?? path.join(packageRoot, 'comparisons');
const [triangle, furniture] = ['triangle', 'furniture'].map(
  (name) =>
    JSON.parse(readFileSync(path.join(folder, name, 'comparison.json'), 'utf8')) as Omit<
      Comparison,
      'pictures'
    >,
);

const table = (head: string[], rows: string[][]) =>
  [head, ['---', ...head.slice(1).map(() => '---:')], ...rows].map((cells) => `| ${cells.join(' | ')} |`);

const fixed = (value: number | null | undefined, digits: number) =>
  value === null || value === undefined ? '–' : value.toFixed(digits);
const withError = (mean: Mean | null, digits: number) =>
  mean ? `${mean.mean.toFixed(digits)} ± ${mean.standardError.toFixed(digits)}` : '–';

/** A table of one number of the triangle's measurements: a row a method, a column a resolution. */
const triangleTable = (cell: (measurement: Measurement) => string) =>
  table(
    ['', ...triangle.resolutions.map((resolution) => `${resolution}²`)],
    triangle.methods.map(({ label }) => [
      label,
      ...triangle.measurements.filter(({ method }) => method === label).map(cell),
    ]),
  );

const furnitureTable = (loss: string) =>
  table(
    [
      '',
      ...furniture.scenes.flatMap(({ name }) => [`${name}: cosine`, 'norm ratio', 'median angle', 'zero %']),
    ],
    furniture.methods.map(({ label }) => [
      label,
      ...furniture.measurements
        .filter((measurement) => measurement.method === label && measurement.loss === loss)
        .flatMap(({ cosine, normRatio, angle, zeroShare }) => [
          fixed(cosine?.mean, 3),
          fixed(normRatio?.mean, 2),
          angle ? `${angle.median.toFixed(0)}°` : '–',
          fixed(zeroShare === null ? null : 100 * zeroShare, 0),
        ]),
    ]),
  );

/** IoU of the hard silhouettes at the end of each descent. */
const descentTable = () => {
  const names = [...new Set(furniture.descents.map(({ scene }) => scene))];
  const endOf = (scene: string, label: string) =>
    furniture.descents.find((descent) => descent.scene === scene && descent.method === label)?.steps.at(-1);
  return table(
    ['', ...names],
    furniture.methods.map(({ label }) => [
      label,
      ...names.map((scene) => fixed((endOf(scene, label)?.iou ?? Number.NaN) * 100, 1)),
    ]),
  );
};

const { cases } = triangle.scenes[0];
const sizes = furniture.scenes.map(({ name, faceCount }) => `${name} (${faceCount} faces)`).join(', ');

const lines = [
  '# Gradients of every method beside the exact one',
  '',
  'Cosine between the gradient that a method gives and the exact gradient of the area-sampled visible picture ([oracle](../oracle.md)),',
  'both with respect to the image-plane position of every vertex. 1 is the exact direction; a dash: no gradient at all. Methods have their',
  'default options (`softras` alone has σ = 1e-4) but for those named.',
  '',
  '## One triangle',
  '',
  `${cases} random triangles of area 0.25 or more (the picture is 2 wide), target: the same with corners moved by N(0, 0.08). Mean squared`,
  'difference of silhouettes, the target exactly area-sampled. Mean over cases ± standard error of the mean:',
  '',
  ...triangleTable(({ cosine }) => withError(cosine, 3)),
  '',
  'Worst case, and mean length beside the exact one:',
  '',
  ...triangleTable(({ cosine, normRatio }) => `${fixed(cosine?.worst, 2)} · ${fixed(normRatio?.mean, 2)}`),
  '',
  'The same against the gradient with infinitely many pixels, d/dV of area(V) + area(T) − 2·area(V ∩ T), in closed form:',
  '',
  ...triangleTable(({ cosineToLimit }) => withError(cosineToLimit, 3)),
  '',
  '## Where gradient descent stops',
  '',
  `A straight edge of random direction and place against its own hard mask, ${triangle.bias[0]?.cases} cases: mean distance to the true edge in`,
  'pixels, + outside, − inside. √(ln 2 / 7000) = 0.00995 is 0.32 pixels at 64², 0.64 at 128² and 1.27 at 256².',
  '',
  ...table(
    ['', ...triangle.resolutions.map((resolution) => `${resolution}²`)],
    triangle.methods.map(({ label }) => [
      label,
      ...triangle.bias
        .filter(({ method }) => method === label)
        .map(({ offsetPixels }) => withError(offsetPixels, 3)),
    ]),
  ),
  '',
  `## Real objects at ${furniture.resolutions[0]}²`,
  '',
  `${sizes}; target: the same object, turned by six degrees and`,
  'pushed a little. Angles and zeros are over the vertices where the exact gradient is above a thousandth of its largest.',
  ...furniture.losses.flatMap((loss) => ['', `${loss}:`, '', ...furnitureTable(loss)]),
  '',
  '## Descent',
  '',
  'The chair, moved, turned or scaled, and a disc whose vertices are all free to become a flower: 100 steps of Adam on the mean squared',
  'difference of silhouettes at 64², from the same start and at the same rate for every method. IoU of hard silhouettes at the end, %:',
  '',
  ...descentTable(),
  '',
  '## What the numbers say',
  '',
  'With one triangle all methods but `hard` find the way. `dibr` levels off: its band lies outside of the outline only, and reaches past',
  'corners. `nmr` points right and is eight to nine times too long. The others converge to the exact gradient as pixels shrink; blur',
  'that stays the same size (`softras`, `dibr` with `unbiased`) leaves them a little beside it, at thin corners.',
  '',
  'On real objects many faces are smaller than a pixel. `antialias` and `edge` see one face a pixel: an outline whose own face holds no',
  'pixel centre moves nothing (`antialias`: no gradient at most vertices, the exact direction at the others), or moves the corners of',
  'the face that is seen there (`nmr`, `edge`). `softras` and `dibr` hear faces inside and behind the outline too, which the exact',
  'gradient leaves alone. `dibr` with `unbiased` filters the covered area itself and has none of these difficulties.',
  '',
  'Descents forgive much: Adam needs directions, not lengths. Of the chair at 64², whose tubes are one or two pixels wide and their outermost',
  'faces a fifth of that, `antialias` finds so few edges that their sum points away from the target, and the chair leaves the picture.',
  'On the flat disc, and where the whole shape scales, it is among the best.',
  '',
  'Faces have one colour each here, so colours change at outlines only: `hard` and `dibr` have nothing to say about them. The colours of',
  '`softras` hardly fade into the background: beside e^(z/γ) of any face within reach, the e^(ε/γ) of the background vanishes at γ = 1e-4.',
  '',
  '## How to repeat it',
  '',
  '```sh',
  'for config in triangle furniture; do npx tsx src/cli/main.ts compare-gradients experiments/compare/$config.yaml; done',
  'npx tsx scripts/gradient-tables.ts comparisons',
  '```',
];

writeFileSync(path.join(packageRoot, 'docs/results/gradients.md'), `${lines.join('\n')}\n`);
