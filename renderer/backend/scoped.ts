// Work with tensors whose result is made of none.

import * as tf from '@tensorflow/tfjs';

/** What `work` returns, which must hold no tensors: all that it made are disposed of, also when it throws. */
export function scoped<Result>(work: () => Result): Result {
  tf.engine().startScope();
  try {
    return work();
  } finally {
    tf.engine().endScope();
  }
}
