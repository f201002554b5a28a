// Descent curves: the same optimisation with every method, from the same start with the same step rule. A shape is recovered from
// its silhouette: moved, turned or scaled as a whole, or each of its vertices by itself.

import * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import type { MethodOptions } from '../../renderer/methods/index.ts';
import { silhouetteIou } from '../metrics/index.ts';
import { Adam } from '../tensor/adam.ts';
import { methodGradient, methodPicture } from './gradients.ts';
import type { ComparedMethod } from './methods.ts';
import type { Descent, DescentName, DescentStep, DescentTiming } from './results.ts';
import { sphere, studioCamera } from './scenes/shapes.ts';
import { planePositions, type View, viewOf, withPlanePositions } from './view.ts';

export interface DescentOptions {
  /** What is moved, turned and scaled. The deformed shape is always a sphere. */
  shape: View;
  methods: readonly ComparedMethod[];
  scenes: readonly DescentName[];
  resolution: number;
  steps: number;
  learningRate: number;
  onProgress?: (done: number, total: number) => void;
}

/** Passes before the clock starts, as the first ones are slow. */
const WARM_UPS = 3;

/** Every descent with every method, descents outermost. */
export function runDescents(options: DescentOptions): {
  descents: Descent[];
  timings: DescentTiming[];
} {
  const { shape, methods, scenes, resolution, onProgress } = options;
  const descents: Descent[] = [];
  const timings: DescentTiming[] = [];
  for (const scene of scenes) {
    const problem = problems[scene](shape);
    for (const { label, options: method } of methods) {
      onProgress?.(descents.length, scenes.length * methods.length);
      const { steps, seconds } = descend(problem, method, options);
      descents.push({ scene, method: label, resolution, steps });
      timings.push({ scene, method: label, seconds });
    }
  }
  return { descents, timings };
}

/** How image-plane positions [V·2] follow from parameters, and the gradient of those from that of these. */
interface Motion {
  place(plane: Float64Array, parameters: ArrayLike<number>): Float64Array;
  pull(plane: Float64Array, parameters: ArrayLike<number>, gradient: Float64Array): Float64Array;
}

interface Problem {
  start: View;
  target: View;
  motion: Motion;
  /** All of them are 0 at the start. */
  parameterCount: number;
}

/**
 * Minimises the mean squared difference between the method's silhouette and the target's hard mask, all that pictures give, by
 * Adam.
 */
function descend(
  { start, target, motion, parameterCount }: Problem,
  method: MethodOptions,
  { resolution, steps: count, learningRate }: DescentOptions,
): { steps: DescentStep[]; seconds: number[] } {
  const hardMask = (view: View) => methodPicture(view, { type: 'hard' }, resolution, 'silhouette');
  const mask = Float64Array.from(hardMask(target));
  const plane = planePositions(start);
  const variable = tf.variable(tf.zeros([parameterCount]));
  const adam = new Adam([{ name: 'parameters', variable }]);
  const steps: DescentStep[] = [];
  const seconds: number[] = [];
  let elapsed = 0;
  for (let i = 0; i < WARM_UPS; i++) methodGradient(start, method, resolution, 'silhouette-l2', mask);
  for (let step = 0; step <= count; step++) {
    const began = performance.now();
    const parameters = variable.dataSync().slice();
    const view = withPlanePositions(start, motion.place(plane, parameters));
    const { loss, gradient } = methodGradient(view, method, resolution, 'silhouette-l2', mask);
    scoped(() => {
      const pulled = tf.tensor1d(Float32Array.from(motion.pull(plane, parameters, gradient)));
      adam.step({ parameters: pulled }, learningRate);
    });
    const took = (performance.now() - began) / 1000;
    steps.push({ step, loss, iou: silhouetteIou(hardMask(view), mask) });
    seconds.push(elapsed);
    elapsed += took;
  }
  variable.dispose();
  adam.dispose();
  return { steps, seconds };
}

const translation: Motion = {
  place: (plane, p) => plane.map((value, i) => value + p[i & 1]),
  pull(_, p, gradient) {
    const pulled = new Float64Array(p.length);
    for (let i = 0; i < gradient.length; i++) pulled[i & 1] += gradient[i];
    return pulled;
  },
};

/** By the angle p about the middle of the picture, in radians. */
const rotation: Motion = {
  place(plane, p) {
    const [cos, sin] = [Math.cos(p[0]), Math.sin(p[0])];
    return plane.map((_, i) => {
      const [x, y] = [plane[i & ~1], plane[i | 1]];
      return i & 1 ? sin * x + cos * y : cos * x - sin * y;
    });
  },
  pull(plane, p, gradient) {
    // d(R·x)/dθ is the turned position itself, turned by another right angle.
    const turned = rotation.place(plane, p);
    let sum = 0;
    for (let i = 0; i < plane.length; i += 2) {
      sum += gradient[i + 1] * turned[i] - gradient[i] * turned[i + 1];
    }
    return Float64Array.of(sum);
  },
};

/** By the factor e^p about the middle of the picture. */
const scaling: Motion = {
  place: (plane, p) => plane.map((value) => value * Math.exp(p[0])),
  pull(plane, p, gradient) {
    const scaled = scaling.place(plane, p);
    return Float64Array.of(scaled.reduce((sum, value, i) => sum + value * gradient[i], 0));
  },
};

const freedom: Motion = {
  place: (plane, p) => plane.map((value, i) => value + p[i]),
  pull: (_plane, _p, gradient) => gradient,
};

/** The shape is to be found where a motion with these parameters puts it. */
const placed =
  (motion: Motion, parameters: number[]) =>
  (start: View): Problem => {
    const target = withPlanePositions(start, motion.place(planePositions(start), parameters));
    return { start, target, motion, parameterCount: parameters.length };
  };

const problems: Record<DescentName, (shape: View) => Problem> = {
  translate: placed(translation, [0.16, -0.11]),
  rotate: placed(rotation, [0.35]),
  scale: placed(scaling, [-0.3]),
  // A disc becomes a flower of five petals.
  deform() {
    const start = viewOf(sphere(2, 0.6), studioCamera);
    const plane = planePositions(start);
    const target = plane.slice();
    for (let i = 0; i < plane.length; i += 2) {
      const factor = 1 + 0.25 * Math.cos(5 * Math.atan2(plane[i + 1], plane[i]) + 0.3);
      target[i] *= factor;
      target[i + 1] *= factor;
    }
    return {
      start,
      target: withPlanePositions(start, target),
      motion: freedom,
      parameterCount: plane.length,
    };
  },
};
