// From world space to homogeneous positions on the image plane. A camera is a lens (what a subclass adds) and one or several
// views; projection is linear, so both fold into one 4×4 matrix a view.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import { identityView, type ViewMatrix } from './view.ts';

export abstract class Camera {
  /** World to camera, one for each picture. */
  readonly views: readonly ViewMatrix[];
  /** Faces that reach nearer than this to the camera plane are not drawn. In the unit of the scene. */
  readonly near: number;
  /** Camera space to homogeneous image plane: image x = X/w, y = Y/w; Z stays camera-space z. Row-major, 4×4. */
  readonly lens: readonly number[];

  protected constructor(lens: readonly number[], near: number, view: ViewMatrix | readonly ViewMatrix[]) {
    this.lens = lens;
    this.near = near;
    this.views = isViewMatrix(view) ? [view] : view;
    this.views.forEach((matrix, i) => {
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
    if (this.views.length === 0) throw new ArgumentError('a camera needs at least one view, but got none');
  }

  /** The same lens at another place, or at several. */
  abstract withView(view: ViewMatrix | readonly ViewMatrix[]): Camera;

  /**
   * Projects `vertices` [B, V, 3] in world space to [N, V, 4] homogeneous positions: image-plane x = X/w and y = Y/w, both −1 to
   * 1 over the picture; Z = camera-space z (negative in front); w = −z in perspective, 1 orthographic. One view serves the whole
   * batch (N = B); of K·B views, views K·b … K·b+K−1 look at item b (N = K·B), so one mesh can be seen by any number of views.
   *
   * @throws ArgumentError when the number of views is no multiple of the batch.
   */
  project(vertices: tf.Tensor3D): tf.Tensor3D {
    const [batch, count, width] = vertices.shape;
    if (vertices.rank !== 3 || width !== 3) {
      throw new ArgumentError(`vertices must have shape [batch, count, 3], but have [${vertices.shape}]`);
    }
    const views = this.views.length;
    if (views % batch !== 0 && views !== 1) {
      throw new ArgumentError(`${views} views cannot be shared out among ${batch} meshes`);
    }
    return tf.tidy(() => {
      if (views === 1) {
        const { linear, offset } = this.#matrices(1);
        return vertices
          .reshape([-1, 3])
          .matMul(linear.reshape([3, 4]))
          .add(offset)
          .reshape([batch, count, 4]);
      }
      const { linear, offset } = this.#matrices(batch);
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

  /** lens · view, 4×4, row-major. */
  #matrix(view: number): Float64Array {
    const product = new Float64Array(16);
    for (let row = 0; row < 4; row++) {
      for (let column = 0; column < 4; column++) {
        for (let k = 0; k < 4; k++) {
          product[4 * row + column] += this.lens[4 * row + k] * this.views[view][4 * k + column];
        }
      }
    }
    return product;
  }

  /** All views as factors of row vectors: linear part [groups, 3, each·4], the views of a group side by side; offsets [N, 1, 4]. */
  #matrices(groups: number): { linear: tf.Tensor3D; offset: tf.Tensor3D } {
    const views = this.views.length;
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
}

const isViewMatrix = (view: ViewMatrix | readonly ViewMatrix[]): view is ViewMatrix =>
  view.length > 0 && typeof view[0] === 'number';

export interface PerspectiveCameraOptions {
  /** Vertical field of view, above 0 and below 180. */
  fovDegrees: number;
  /** Width of the picture over its height. */
  aspect?: number;
  /** Faces with a vertex nearer than this to the camera plane, or behind it, are not drawn. */
  near?: number;
  /** One view, or one for each picture of a batch. Default: at the origin, looking down −z. */
  view?: ViewMatrix | readonly ViewMatrix[];
}

/** A pinhole camera: w = −z, so what is twice as far looks half as large. */
export class PerspectiveCamera extends Camera {
  readonly #options: PerspectiveCameraOptions;

  constructor(options: PerspectiveCameraOptions) {
    const { fovDegrees, aspect = 1, near = 0.01, view = identityView } = options;
    requireThat(fovDegrees > 0 && fovDegrees < 180, 'fovDegrees', fovDegrees, 'between 0 and 180');
    requireThat(aspect > 0 && aspect < Infinity, 'aspect', aspect, 'positive');
    requireThat(near > 0 && near < Infinity, 'near', near, 'positive');
    const focal = 1 / Math.tan((fovDegrees * Math.PI) / 360);
    super([focal / aspect, 0, 0, 0, 0, focal, 0, 0, 0, 0, 1, 0, 0, 0, -1, 0], near, view);
    this.#options = options;
  }

  override withView(view: ViewMatrix | readonly ViewMatrix[]): PerspectiveCamera {
    return new PerspectiveCamera({ ...this.#options, view });
  }
}

export interface OrthographicCameraOptions {
  /** Half of the height that the picture shows, in the unit of the scene. */
  halfHeight: number;
  /** Width of the picture over its height. */
  aspect?: number;
  /** One view, or one for each picture of a batch. Default: at the origin, looking down −z. */
  view?: ViewMatrix | readonly ViewMatrix[];
}

/** Parallel projection: w = 1. It has no camera plane, so what lies behind the eye is drawn too. */
export class OrthographicCamera extends Camera {
  readonly #options: OrthographicCameraOptions;

  constructor(options: OrthographicCameraOptions) {
    const { halfHeight, aspect = 1, view = identityView } = options;
    requireThat(halfHeight > 0 && halfHeight < Infinity, 'halfHeight', halfHeight, 'positive');
    requireThat(aspect > 0 && aspect < Infinity, 'aspect', aspect, 'positive');
    const scale = 1 / halfHeight;
    super([scale / aspect, 0, 0, 0, 0, scale, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], 0, view);
    this.#options = options;
  }

  override withView(view: ViewMatrix | readonly ViewMatrix[]): OrthographicCamera {
    return new OrthographicCamera({ ...this.#options, view });
  }
}

function requireThat(holds: boolean, name: string, value: number, expected: string): void {
  if (!holds) throw new ArgumentError(`${name} must be ${expected}, but is ${value}`);
}
