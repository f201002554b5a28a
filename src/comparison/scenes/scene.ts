// What a scene of a comparison is: a shape where it is and where it should be, once or in many random cases.

import type { Random } from '../../tensor/random.ts';
import type { View } from '../view.ts';

/** A shape that gradients should move, and the shape that its picture should show. */
export interface SceneCase {
  start: View;
  target: View;
}

export interface ComparedScene {
  /** As the command line has it. */
  name: string;
  title: string;
  description: string;
  /** Random scenes have as many cases as are asked for; the others have one. */
  cases: SceneCase[];
}

export interface SceneContext {
  random: Random;
  /** Cases of random scenes. */
  cases: number;
}

export interface SceneDefinition {
  name: string;
  title: string;
  description: string;
  build(context: SceneContext): SceneCase[] | Promise<SceneCase[]>;
}
