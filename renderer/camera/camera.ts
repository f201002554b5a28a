// From world space to homogeneous positions on the image plane. A camera is a lens and one or several views; projection is linear,
// so both fold into one 4×4 matrix a view. Either may be made of tensors, and then has gradients.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import type { Lens, LensRow } from './lens.ts';
import type { ViewMatrix } from './view.ts';

/** World to camera: one view, or one for each picture of a batch, as numbers or as a tensor [N, 4, 4] (see `poseMatrix`). */
export type Views = ViewMatrix | readonly ViewMatrix[] | tf.Tensor3D;

export class Camera {
  /** What of faces is nearer than this to the camera plane is cut off. In the unit of the scene; 0: nothing is. */
  readonly near: number;
  readonly lens: Lens;
  /** How many pictures of a scene the camera takes. */
  readonly viewCount: number;
  readonly #views: readonly ViewMatrix[] | tf.Tensor3D;

  /** @throws ArgumentError on views that are none, or whose number is not that of the lenses. */
  constructor(lens: Lens, near: number, view: Views) {
    this.lens = lens;
    this.near = near;
    this.#views = checkedViews(view);
    const views = this.#views instanceof tf.Tensor ? this.#views.shape[0] : this.#views.length;
    if (views === 0) throw new ArgumentError('a camera needs at least one view, but got none');
    if (views !== 1 && lens.count !== 1 && views !== lens.count) {
      throw new ArgumentError(`${views} views cannot be seen through ${lens.count} lenses`);
    }
    this.viewCount = Math.max(views, lens.count);
  }

  /** The same lens at another place, or at several. */
  withView(view: Views): Camera {
    return new Camera(this.lens, this.near, view);
  }

  /** The camera of `count` of its views, from `start` on. */
  subset(start: number, count: number): Camera {
    const { rows, count: lenses, ...lens } = this.lens;
    const chosen = (): Lens['rows'] => {
      if (typeof rows === 'function') return () => tf.tidy(() => rows().slice([start, 0], [count, 4]));
      return rows.slice(start, start + count);
    };
    const views = this.#views;
    const own = (views instanceof tf.Tensor ? views.shape[0] : views.length) > 1;
    return new Camera(
      lenses === 1 ? this.lens : { ...lens, rows: chosen(), count },
      this.near,
      !own
        ? views
        : views instanceof tf.Tensor
          ? tf.tidy(() => views.slice([start, 0, 0], [count, 4, 4]))
          : views.slice(start, start + count),
    );
  }

  /** Whether neither views nor lens are tensors. */
  get isNumeric(): boolean {
    return !(this.#views instanceof tf.Tensor) && typeof this.lens.rows !== 'function';
  }

  /** World to camera, one for each picture. @throws ArgumentError where they are a tensor. */
  get views(): readonly ViewMatrix[] {
    const views = this.#numericViews();
    return views.length === this.viewCount ? views : Array.from({ length: this.viewCount }, () => views[0]);
  }

  /** [N, 4, 4]: `views` as a tensor, with gradients where they were given as one. */
  viewMatrices(): tf.Tensor3D {
    return tf.tidy(() => {
      const views = this.#views;
      if (!(views instanceof tf.Tensor)) {
        return tf.tensor3d(Float32Array.from(this.views.flatMap((view) => Array.from(view))), [
          this.viewCount,
          4,
          4,
        ]);
      }
      return views.shape[0] === this.viewCount ? views.clone() : views.tile([this.viewCount, 1, 1]);
    });
  }

  /**
   * [N, 4]: in world space, where each view is seen from: (eye, 1) in perspective; without it, where there is no eye, (direction
   * towards the viewer, 0). So `xyz − w · point` points from a point to the viewer in both. For views that are rigid.
   */
  viewpoints(): tf.Tensor2D {
    return tf.tidy(() => {
      const views = this.viewMatrices();
      const rotations = views.slice([0, 0, 0], [-1, 3, 3]);
      const { perspective } = this.lens;
      const places = perspective
        ? rotations
            .mul(views.slice([0, 0, 3], [-1, 3, 1]))
            .sum(1)
            .neg()
        : rotations.slice([0, 2, 0], [-1, 1, 3]).reshape([this.viewCount, 3]);
      return tf.concat([places, tf.fill([this.viewCount, 1], perspective ? 1 : 0)], 1) as tf.Tensor2D;
    });
  }

  /** The camera as it is now, in numbers: reads tensors back and cuts gradients off. */
  toNumeric(): Camera {
    const { rows, ...lens } = this.lens;
    const views = this.#views;
    return new Camera(
      { ...lens, rows: typeof rows === 'function' ? lensRows(tf.tidy(() => rows().dataSync())) : rows },
      this.near,
      views instanceof tf.Tensor ? chunks(views.dataSync(), 16) : views,
    );
  }

  /**
   * Projects `vertices` [B, V, 3] in world space to [N, V, 4] homogeneous positions: image-plane x = X/w and y = Y/w, both −1 to
   * 1 over the picture; Z = camera-space z (negative in front); w = −z in perspective, 1 orthographic. One view serves the whole
   * batch (N = B); of K·B views, views K·b … K·b+K−1 look at item b (N = K·B), so one mesh can be seen by any number of views.
   * Differentiable in the vertices, and in whatever of the camera is a tensor.
   *
   * @throws ArgumentError when the number of views is no multiple of the batch.
   */
  project(vertices: tf.Tensor3D): tf.Tensor3D {
    const [batch, count, width] = vertices.shape;
    if (vertices.rank !== 3 || width !== 3) {
      throw new ArgumentError(`vertices must have shape [batch, count, 3], but have [${vertices.shape}]`);
    }
    const views = this.viewCount;
    if (views % batch !== 0 && views !== 1) {
      throw new ArgumentError(`${views} views cannot be shared out among ${batch} meshes`);
    }
    return tf.tidy(() => {
      const factors = (groups: number) =>
        this.isNumeric ? this.#numericFactors(groups) : this.#tensorFactors(groups);
      if (views === 1) {
        const { linear, offset } = factors(1);
        return vertices
          .reshape([-1, 3])
          .matMul(linear.reshape([3, 4]))
          .add(offset)
          .reshape([batch, count, 4]);
      }
      const { linear, offset } = factors(batch);
      const each = views / batch;
      const seen = vertices.matMul(linear);
      if (each === 1) return seen.add(offset) as tf.Tensor3D;
      return seen
        .reshape([batch, count, each, 4])
        .transpose([0, 2, 1, 3])
        .reshape([views, count, 4])
        .add(offset) as tf.Tensor3D;
    });
  }

  /**
   * `project` in double precision for one view, without tensors: [V·3] coordinates in, [V·4] out.
   *
   * @throws ArgumentError where the camera has tensors, or no such view.
   */
  projectOnHost(points: ArrayLike<number>, view = 0): Float64Array {
    const m = this.#matrix(view);
    const count = points.length / 3;
    const positions = new Float64Array(4 * count);
    for (let v = 0; v < count; v++) {
      for (let row = 0; row < 4; row++) {
        positions[4 * v + row] =
          m[4 * row] * points[3 * v] +
          m[4 * row + 1] * points[3 * v + 1] +
          m[4 * row + 2] * points[3 * v + 2] +
          m[4 * row + 3];
      }
    }
    return positions;
  }

  /**
   * How the lens maps one view of camera space to the image plane.
   *
   * @throws ArgumentError where the lens has tensors, or there is no such view.
   */
  lensRow(view = 0): LensRow {
    const { rows, count } = this.lens;
    if (typeof rows === 'function') {
      throw new ArgumentError('the lens of this camera is a tensor: take toNumeric() for its present values');
    }
    if (!(view >= 0 && view < this.viewCount)) {
      throw new ArgumentError(`the camera has views 0 to ${this.viewCount - 1}, but no view ${view}`);
    }
    return rows[count === 1 ? 0 : view];
  }

  #numericViews(): readonly ViewMatrix[] {
    if (this.#views instanceof tf.Tensor) {
      throw new ArgumentError(
        'the views of this camera are a tensor: take viewMatrices(), or toNumeric() for their present values',
      );
    }
    return this.#views;
  }

  /** From world space to the homogeneous image plane, 4×4, row-major. */
  #matrix(index: number): Float64Array {
    const [scaleX, scaleY, offsetX, offsetY] = this.lensRow(index);
    const views = this.#numericViews();
    const view = views[views.length === 1 ? 0 : index];
    const { perspective } = this.lens;
    const product = new Float64Array(16);
    for (let column = 0; column < 4; column++) {
      const z = view[8 + column];
      const w = perspective ? 0 - z : view[12 + column];
      product[column] = scaleX * view[column] + offsetX * w;
      product[4 + column] = scaleY * view[4 + column] + offsetY * w;
      product[8 + column] = z;
      product[12 + column] = w;
    }
    return product;
  }

  /** All views as factors of row vectors: linear part [groups, 3, each·4], the views of a group side by side; offsets [N, 1, 4]. */
  #numericFactors(groups: number): { linear: tf.Tensor3D; offset: tf.Tensor3D } {
    const views = this.viewCount;
    const each = views / groups;
    const linear = new Float32Array(12 * views);
    const offset = new Float32Array(4 * views);
    for (let n = 0; n < views; n++) {
      const m = this.#matrix(n);
      const group = Math.floor(n / each);
      for (let row = 0; row < 4; row++) {
        for (let k = 0; k < 3; k++) {
          linear[(3 * group + k) * 4 * each + 4 * (n % each) + row] = m[4 * row + k];
        }
        offset[4 * n + row] = m[4 * row + 3];
      }
    }
    return {
      linear: tf.tensor3d(linear, [groups, 3, 4 * each]),
      offset: tf.tensor3d(offset, [views, 1, 4]),
    };
  }

  /** The same out of tensor operations. */
  #tensorFactors(groups: number): { linear: tf.Tensor3D; offset: tf.Tensor3D } {
    const views = this.viewCount;
    const { rows, perspective } = this.lens;
    const lenses = typeof rows === 'function' ? rows() : tf.tensor2d(rows.map((row) => [...row]));
    const [scaleX, scaleY, offsetX, offsetY] = tf.split(lenses, 4, 1);
    const [x, y, z, last] = tf.unstack(this.viewMatrices(), 1);
    const w = perspective ? z.neg() : last;
    const matrices = tf.stack(
      [scaleX.mul(x).add(offsetX.mul(w)), scaleY.mul(y).add(offsetY.mul(w)), z, w],
      1,
    );
    return {
      linear: matrices
        .slice([0, 0, 0], [-1, -1, 3])
        .reshape([groups, views / groups, 4, 3])
        .transpose([0, 3, 1, 2])
        .reshape([groups, 3, (4 * views) / groups]),
      offset: matrices.slice([0, 0, 3], [-1, -1, 1]).reshape([views, 1, 4]),
    };
  }
}

function checkedViews(view: Views): readonly ViewMatrix[] | tf.Tensor3D {
  if (view instanceof tf.Tensor) {
    const { shape } = view;
    if (shape.length !== 3 || shape[1] !== 4 || shape[2] !== 4) {
      throw new ArgumentError(`view must be a tensor [views, 4, 4], but has shape [${shape}]`);
    }
    return view;
  }
  const views = isViewMatrix(view) ? [view] : view;
  views.forEach((matrix, i) => {
    if (matrix.length !== 16 || !Array.prototype.every.call(matrix, Number.isFinite)) {
      throw new ArgumentError(`view[${i}] must be sixteen finite numbers (4×4, row-major)`);
    }
    const lastRow = Array.from(matrix.slice(12));
    if (lastRow.some((value, k) => Math.abs(value - (k === 3 ? 1 : 0)) > 1e-6)) {
      throw new ArgumentError(
        `view[${i}] must have the last row 0 0 0 1, but has ${lastRow.join(' ')}: is it column-major?`,
      );
    }
  });
  return views;
}

const isViewMatrix = (view: ViewMatrix | readonly ViewMatrix[]): view is ViewMatrix =>
  view.length > 0 && typeof view[0] === 'number';

const chunks = (values: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, i) =>
    Array.prototype.slice.call(values, i * width, (i + 1) * width),
  );

const lensRows = (values: ArrayLike<number>): LensRow[] =>
  chunks(values, 4).map(([a, b, c, d]) => [a, b, c, d]);
