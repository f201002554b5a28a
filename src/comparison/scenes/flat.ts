// Scenes that lie in the image plane: a few triangles each, to see what a method does at one edge.

import { ArgumentError } from '../../../renderer/errors.ts';
import type { Random } from '../../tensor/random.ts';
import { signedArea } from '../triangleLimit.ts';
import { type View, viewOf } from '../view.ts';
import type { SceneDefinition } from './scene.ts';
import { triangles } from './shapes.ts';

/** Smallest area of a random triangle, in image-plane units². */
const SMALLEST_AREA = 0.25;
/** Standard deviation of the target's corners about the triangle's. */
const JITTER = 0.08;

const red = [0.85, 0.25, 0.2] as const;
const blue = [0.15, 0.4, 0.8] as const;

export const triangle: SceneDefinition = {
  name: 'triangle',
  title: 'One triangle',
  description: `Random triangles of area ${SMALLEST_AREA} or more; the target has every corner moved by N(0, ${JITTER}) in x and y.`,
  build: ({ random, cases }) =>
    Array.from({ length: cases }, (_, i) => {
      const [start, target] = trianglePair(random.split(i));
      return { start: triangleView(start), target: triangleView(target) };
    }),
};

const triangleView = ([ax, ay, bx, by, cx, cy]: readonly number[]): View =>
  viewOf({
    vertices: Float64Array.of(ax, ay, -1, bx, by, -1, cx, cy, -1),
    faces: Int32Array.of(0, 1, 2),
    colors: [0.85, 0.25, 0.2, 0.2, 0.6, 0.3, 0.15, 0.4, 0.8],
  });

/** Two triangles, [6] each, both counter-clockwise and within the picture. */
function trianglePair(random: Random): [number[], number[]] {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const start = Array.from({ length: 6 }, () => 1.9 * random.uniform() - 0.95);
    const target = start.map((value) => value + JITTER * random.normal());
    const isWithin = target.every((value) => Math.abs(value) < 1);
    if (signedArea(start) >= SMALLEST_AREA && signedArea(target) > 0 && isWithin) {
      return [start, target];
    }
  }
  throw new ArgumentError('no random triangle fits into the picture');
}

export const overlap: SceneDefinition = {
  name: 'overlap',
  title: 'Two overlapping triangles',
  description:
    'A red triangle in front of a blue one; in the target each has moved its own way, so that the edge between them has too.',
  build: () => [{ start: pair(red, blue, 0), target: pair(red, blue, 0.08) }],
};

export const sameColorOccluder: SceneDefinition = {
  name: 'same-color-occluder',
  title: 'An occluder of the same colour',
  description:
    'The same two triangles in one colour: the edge of one over the other cannot be seen and must not move anything.',
  build: () => [{ start: pair(blue, blue, 0), target: pair(blue, blue, 0.08) }],
};

function pair(front: readonly [number, number, number], back: typeof front, shift: number): View {
  const [s, t] = [shift, shift / 2];
  const nearer = [-0.71 + s, -0.52 + t, -1, 0.43 + s, -0.63 + t, -1, -0.12 + s, 0.58 + t, -1];
  const farther = [-0.31 - t, -0.37 + s, -2, 0.77 - t, -0.09 + s, -2, 0.22 - t, 0.81 + s, -2];
  return viewOf({
    ...triangles([...nearer, ...farther], front),
    colors: [front, front, front, back, back, back].flat(),
  });
}

export const spokes: SceneDefinition = {
  name: 'spokes',
  title: 'Thin spokes',
  description:
    'Twelve spokes of width 0.024, less than a pixel at 64²; the target is the same wheel, turned by three degrees.',
  build: () => [{ start: wheel(0), target: wheel(3) }],
};

function wheel(turnDegrees: number): View {
  const corners: number[] = [];
  for (let spoke = 0; spoke < 12; spoke++) {
    const angle = (30 * spoke + 4 + turnDegrees) * (Math.PI / 180);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const at = (along: number, across: number) => [
      along * cos - across * sin,
      along * sin + across * cos,
      -1 - 0.01 * spoke,
    ];
    const [inner, outer, half] = [0.15, 0.85, 0.012];
    const [a, b, c, d] = [at(inner, -half), at(outer, -half), at(outer, half), at(inner, half)];
    corners.push(...a, ...b, ...c, ...a, ...c, ...d);
  }
  return viewOf(triangles(corners, red));
}
