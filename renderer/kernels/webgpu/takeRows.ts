// Rows of a table by their numbers, where the numbers come from a calculation that has no gradient.

import * as tf from '@tensorflow/tfjs';

/**
 * [N, C] rows of a table [R, C], differentiable in it. Unlike `tf.gather`, it lets `rows` [N] depend on what is differentiated: no
 * gradient goes that way. Rows that are taken several times get their gradients in the order in which threads come.
 */
export function takeRows(table: tf.Tensor2D, rows: tf.Tensor1D): tf.Tensor2D {
  const count = table.shape[0];
  const apply = tf.customGrad((...args) => {
    const [given, save] = args as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    save([rows]);
    const gradFunc = (upstream: tf.Tensor, [taken]: tf.Tensor[]) =>
      tf.unsortedSegmentSum(upstream as tf.Tensor2D, taken as tf.Tensor1D, count);
    return { value: tf.gather(given, rows), gradFunc };
  });
  return apply(table) as tf.Tensor2D;
}
