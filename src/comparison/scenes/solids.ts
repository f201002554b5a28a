// Scenes with depth: surfaces that turn away, hide themselves and pass through one another.

import { type View, viewOf } from '../view.ts';
import type { SceneDefinition } from './scene.ts';
import { box, moved, sphere, studioCamera, together } from './shapes.ts';

export const ball: SceneDefinition = {
  name: 'sphere',
  title: 'A sphere',
  description:
    'A smoothly coloured sphere of 320 faces; the target is a tenth larger and further to the right.',
  build: () => {
    const start = sphere(2, 0.65);
    const target = moved(start, { scale: 1.1, shift: [0.1, 0.03, 0] });
    return [{ start: viewOf(start, studioCamera), target: viewOf(target, studioCamera) }];
  },
};

export const boxes: SceneDefinition = {
  name: 'boxes',
  title: 'Intersecting boxes',
  description:
    'Two boxes that pass through each other; in the target one has moved, and the line where they meet with it.',
  build: () => [{ start: crossed(0), target: crossed(0.08) }],
};

function crossed(shift: number): View {
  const upright = box([0.5, 1.3, 0.5], 11, [0.85, 0.3, 0.2]);
  const lying = box([1.4, 0.4, 0.45], 23, [0.2, 0.45, 0.85]);
  const shape = [upright, moved(lying, { shift: [shift, 0.1 + shift, 0.12] })];
  const indices = Int32Array.from(
    shape.flatMap(({ colorIndices }, i) => Array.from(colorIndices!, (row) => row + 12 * i)),
  );
  return viewOf({ ...together(shape), colorIndices: indices }, studioCamera);
}
