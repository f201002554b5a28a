// Which points of a surface are looked at: a training step compares with some hundred of the many thousands that a data set has, and the
// others need not be unpacked and turned for it.

import type { Random } from '../tensor/random.ts';
import type { Surface } from './decode.ts';

/** Rows to take of a surface with `count` points; undefined: all of them, in their order. */
export type PointChoice = (count: number) => Int32Array | undefined;

export const allPoints: PointChoice = () => undefined;
export const noPoints: PointChoice = () => new Int32Array(0);

/** `wanted` points drawn without repetition; all of a surface that has no more. */
export function drawnPoints(wanted: number, random: Random): PointChoice {
  return (count) => {
    if (wanted >= count) return undefined;
    // The first `wanted` steps of a Fisher-Yates shuffle.
    const order = new Int32Array(count);
    for (let i = 0; i < count; i++) order[i] = i;
    for (let i = 0; i < wanted; i++) {
      const k = i + random.integer(count - i);
      [order[i], order[k]] = [order[k], order[i]];
    }
    return order.subarray(0, wanted);
  };
}

/** The points that `choose` takes, and their normals. */
export function chosenPoints(surface: Surface, choose: PointChoice): Surface {
  const { points, normals } = surface;
  const rows = choose(points.length / 3);
  return rows
    ? { points: rowsOf(points, rows), ...(normals && { normals: rowsOf(normals, rows) }) }
    : surface;
}

/** Rows of a table of three numbers a row. */
export function rowsOf<Table extends Float32Array | Uint16Array | Int8Array>(
  table: Table,
  rows: Int32Array,
): Table {
  const result = new (table.constructor as new (length: number) => Table)(3 * rows.length);
  for (let i = 0; i < rows.length; i++) {
    for (let axis = 0; axis < 3; axis++) result[3 * i + axis] = table[3 * rows[i] + axis];
  }
  return result;
}
