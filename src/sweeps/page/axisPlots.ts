// Final numbers of a sweep against one of its axes: a mark for each group, with a standard deviation to either side.

import type { Html } from '../../report/html.ts';
import { curveStyles, drawChart } from '../../report/plots.ts';
import type { ResultColumn } from '../../runs/results.ts';
import { columnHeading } from '../../runs/results.ts';
import { axisNames, groupLabel, type RunGroup, valueName } from '../groups.ts';
import { ownNumber, statistic } from '../statistics.ts';

/** What differs beside an axis: its values are the colours of the axis's charts. */
export function otherLabels(groups: readonly RunGroup[], axes: readonly string[], axis: number): string[] {
  return [...new Set(groups.map((group) => otherLabel(group, axes, axis)))];
}

const otherLabel = ({ values }: RunGroup, axes: readonly string[], axis: number) =>
  groupLabel(axes.toSpliced(axis, 1), values.toSpliced(axis, 1));

/** One chart for a column of the table; numbers in order are joined by lines. Undefined where no run has the number. */
export async function drawAgainstAxis(
  groups: readonly RunGroup[],
  axes: readonly string[],
  axis: number,
  column: ResultColumn,
): Promise<Html | undefined> {
  const ordered = axisOrder(groups.map(({ values }) => values[axis]));
  const names = otherLabels(groups, axes, axis);
  const values = groups.flatMap((group) => {
    const found = statistic(group.outcomes.map(({ results }) => ownNumber(results, column.key)));
    if (!found) return [];
    const { mean, sd = 0 } = found;
    const name = otherLabel(group, axes, axis);
    return [{ x: valueName(group.values[axis]), name, mean, low: mean - sd, high: mean + sd }];
  });
  if (values.length === 0) return undefined;
  const x = {
    field: 'x',
    type: 'ordinal' as const,
    sort: ordered.names,
    scale: { domain: ordered.names, padding: 0.4 },
    axis: { title: axisNames(axes)[axis], labelAngle: 0, labelOverlap: true },
  };
  // Marks of one value stand beside one another; on a line they would not lie above their value.
  const xOffset = { field: 'name', type: 'nominal' as const, sort: names };
  const place = ordered.isNumeric ? { x } : { x, ...(names.length > 1 && { xOffset }) };
  const scale = { zero: false, nice: true };
  const y = { field: 'mean', type: 'quantitative' as const, title: null, scale, axis: { tickCount: 5 } };
  const { color } = curveStyles(names, false);
  return drawChart({
    title: { text: columnHeading(column), anchor: 'start' },
    width: 315,
    height: 210,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 1.4 },
        encoding: { ...place, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      ordered.isNumeric
        ? { mark: { type: 'line', strokeWidth: 1.6, point: true }, encoding: { ...place, y, color } }
        : { mark: { type: 'point', filled: true, size: 45, opacity: 1 }, encoding: { ...place, y, color } },
    ],
  });
}

/** Values of an axis, each once: numbers in ascending order, others in that of the groups. */
function axisOrder(values: readonly unknown[]): { names: string[]; isNumeric: boolean } {
  const isNumeric = values.every((value) => typeof value === 'number');
  const ordered = isNumeric ? (values as number[]).toSorted((a, b) => a - b) : values;
  return { names: [...new Set(ordered.map(valueName))], isNumeric };
}
