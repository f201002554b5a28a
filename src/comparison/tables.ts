// A comparison as tables for the terminal.

import type { ResultColumn, ResultTable } from '../experiments/results.ts';
import type { Bias, Comparison, Measurement, Timings } from './results.ts';

const columns: (ResultColumn & { of: (measurement: Measurement) => number | null | undefined })[] = [
  { key: 'cosine', label: 'cosine', digits: 3, better: 'higher', of: ({ cosine }) => cosine?.mean },
  { key: 'error', label: '±', digits: 3, better: 'lower', of: ({ cosine }) => cosine?.standardError },
  { key: 'worst', label: 'worst', digits: 2, better: 'higher', of: ({ cosine }) => cosine?.worst },
  {
    key: 'limit',
    label: 'limit',
    digits: 3,
    better: 'higher',
    of: ({ cosineToLimit }) => cosineToLimit?.mean,
  },
  {
    key: 'norm',
    label: '|norm − 1|',
    digits: 2,
    better: 'lower',
    of: ({ normRatio }) => normRatio && Math.abs(normRatio.mean - 1),
  },
  { key: 'median', label: 'angle°', digits: 1, better: 'lower', of: ({ angle }) => angle?.median },
  { key: 'p95', label: '95 %°', digits: 1, better: 'lower', of: ({ angle }) => angle?.p95 },
  { key: 'zero', label: 'zero %', digits: 1, better: 'lower', of: ({ zeroShare }) => percent(zeroShare) },
  {
    key: 'signs',
    label: 'signs %',
    digits: 1,
    better: 'higher',
    of: ({ signAgreement }) => percent(signAgreement),
  },
  { key: 'sum', label: 'sum rule %', digits: 1, better: 'lower', of: ({ sumRule }) => percent(sumRule) },
];

const timeColumns: ResultColumn[] = [
  { key: 'forward', label: 'fwd ms', digits: 1, better: 'lower' },
  { key: 'backward', label: 'bwd ms', digits: 1, better: 'lower' },
];

const percent = (share: number | null) => share && 100 * share;

/** One table for each scene, loss and resolution, then that of the bias test. */
export function comparisonTables(comparison: Comparison, timings: Timings): ResultTable[] {
  const { scenes, losses, resolutions, measurements, bias } = comparison;
  const tables = scenes.flatMap(({ name, title, cases }) =>
    losses.flatMap((loss) =>
      resolutions.map((resolution) => {
        const rows = measurements
          .filter((one) => one.scene === name && one.loss === loss && one.resolution === resolution)
          .map((one) => ({ label: one.method, kind: 'model' as const, values: valuesOf(one, timings) }));
        const shown = [...columns, ...timeColumns].filter(({ key }) =>
          rows.some(({ values }) => key in values),
        );
        const many = cases > 1 ? `, mean of ${cases} cases` : '';
        return {
          title: `${title}: ${loss} at ${resolution}²${many}`,
          note: '',
          columns: shown.filter(({ key }) => cases > 1 || (key !== 'error' && key !== 'worst')),
          rows,
        };
      }),
    ),
  );
  return bias.length > 0 ? [...tables, biasTable(bias)] : tables;
}

function valuesOf(measurement: Measurement, timings: Timings): Record<string, number> {
  const { scene, method, resolution } = measurement;
  const time = timings.measurements.find(
    (one) => one.scene === scene && one.method === method && one.resolution === resolution,
  );
  const numbers = columns.map(({ key, of }) => [key, of(measurement)] as const);
  return Object.fromEntries(
    [...numbers, ['forward', time?.forwardMs] as const, ['backward', time?.backwardMs] as const].flatMap(
      ([key, value]) => (typeof value === 'number' ? [[key, value]] : []),
    ),
  );
}

function biasTable(bias: readonly Bias[]): ResultTable {
  const resolutions = [...new Set(bias.map(({ resolution }) => resolution))];
  const methods = [...new Set(bias.map(({ method }) => method))];
  return {
    title: `Where gradient descent stops beside a straight edge, mean of ${bias[0].cases} edges`,
    note: 'In pixels: + outside, − inside of the true edge; ± standard error.',
    ranked: false,
    columns: resolutions.flatMap((resolution) => [
      { key: `${resolution}`, label: `${resolution}²`, digits: 3, better: 'lower' as const },
      { key: `${resolution} error`, label: '±', digits: 3, better: 'lower' as const },
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
