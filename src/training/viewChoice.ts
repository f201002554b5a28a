// Which pictures of an object supervise beside the input view.

import { ArgumentError, FileError } from '../../renderer/errors.ts';
import type { DatasetObject } from '../datasets/sample.ts';
import type { Random } from '../tensor/random.ts';

export const viewChoices = ['random', 'nearest', 'spread'] as const;

/**
 * `random`: each time other ones. `nearest`: those whose cameras look from directions nearest to the input camera's. `spread`: first
 * the one that looks from the direction farthest from it, then each time the one farthest from all before.
 */
export type ViewChoice = (typeof viewChoices)[number];

/**
 * Numbers of `count` of the views in `candidates`, without `input`; all of them where there are no more. Of equal ones, the first.
 *
 * @throws ArgumentError where the choice goes by directions and a camera is not known
 */
export function chooseViews(
  choice: ViewChoice,
  object: DatasetObject,
  { input, candidates, count }: { input: number; candidates: readonly number[]; count: number },
  random: Random,
): number[] {
  const others = candidates.filter((view) => view !== input);
  if (choice === 'random') return random.shuffle(others).slice(0, count);
  if (count === 0) return [];
  const chosen = [input];
  const directions = new Map([input, ...others].map((view) => [view, directionOf(object, view)]));
  const cosine = (a: number, b: number) => {
    const [from, to] = [directions.get(a), directions.get(b)];
    return from && to ? from[0] * to[0] + from[1] * to[1] + from[2] * to[2] : undefined;
  };
  // How little a view is wanted: one whose camera cannot be read comes last.
  const distaste = (view: number) =>
    choice === 'nearest'
      ? -(cosine(input, view) ?? -2)
      : Math.max(...chosen.map((other) => cosine(other, view) ?? 2));
  while (chosen.length <= count && others.length > 0) {
    const distastes = others.map(distaste);
    chosen.push(...others.splice(distastes.indexOf(Math.min(...distastes)), 1));
  }
  return chosen.slice(1);
}

/** From the object to the camera, in the world; undefined where the file is bad, which is for whoever reads the picture to say. */
function directionOf(object: DatasetObject, view: number): readonly [number, number, number] | undefined {
  try {
    const camera = object.views[view].worldToCamera;
    if (camera) return [camera[8], camera[9], camera[10]];
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
  throw new ArgumentError(
    `view ${view} of ${object.id} has no camera, so that views can only be chosen at random (supervision.choice)`,
  );
}
