// The page's tables: a summary, all measures of a scene, bias, time and memory.

import { type Html, html } from '../../report/html.ts';
import { penalties } from '../../runs/results.ts';
import { type Measure, measures } from '../columns.ts';
import type { Bias, Comparison, LossName, Mean, Measurement, Timings } from '../results.ts';
import { methodLabel } from './methods.ts';

interface Cell {
  text: string;
  /** Standard error. */
  error?: string;
  /** The number as written; undefined where there is none. */
  value?: number;
}

interface Column {
  head: Html | string;
  /** The best number is the one for which this is least; none where rows do not compete. */
  penalty?: (value: number) => number;
}

interface Group {
  title?: string;
  rows: { label: Html; cells: Cell[] }[];
}

/** Methods against scenes: cosines at the finest resolution. */
export function summaryTable(comparison: Comparison, loss: LossName): Html {
  const resolution = Math.max(...comparison.resolutions);
  const [cosine] = measures;
  const of = finder(comparison);
  const rows = comparison.methods.map(({ label }) => ({
    label: methodLabel(comparison.methods, label),
    cells: comparison.scenes.map((scene) => {
      const measurement = of(scene.name, label, resolution, loss);
      return measurement ? cellOf(cosine, measurement) : { text: '–' };
    }),
  }));
  const columns = comparison.scenes.map((scene, i) => ({
    head: comparison.pictures.length > 0 ? html`<a href="#scene-${i}">${scene.title}</a>` : scene.title,
    penalty: penalties[cosine.better],
  }));
  return table(columns, [{ rows }], { heat: true });
}

/** All measures of one scene and loss, a group of rows for each resolution. */
export function measurementTable(comparison: Comparison, scene: string, loss: LossName): Html {
  const of = finder(comparison);
  const groups = comparison.resolutions.map((resolution) => ({
    resolution,
    measured: comparison.methods.flatMap(({ label }) => of(scene, label, resolution, loss) ?? []),
  }));
  const all = groups.flatMap(({ measured }) => measured);
  const shown = measures.filter((measure) => all.some((measurement) => measure.value(measurement) !== null));
  const error = Math.max(...all.map(({ oracleError }) => oracleError));
  return html`${table(
    shown.map(({ label, better }) => ({ head: label, penalty: penalties[better] })),
    groups.map(({ resolution, measured }) => ({
      title: `${resolution}² pixels`,
      rows: measured.map((measurement) => ({
        label: methodLabel(comparison.methods, measurement.method),
        cells: shown.map((measure) => cellOf(measure, measurement)),
      })),
    })),
  )}
<p class="note">The exact gradient’s own error is estimated at ${error.toExponential(0).replace('-', '−')} of its largest at a vertex.</p>`;
}

/** Where descent stops: offsets of a straight edge, by method and resolution. */
export function biasTable({ bias, methods, resolutions }: Comparison): Html {
  const of = (method: string, resolution: number) =>
    bias.find((entry) => entry.method === method && entry.resolution === resolution);
  const kinds: [unit: string, digits: number, value: (entry: Bias) => Mean | null][] = [
    ['px', 3, ({ offsetPixels }) => offsetPixels],
    ['plane ×10⁻³', 2, ({ offsetPlane }) => offsetPlane && scaled(offsetPlane, 1000)],
  ];
  const shown = resolutions.filter((resolution) => bias.some((entry) => entry.resolution === resolution));
  const columns = kinds.flatMap(([unit]) =>
    shown.map((resolution) => ({ head: html`${resolution}²<br>${unit}`, penalty: Math.abs })),
  );
  const rows = methods.map(({ label }) => ({
    label: methodLabel(methods, label),
    cells: kinds.flatMap(([, digits, value]) =>
      shown.map((resolution) => {
        const entry = of(label, resolution);
        return numberCell(entry ? value(entry) : null, digits);
      }),
    ),
  }));
  return table(columns, [{ rows }]);
}

/** Milliseconds and megabytes, a group of rows for each scene. */
export function timingTable(comparison: Comparison, { measurements }: Timings): Html {
  const { scenes, methods, resolutions } = comparison;
  const columns = resolutions.flatMap((resolution) =>
    ['forward ms', 'backward ms', 'memory MB'].map((what) => ({ head: html`${resolution}²<br>${what}` })),
  );
  const groups = scenes.map(({ name, title }) => ({
    title,
    rows: methods.map(({ label }) => ({
      label: methodLabel(comparison.methods, label),
      cells: resolutions.flatMap((resolution) => {
        const entry = measurements.find(
          (timing) => timing.scene === name && timing.method === label && timing.resolution === resolution,
        );
        const values = entry ? [entry.forwardMs, entry.backwardMs, entry.peakBytes / 1e6] : [];
        return [0, 1, 2].map((i) => numberCell(values[i] ?? null, i < 2 ? 2 : 1));
      }),
    })),
  }));
  return table(columns, groups);
}

function table(columns: readonly Column[], groups: readonly Group[], { heat = false } = {}): Html {
  const bodies = groups.map(({ title, rows }) => {
    const best = columns.map(({ penalty }, c) => {
      const values = rows.flatMap(({ cells }) => cells[c].value ?? []);
      return penalty && values.length > 1 ? Math.min(...values.map(penalty)) : Infinity;
    });
    const isBest = (value: number | undefined, c: number) =>
      value !== undefined && best[c] < Infinity && columns[c].penalty?.(value) === best[c];
    return html`<tbody>${
      title && html`<tr class="group"><th colspan="${columns.length + 1}" scope="rowgroup">${title}</th></tr>`
    }${rows.map(
      ({ label, cells }) =>
        html`<tr><th scope="row">${label}</th>${cells.map(
          ({ text, error, value }, c) =>
            html`<td${isBest(value, c) && html` class="best"`}${
              heat && value !== undefined && html` style="--heat: ${heatOf(value)}"`
            }>${text}${error && html` <span class="error">± ${error}</span>`}</td>`,
        )}</tr>`,
    )}</tbody>`;
  });
  const heads = columns.map(({ head }) => html`<th scope="col">${head}</th>`);
  return html`<div class="scroll" tabindex="0"><table class="numbers${heat ? ' heat' : ''}"><thead><tr><td></td>${heads}</tr></thead>${bodies}</table></div>`;
}

/** 0 … 1 for a cosine of 0 … 1: a step for each further nine, up to the third. */
function heatOf(cosine: number): string {
  return Math.min(1, Math.max(0, -Math.log10(Math.max(1e-3, 1 - cosine)) / 3)).toFixed(2);
}

function cellOf(measure: Measure, measurement: Measurement): Cell {
  return numberCell(measure.value(measurement), measure.digits);
}

function numberCell(number: Mean | number | null, digits: number): Cell {
  if (number === null) return { text: '–' };
  const { mean, standardError } = typeof number === 'number' ? { mean: number, standardError: 0 } : number;
  const text = written(mean, digits);
  const value = Number(text.replace('−', '-'));
  if (!(standardError > 0)) return { text, value };
  const errorDigits = Math.min(digits + 1, Math.max(digits, -Math.floor(Math.log10(standardError))));
  return { text, value, error: written(standardError, errorDigits) };
}

/** With a true minus sign, and none before a zero. */
function written(value: number, digits: number): string {
  const text = Math.abs(value) >= 1e5 ? value.toExponential(1) : value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

function scaled({ mean, standardError }: Mean, factor: number): Mean {
  return { mean: mean * factor, standardError: standardError * factor };
}

function finder({ measurements }: Comparison) {
  const key = (...parts: (string | number)[]) => JSON.stringify(parts);
  const found = new Map(
    measurements.map((entry) => [key(entry.scene, entry.method, entry.resolution, entry.loss), entry]),
  );
  return (scene: string, method: string, resolution: number, loss: LossName) =>
    found.get(key(scene, method, resolution, loss));
}
