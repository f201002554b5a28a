// The same held-out objects as every group of a sweep predicts them, a row a group.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { spread } from '../../datasets/spread.ts';
import { dataUri } from '../../report/dataUri.ts';
import type { PictureGroup } from '../../runs/results.ts';
import type { RunGroup } from '../groups.ts';
import type { RunOutcome } from '../outcome.ts';

/** Objects in a row. */
const mostObjects = 4;

/** What is shown of an object, by the columns of the runs' pictures; of groups, and in the first row. */
const kinds = [
  { predicted: 'prediction', truth: 'input' },
  { predicted: 'unseen, +90°', truth: 'truth, +90°' },
];

export interface SweepPictures {
  grid: PictureGroup;
  /** Data URIs, by cells of the grid. */
  sources: Map<string, string>;
}

/** Undefined where no run has pictures of objects that it has predicted. */
export async function sweepPictures(groups: readonly RunGroup[]): Promise<SweepPictures | undefined> {
  const shown = groups.flatMap(({ label, outcomes }) => {
    const outcome = outcomes.find(hasPredictions);
    return outcome ? [{ label, outcome }] : [];
  });
  if (shown.length === 0) return undefined;
  const [{ rows: all }] = shown[0].outcome.pictures.groups;
  const objects = spread(all, mostObjects).map(({ cells }) => cells[0]);
  const sources = new Map<string, string>();
  const rowOf = async (label: string, { pictures, run }: RunOutcome, column: 'predicted' | 'truth') => {
    const [{ columns, rows }] = pictures.groups;
    const cells: string[] = [];
    for (const object of objects) {
      const row = rows.find(({ cells: [first] }) => first === object);
      for (const kind of kinds) {
        const file = row?.cells[columns.indexOf(kind[column])] ?? '';
        const whole = path.join(run.folder, 'pictures', path.basename(file));
        if (file && existsSync(whole)) sources.set(whole, dataUri(await readFile(whole)));
        cells.push(whole);
      }
    }
    return { label, cells };
  };
  const grid: PictureGroup = {
    title: 'Held-out objects, from the input view and a quarter of a turn further',
    columns: objects.flatMap(() => kinds.map(({ predicted }) => predicted)),
    rows: [await rowOf('truth', shown[0].outcome, 'truth')],
  };
  for (const { label, outcome } of shown) grid.rows.push(await rowOf(label, outcome, 'predicted'));
  return { grid, sources };
}

function hasPredictions({ results, pictures }: RunOutcome): boolean {
  const columns = pictures.groups[0]?.columns ?? [];
  return results !== undefined && kinds.every(({ predicted }) => columns.includes(predicted));
}
