// Nearest neighbours between two batches of points, a thread a point, by trying all of its item's.

import * as tf from '@tensorflow/tfjs';
import { main, program, run } from './program.ts';
import { indices } from './scene.ts';

const nearestRow = program({
  name: 'nearestRow',
  tensors: ['points', 'items', 'others', 'otherStarts'],
  numbers: {},
  code: main(`
    let point = vec3<f32>(points[3 * index], points[3 * index + 1], points[3 * index + 2]);
    let item = items[index];
    var nearest = 3.4e38;
    var found = otherStarts[item];
    for (var i = otherStarts[item]; i < otherStarts[item + 1]; i++) {
      let way = vec3<f32>(others[3 * i], others[3 * i + 1], others[3 * i + 2]) - point;
      let squared = dot(way, way);
      if (squared < nearest) {
        nearest = squared;
        found = i;
      }
    }
    result[index] = found;`),
});

/** Points of a batch, one item after another: rows starts[b] … starts[b + 1] − 1 are those of item b. */
export interface PointRows {
  /** Three numbers a row. */
  values: tf.Tensor;
  /** [B + 1] */
  starts: Int32Array;
}

/** int32 [rows of `points`]: for each, the row of the nearest of the `others` of its item, of equal ones the first. Not differentiable. */
export function nearestRows(points: PointRows, others: PointRows): tf.Tensor1D {
  const count = points.starts[points.starts.length - 1];
  const items = new Int32Array(count);
  for (let b = 0; b + 1 < points.starts.length; b++) items.fill(b, points.starts[b], points.starts[b + 1]);
  return tf.tidy(() =>
    run(
      nearestRow,
      count,
      {
        points: points.values,
        items: indices(items),
        others: others.values,
        otherStarts: indices(others.starts),
      },
      [count],
      'int32',
    ),
  ) as tf.Tensor1D;
}
