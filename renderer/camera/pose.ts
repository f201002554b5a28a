// Where a camera stands as something to optimise: rotation and translation as tensors that any step leaves valid.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import { checkedView, type Vector3, type ViewMatrix } from './view.ts';

export interface Pose {
  /**
   * [N, 3]: axis times angle in radians, smooth everywhere, the zero rotation included. Or [N, 6]: two vectors whose Gram-Schmidt
   * orthonormalisation gives the first two columns of the matrix, neither zero nor parallel; without axis-angle's jump at π.
   */
  rotation: tf.Tensor2D;
  /** [N, 3]: the world's origin, as the camera sees it. */
  translation: tf.Tensor2D;
}

/**
 * Views [N, 4, 4], world to camera, p ↦ R p + t, for `view` of a camera. Differentiable. Axis-angle by Rodrigues' formula, 6D after
 * Zhou et al., "On the Continuity of Rotation Representations in Neural Networks", 2019.
 *
 * @throws ArgumentError on wrong shapes.
 */
export function poseMatrix({ rotation, translation }: Pose): tf.Tensor3D {
  const [count, width] = rotation.shape;
  if (rotation.rank !== 2 || (width !== 3 && width !== 6)) {
    throw new ArgumentError(`rotation must have shape [views, 3] or [views, 6], but has [${rotation.shape}]`);
  }
  if (translation.rank !== 2 || translation.shape[0] !== count || translation.shape[1] !== 3) {
    throw new ArgumentError(`translation must have shape [${count}, 3], but has [${translation.shape}]`);
  }
  return tf.tidy(() => rigidMatrices(width === 3 ? rodrigues(rotation) : gramSchmidt(rotation), translation));
}

/** Rotations [N, 3, 3] and translations [N, 3] as views [N, 4, 4]. */
export function rigidMatrices(rotations: tf.Tensor3D, translations: tf.Tensor2D): tf.Tensor3D {
  const [count] = rotations.shape;
  const upper = tf.concat([rotations, translations.expandDims(2)], 2);
  return tf.concat([upper, tf.tensor3d([0, 0, 0, 1], [1, 1, 4]).tile([count, 1, 1])], 1) as tf.Tensor3D;
}

/** Below this squared angle, series replace quotients that lose digits and, at 0, have no value. */
const smallSquare = 0.25;

/**
 * R = I + a K + b K² for the cross-product matrix K of v, with θ = |v|, a = sin θ / θ and b = (1 − cos θ)/θ² = 2 sin²(θ/2)/θ².
 * Both are power series in θ², cut off where the next term is below single precision.
 */
function rodrigues(vectors: tf.Tensor2D): tf.Tensor3D {
  const square = vectors.square().sum(1);
  // Each branch sees an argument of its own range, and 0 or 1 times its value, so that none brings a NaN into the gradient.
  const isLarge = square.sub(smallSquare).step();
  const isSmall = tf.sub(1, isLarge);
  const large = square.mul(isLarge).add(isSmall);
  const small = square.mul(isSmall);
  const series = (...coefficients: number[]) =>
    coefficients.reduceRight<tf.Tensor>((sum, c) => sum.mul(small).add(c), tf.zerosLike(small));
  const angle = large.sqrt();
  const half = angle.mul(0.5).sin().div(angle);
  const either = (whenSmall: tf.Tensor, whenLarge: tf.Tensor) =>
    whenSmall.mul(isSmall).add(whenLarge.mul(isLarge));
  const a = either(series(1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880), angle.sin().div(angle));
  const b = either(series(1 / 2, -1 / 24, 1 / 720, -1 / 40320, 1 / 3628800), half.square().mul(2));
  // K² = v vᵀ − θ² I.
  const [x, y, z] = tf.unstack(vectors, 1);
  const [ax, ay, az] = [a.mul(x), a.mul(y), a.mul(z)];
  const [xy, xz, yz] = [b.mul(x).mul(y), b.mul(x).mul(z), b.mul(y).mul(z)];
  const diagonal = (p: tf.Tensor, q: tf.Tensor) => tf.sub(1, b.mul(p.square().add(q.square())));
  return tf
    .stack(
      [
        ...[diagonal(y, z), xy.sub(az), xz.add(ay)],
        ...[xy.add(az), diagonal(x, z), yz.sub(ax)],
        ...[xz.sub(ay), yz.add(ax), diagonal(x, y)],
      ],
      1,
    )
    .reshape([-1, 3, 3]);
}

/** The matrices whose columns are e₁ = a/|a|, e₂ = b − (e₁·b) e₁ at length 1, and e₁ × e₂. */
function gramSchmidt(pairs: tf.Tensor2D): tf.Tensor3D {
  const [a, b] = tf.split(pairs, 2, 1);
  // The addend only matters for vectors that are as good as zero.
  const unit = (v: tf.Tensor) => v.div(v.square().sum(1, true).add(1e-30).sqrt());
  const first = unit(a);
  const second = unit(b.sub(first.mul(b).sum(1, true).mul(first)));
  const [x, y, z] = tf.unstack(first, 1);
  const [u, v, w] = tf.unstack(second, 1);
  const third = tf.stack([y.mul(w).sub(z.mul(v)), z.mul(u).sub(x.mul(w)), x.mul(v).sub(y.mul(u))], 1);
  return tf.stack([first, second, third], 2) as tf.Tensor3D;
}

/**
 * Axis times angle in radians (the angle from 0 to π) and translation of a view: where an optimisation begins.
 *
 * @throws ArgumentError where the view is not rigid.
 */
export function poseOf(view: ViewMatrix): { rotation: Vector3; translation: Vector3 } {
  const m = checkedView('view', view);
  const [x, y, z, w] = quaternion(m);
  const sine = Math.hypot(x, y, z);
  const scale = sine < 1e-12 ? 2 : (2 * Math.atan2(sine, w)) / sine;
  return { rotation: [scale * x, scale * y, scale * z], translation: [m[3], m[7], m[11]] };
}

/** (x, y, z, w) with w ≥ 0, from whichever of the four is largest, so that nothing small is divided by. */
function quaternion(m: ViewMatrix): [number, number, number, number] {
  const [xx, yy, zz] = [m[0], m[5], m[10]];
  const squares = [1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz, 1 + xx + yy + zz];
  const largest = squares.indexOf(Math.max(...squares));
  const [x, y, z] = [m[9] - m[6], m[2] - m[8], m[4] - m[1]];
  const [xy, xz, yz] = [m[4] + m[1], m[2] + m[8], m[9] + m[6]];
  const rows = [
    [squares[0], xy, xz, x],
    [xy, squares[1], yz, y],
    [xz, yz, squares[2], z],
    [x, y, z, squares[3]],
  ];
  const scale = (rows[largest][3] < 0 ? -0.5 : 0.5) / Math.sqrt(squares[largest]);
  return rows[largest].map((value) => value * scale) as [number, number, number, number];
}
