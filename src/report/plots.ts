// Curves of a run as inline SVG, drawn by Vega without a browser. Lines and text take the page's colours.

import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { MetricsRecord } from '../runs/results.ts';
import { Html, html } from './html.ts';

/** One point of a curve. */
export interface CurvePoint {
  step: number;
  value: number;
  /** The curve that it belongs to. */
  name: string;
}

/** Stretches of steps that a curve of losses is drawn from. */
const MOST_POINTS = 120;

/**
 * Loss terms over the steps: the median of each stretch of steps, so that the course shows through the noise of batches. Where
 * objects are trained one by one, the total of each.
 */
export function lossCurves(records: readonly MetricsRecord[]): CurvePoint[] {
  const points = records.flatMap((record) => {
    if (record.kind !== 'train') return [];
    if (record.object) return [{ step: record.step, value: record.losses.total, name: record.object }];
    return namedPoints(record.step, record.losses);
  });
  return [...grouped(points, ({ name }) => name).values()].flatMap(thinned);
}

/** Norms of each loss term's gradient at the predicted vertices, over the steps. */
export function gradientCurves(records: readonly MetricsRecord[]): CurvePoint[] {
  return records.flatMap((record) =>
    record.kind === 'gradients' ? namedPoints(record.step, record.norms) : [],
  );
}

/** What the optimiser was given, over the steps, by the name of the number: thinned as losses are. */
export function optimizerCurves(records: readonly MetricsRecord[]): Map<string, CurvePoint[]> {
  const points = records.flatMap((record) => {
    if (record.kind !== 'train') return [];
    const { step, learningRate, gradientNorm } = record;
    return [
      ...(learningRate === undefined ? [] : [{ step, value: learningRate, name: 'learning rate' }]),
      ...(gradientNorm === undefined
        ? []
        : [{ step, value: gradientNorm, name: 'norm of the whole gradient' }]),
    ];
  });
  const curves = grouped(points, ({ name }) => name);
  return new Map(Array.from(curves, ([name, curve]) => [name, thinned(curve)]));
}

/** A number that does not change, beside a curve. */
export function levelCurve(name: string, value: number, steps: readonly number[]): CurvePoint[] {
  return [Math.min(...steps), Math.max(...steps)].map((step) => ({ step, value, name }));
}

/** Validation numbers over the steps, by the name of the number. */
export function validationCurves(records: readonly MetricsRecord[]): Map<string, CurvePoint[]> {
  const points = records.flatMap((record) =>
    record.kind === 'validation' ? namedPoints(record.step, record.values) : [],
  );
  return grouped(points, ({ name }) => name);
}

interface CurvesOptions {
  title: string;
  /** A logarithmic axis of values, which leaves out those ≤ 0. */
  log: boolean;
  width: number;
  height: number;
  /** Title of the horizontal axis. */
  along?: string;
  /** All curves there may be, in the order of their colours. */
  names?: readonly string[];
  legend?: boolean;
  /** Whether points are marked. Default: where there are few. */
  points?: boolean;
}

/** One chart of curves. */
export function drawCurves(
  points: readonly CurvePoint[],
  {
    title,
    log,
    width,
    height,
    along = 'step',
    names = [...new Set(points.map(({ name }) => name))],
    legend = names.length > 1,
    points: marked,
  }: CurvesOptions,
): Promise<Html> {
  const values = points.filter(({ value }) => Number.isFinite(value) && (!log || value > 0));
  return drawChart({
    title: { text: title, anchor: 'start' },
    width,
    height,
    data: { values },
    mark: { type: 'line', strokeWidth: 1.6, point: marked ?? values.length <= 3 * names.length },
    encoding: {
      x: { field: 'step', type: 'quantitative', title: along, axis: { grid: false } },
      y: {
        field: 'value',
        type: 'quantitative',
        title: null,
        scale: log ? { type: 'log', nice: false } : { zero: false },
        axis: log ? { values: logTicks(values.map(({ value }) => value)), format: '~g' } : { tickCount: 5 },
      },
      ...curveStyles(names, legend),
    },
  });
}

/** How the curves of a chart differ, by the field `name`: in colour, and in dashes where there are more of them than colours. */
export function curveStyles(names: readonly string[], legend: boolean) {
  const styles = names.map((_, i) => curveStyle(i));
  const shown = legend ? { title: null, orient: 'right' as const, symbolType: 'stroke' as const } : null;
  return {
    color: {
      field: 'name',
      type: 'nominal' as const,
      scale: { domain: [...names], range: styles.map(({ color }) => color) },
      legend: shown,
    },
    strokeDash: {
      field: 'name',
      type: 'nominal' as const,
      scale: { domain: [...names], range: styles.map(({ dash }) => dash) },
      legend: shown,
    },
  };
}

/** What the curves of several charts beside one another are. */
export function curveLegend(names: readonly string[]): Html {
  const items = names.map((name, i) => {
    const { color, dash } = curveStyle(i);
    const line = dash[1] > 0 ? 'dashed' : 'solid';
    return html`<li><i class="line" style="border-top: 2px ${line} ${color}"></i>${name}</li>`;
  });
  return html`<ul class="legend">${items}</ul>`;
}

/** Colour and dashes of the curve number `index`. */
export function curveStyle(index: number): { color: string; dash: number[] } {
  return { color: COLORS[index % COLORS.length], dash: index < COLORS.length ? [1, 0] : [5, 3] };
}

/** Ticks of a logarithmic axis: powers of ten, with 2 and 5 times as much between them where the values span few. */
export function logTicks(values: readonly number[]): number[] {
  if (values.length === 0) return [];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const steps = powers.length > 4 ? [1] : [1, 2, 5];
  const ticks = powers.flatMap((power) => steps.map((step) => Number(`${step}e${power}`)));
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** A Vega-Lite chart in the colours of the page. */
export async function drawChart(chart: TopLevelSpec): Promise<Html> {
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    autosize: { type: 'fit', contains: 'padding' },
    ...chart,
    config: PAGE_COLORS,
  };
  const svg = await new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
  return new Html(svg.replace('<svg ', '<svg role="img" '));
}

/**
 * Paul Tol's "bright" scheme, apart for colour-blind readers and on both page colours (personal.sron.nl/~pault); a brown in
 * place of its grey, which is the ink of axes here.
 */
const COLORS = ['#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#a5693a'];

const text = { labelColor: 'currentColor', titleColor: 'currentColor', labelFontSize: 11, titleFontSize: 11 };
const PAGE_COLORS = {
  background: 'transparent',
  font: 'inherit',
  title: { color: 'currentColor', fontSize: 13, fontWeight: 600 as const },
  axis: {
    ...text,
    titleFontWeight: 'normal' as const,
    domainOpacity: 0.3,
    tickOpacity: 0.3,
    domainColor: 'currentColor',
    tickColor: 'currentColor',
    gridColor: 'currentColor',
    gridOpacity: 0.12,
  },
  legend: { ...text, labelLimit: 260 },
  view: { stroke: 'transparent' },
};

function namedPoints(step: number, values: Record<string, number>): CurvePoint[] {
  return Object.entries(values).map(([name, value]) => ({ step, value, name }));
}

function thinned(curve: readonly CurvePoint[]): CurvePoint[] {
  const length = Math.ceil(curve.length / MOST_POINTS);
  const stretches = Array.from({ length: Math.ceil(curve.length / length) }, (_, i) =>
    curve.slice(i * length, (i + 1) * length),
  );
  return stretches.map((stretch) => {
    const middle = stretch.length >> 1;
    const value = stretch.map((point) => point.value).sort((a, b) => a - b)[middle];
    return { ...stretch[middle], value };
  });
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
