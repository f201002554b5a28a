// Curves of a run as inline SVG, drawn by Vega without a browser. Lines and text take the page's colours.

import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { MetricsRecord } from '../experiments/results.ts';
import { Html } from './html.ts';

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

/** Validation numbers over the steps, by the name of the number. */
export function validationCurves(records: readonly MetricsRecord[]): Map<string, CurvePoint[]> {
  const points = records.flatMap((record) =>
    record.kind === 'validation' ? namedPoints(record.step, record.values) : [],
  );
  return grouped(points, ({ name }) => name);
}

/** One chart of curves over training steps. `log` draws the values on a logarithmic axis, which leaves out those ≤ 0. */
export async function drawCurves(
  points: readonly CurvePoint[],
  { title, log, width, height }: { title: string; log: boolean; width: number; height: number },
): Promise<Html> {
  const values = points.filter(({ value }) => Number.isFinite(value) && (!log || value > 0));
  const names = [...new Set(points.map(({ name }) => name))];
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, anchor: 'start' },
    width,
    height,
    autosize: { type: 'fit', contains: 'padding' },
    data: { values },
    mark: { type: 'line', strokeWidth: 1.6, point: values.length <= 3 * names.length },
    encoding: {
      x: { field: 'step', type: 'quantitative', title: 'step', axis: { grid: false } },
      y: {
        field: 'value',
        type: 'quantitative',
        title: null,
        scale: log ? { type: 'log', nice: false } : { zero: false },
        axis: { tickCount: 5, ...(log ? { format: '~g' } : {}) },
      },
      color: {
        field: 'name',
        type: 'nominal',
        scale: { domain: names, range: COLORS },
        legend: names.length > 1 ? { title: null, orient: 'right', symbolType: 'stroke' } : null,
      },
    },
    config: PAGE_COLORS,
  };
  const svg = await new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
  return new Html(svg.replace('<svg ', '<svg role="img" '));
}

/** Paul Tol's "bright" scheme, apart for colour-blind readers and on both page colours (personal.sron.nl/~pault). */
const COLORS = ['#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#999999'];

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
  legend: text,
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
