// A comparison as tables for the terminal.

import type { ResultColumn, ResultTable } from '../runs/results.ts';
import { measures } from './columns.ts';
import type { Bias, Comparison, Descent, Measurement, Timings } from './results.ts';

/** The first measure, the cosine, has its standard error beside it. */
const [{ label: ranking }] = measures;
const ERROR: ResultColumn = { key: 'error', label: '±', digits: 3 };

const measureColumns: ResultColumn[] = measures.flatMap(({ label, short = label, digits, better }) => {
  const column: ResultColumn = { key: label, label: short, digits, better };
  return label === ranking ? [column, ERROR] : [column];
});

const timeColumns: ResultColumn[] = [
  { key: 'forward', label: 'fwd ms', digits: 1 },
  { key: 'backward', label: 'bwd ms', digits: 1 },
  { key: 'memory', label: 'MB', digits: 1 },
];

/** One table for each scene, loss and resolution, then those of the bias test and the descents. */
export function comparisonTables(comparison: Comparison, timings: Timings): ResultTable[] {
  const { scenes, losses, resolutions, measurements, bias, descents } = comparison;
  const tables = scenes.flatMap(({ name, title, cases }) =>
    losses.flatMap((loss) =>
      resolutions.map((resolution) => {
        const rows = measurements
          .filter((one) => one.scene === name && one.loss === loss && one.resolution === resolution)
          .map((one) => ({ label: one.method, kind: 'model' as const, values: valuesOf(one, timings) }));
        const columns = [...measureColumns, ...timeColumns].filter(({ key }) =>
          rows.some(({ values }) => key in values),
        );
        const many = cases > 1 ? `, mean of ${cases} cases` : '';
        return {
          title: `${title}: ${loss} at ${resolution}²${many}`,
          note: '',
          columns,
          rows,
        };
      }),
    ),
  );
  return [
    ...tables,
    ...(bias.length > 0 ? [biasTable(bias)] : []),
    ...(descents.length > 0 ? [descentTable(descents)] : []),
  ];
}

function valuesOf(measurement: Measurement, timings: Timings): Record<string, number> {
  const { scene, method, resolution } = measurement;
  const time = timings.measurements.find(
    (one) => one.scene === scene && one.method === method && one.resolution === resolution,
  );
  const values: Record<string, number> = {};
  for (const { label, value } of measures) {
    const found = value(measurement);
    if (found === null) continue;
    values[label] = typeof found === 'number' ? found : found.mean;
    if (label === ranking && typeof found !== 'number' && measurement.cases > 1)
      values[ERROR.key] = found.standardError;
  }
  if (time) {
    Object.assign(values, {
      forward: time.forwardMs,
      backward: time.backwardMs,
      memory: time.peakBytes / 1e6,
    });
  }
  return values;
}

function biasTable(bias: readonly Bias[]): ResultTable {
  const resolutions = [...new Set(bias.map(({ resolution }) => resolution))];
  const methods = [...new Set(bias.map(({ method }) => method))];
  return {
    title: `Where gradient descent stops beside a straight edge, mean of ${bias[0].cases} edges`,
    note: 'In pixels: + outside, − inside of the true edge; ± standard error.',
    columns: resolutions.flatMap((resolution) => [
      { key: `${resolution}`, label: `${resolution}²`, digits: 3 },
      { key: `${resolution} error`, label: '±', digits: 3 },
    ]),
    rows: methods.map((method) => ({
      label: method,
      kind: 'model',
      values: Object.fromEntries(
        bias
          .filter((one) => one.method === method)
          .flatMap(({ resolution, offsetPixels }) =>
            offsetPixels
              ? [
                  [`${resolution}`, offsetPixels.mean],
                  [`${resolution} error`, offsetPixels.standardError],
                ]
              : [],
          ),
      ),
    })),
  };
}

/** The IoU at which each descent ends. */
function descentTable(descents: readonly Descent[]): ResultTable {
  const scenes = [...new Set(descents.map(({ scene }) => scene))];
  const methods = [...new Set(descents.map(({ method }) => method))];
  const [{ steps, resolution }] = descents;
  const last = (descent: Descent) => 100 * descent.steps[descent.steps.length - 1].iou;
  return {
    title: `Descents: IoU % of hard silhouettes at ${resolution}² after ${steps.length - 1} steps`,
    note: '',
    columns: scenes.map((scene) => ({ key: scene, label: scene, digits: 1, better: 'higher' })),
    rows: methods.map((method) => ({
      label: method,
      kind: 'model',
      values: Object.fromEntries(
        descents
          .filter((descent) => descent.method === method)
          .map((descent) => [descent.scene, last(descent)]),
      ),
    })),
  };
}
