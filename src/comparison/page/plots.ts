// The page's charts: cosine against resolution, one a scene, and the courses of descents.

import type { Html } from '../../report/html.ts';
import { type CurvePoint, curveStyles, drawChart, drawCurves, logTicks } from '../../report/plots.ts';
import type { Comparison, DescentName, LossName, SceneSummary, Timings } from '../results.ts';

/** Cosines nearer to 1 than this are drawn here. */
const NEAREST = 1e-5;

/** Points that a curve of a descent is drawn from. */
const MOST_POINTS = 80;

/**
 * Cosine to the exact gradient over the resolution. The axis is logarithmic in 1 − cosine, so that each further nine takes the
 * same room; bars are standard errors.
 */
export function drawCosines(comparison: Comparison, scene: SceneSummary, loss: LossName): Promise<Html> {
  const { methods, resolutions } = comparison;
  const drawn = (cosine: number) => Math.max(NEAREST, 1 - cosine);
  const values = comparison.measurements.flatMap((entry) => {
    if (entry.scene !== scene.name || entry.loss !== loss || !entry.cosine) return [];
    const { mean, standardError } = entry.cosine;
    return {
      name: entry.method,
      resolution: entry.resolution,
      distance: drawn(mean),
      low: drawn(mean - standardError),
      high: drawn(mean + standardError),
    };
  });
  const x = {
    field: 'resolution',
    type: 'quantitative' as const,
    title: 'pixels a side',
    scale: { type: 'log' as const, base: 2, nice: false, padding: 12 },
    axis: { grid: false, values: resolutions, format: 'd' },
  };
  const y = {
    type: 'quantitative' as const,
    title: null,
    scale: { type: 'log' as const, reverse: true, nice: false, padding: 8 },
    axis: {
      values: logTicks(values.flatMap(({ low, high }) => [low, high])),
      labelExpr: "datum.value === 1 ? '0' : format(1 - datum.value, '.5~f')",
    },
  };
  const styles = curveStyles(
    methods.map(({ label }) => label),
    false,
  );
  return drawChart({
    title: { text: scene.title, anchor: 'start' },
    width: 320,
    height: 230,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 1.4 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: styles.color },
      },
      {
        mark: { type: 'line', strokeWidth: 1.6, point: { size: 28 } },
        encoding: { x, y: { ...y, field: 'distance' }, ...styles },
      },
    ],
  });
}

/** Four charts of one descent: loss and IoU, each over steps and over seconds. Those over seconds need `timings`. */
export function drawDescent(
  { descents, methods }: Comparison,
  timings: Timings,
  scene: DescentName,
): Promise<Html>[] {
  const courses = descents
    .filter((descent) => descent.scene === scene)
    .map(({ method, steps }) => {
      const stride = Math.ceil(steps.length / MOST_POINTS);
      const seconds = timings.descents.find(
        (timing) => timing.scene === scene && timing.method === method,
      )?.seconds;
      return {
        method,
        points: steps
          .map((step, i) => ({ ...step, seconds: seconds?.[i] ?? Number.NaN }))
          .filter((_, i) => i % stride === 0 || i === steps.length - 1),
      };
    });
  const chart = (title: string, value: 'loss' | 'iou', along: 'step' | 'seconds') => {
    const points: CurvePoint[] = courses.flatMap(({ method, points }) =>
      points
        .filter((point) => Number.isFinite(point[along]))
        .map((point) => ({ step: point[along], value: point[value], name: method })),
    );
    return drawCurves(points, {
      title,
      log: value === 'loss',
      width: 250,
      height: 190,
      along,
      names: methods.map(({ label }) => label),
      legend: false,
    });
  };
  return [
    chart('Loss', 'loss', 'step'),
    chart('Loss', 'loss', 'seconds'),
    chart('IoU', 'iou', 'step'),
    chart('IoU', 'iou', 'seconds'),
  ];
}
