// A capture moved, turned and scaled to where data sets have their objects.

import { IntrinsicsCamera, pixelIntrinsics, type ViewMatrix } from '../../renderer/camera/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import type { Capture } from './capture.ts';
import { type Bounds, cross, type Vector3 } from './vectors.ts';

/** Of the objects of data sets. */
const placedRadius = 0.5;

export interface PlaceOptions {
  /** What becomes the sphere of radius 0.5 about the origin. Default: the capture's own guess. */
  bounds?: Bounds;
  /** What becomes +y, or `false` to turn nothing. Default: the capture's own guess. */
  up?: Vector3 | false;
}

/**
 * The same photographs in a world where the thing is centred, upright and of radius 0.5; its `fromFiles` leads there.
 *
 * @throws ArgumentError where there are no bounds, or they have no size.
 */
export function placeCapture(capture: Capture, options: PlaceOptions = {}): Capture {
  const { bounds = capture.bounds, up = capture.up } = options;
  if (!bounds) throw new ArgumentError(`bounds are needed: ${capture.name} does not tell where the thing is`);
  const { center, radius } = bounds;
  if (!(radius > 0 && radius < Infinity && center.every(Number.isFinite))) {
    throw new ArgumentError(`bounds must have a finite center and a radius above 0, but have ${radius}`);
  }
  const scale = placedRadius / radius;
  const turn = up === false ? identity : toUpright(up);
  // p' = s Q (p − c), so a camera at R p + t has R' = R Qᵀ and t' = s (R c + t), and sees everything s times as far away.
  const views = capture.views.map((view) => {
    const m = view.camera.views[0];
    const moved = [0, 4, 8].flatMap((row) => {
      const r: Vector3 = [m[row], m[row + 1], m[row + 2]];
      return [
        ...turn.map((axis) => r[0] * axis[0] + r[1] * axis[1] + r[2] * axis[2]),
        scale * (r[0] * center[0] + r[1] * center[1] + r[2] * center[2] + m[row + 3]),
      ];
    });
    return {
      ...view,
      camera: new IntrinsicsCamera({ ...pixelIntrinsics(view.camera, view), view: [...moved, 0, 0, 0, 1] }),
    };
  });
  const move = turn.flatMap((axis) => [
    ...axis.map((value) => scale * value),
    -scale * (axis[0] * center[0] + axis[1] * center[1] + axis[2] * center[2]),
  ]);
  return {
    ...capture,
    views,
    bounds: { center: [0, 0, 0], radius: placedRadius },
    up: up === false ? capture.up : [0, 1, 0],
    fromFiles: product([...move, 0, 0, 0, 1], capture.fromFiles),
  };
}

const identity: readonly Vector3[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** Rows of the smallest turn Q with Q up = y: I + K + K²/(1 + cos) for the cross-product matrix K of up × y; half a turn about x for −y. */
function toUpright(up: Vector3): readonly Vector3[] {
  const length = Math.hypot(...up);
  if (!(length > 1e-12 && length < Infinity)) {
    throw new ArgumentError(`up must be a direction, but is (${up.join(', ')})`);
  }
  const [x, y, z] = up.map((value) => value / length);
  if (y < -1 + 1e-9) {
    return [
      [1, 0, 0],
      [0, -1, 0],
      [0, 0, -1],
    ];
  }
  const [a, b, c] = cross([x, y, z], [0, 1, 0]);
  const k = 1 / (1 + y);
  return [
    [1 - k * (b * b + c * c), k * a * b - c, k * a * c + b],
    [k * a * b + c, 1 - k * (a * a + c * c), k * b * c - a],
    [k * a * c - b, k * b * c + a, 1 - k * (a * a + b * b)],
  ];
}

function product(a: ViewMatrix, b: ViewMatrix): Float64Array {
  return Float64Array.from({ length: 16 }, (_, i) => {
    const [row, column] = [i - (i % 4), i % 4];
    return [0, 1, 2, 3].reduce((sum, k) => sum + a[row + k] * b[4 * k + column], 0);
  });
}
