// How attributes change over the picture: u as a function of the image point p = (x, y, 1), on the plane of the face that a fragment
// is of. In any precision, so it serves every implementation.
//
// With M = [X; Y; w] the face's homogeneous corners as columns, A = M⁻¹, q = A p, D = Σ q_k, weights are b = q/D (weights.ts), and as
// M q = p, the last row says Σ q_k w_k = 1: 1/D = Σ b_k w_k =: W, the fragment's own w. So
//     ∂u/∂x = Σ_k u_k ∂b_k/∂x = W Σ_k A_kx (u_k − u),     likewise y,
// needs no p, and holds for weights clipped to the face, too. Back, from gradients Ā of A:  M̄ = −Aᵀ Ā Aᵀ.
// Weights linear in the picture have M = [x; y; 1] and W = 1.

import type { AttributeRows, Fragments, Picture, RealArray, Scene } from './scene.ts';

/** What derivatives are computed from: attributes at corners, at fragments, and w at fragments (absent: 1). */
export interface DerivativeInputs {
  attributes: AttributeRows;
  /** [N·C] */
  rows: RealArray;
  /** [N] */
  depths?: RealArray;
}

/** Where gradients of `DerivativeInputs` and of positions are added. */
export interface DerivativeGradients {
  attributes: RealArray;
  rows: RealArray;
  depths?: RealArray;
  positions: RealArray;
}

/** Writes [N·2C]: for each channel ∂u/∂x and ∂u/∂y per pixel, y upwards. Fragments of faces without area get 0. */
export function pixelDerivatives(
  scene: Scene,
  picture: Picture,
  fragments: Fragments,
  { attributes, rows, depths }: DerivativeInputs,
  output: RealArray,
): void {
  const { values, channels } = attributes;
  const [xScale, yScale] = [2 / picture.width, 2 / picture.height];
  eachRun(scene, picture, fragments, attributes, (start, end, plane) => {
    const { inverse: m, corners } = plane;
    for (let i = start; i < end; i++) {
      const w = depths ? depths[i] : 1;
      for (let c = 0; c < channels; c++) {
        const here = rows[i * channels + c];
        let x = 0;
        let y = 0;
        for (let k = 0; k < 3; k++) {
          const difference = values[corners[k] * channels + c] - here;
          x += m[3 * k] * difference;
          y += m[3 * k + 1] * difference;
        }
        output[2 * (i * channels + c)] = xScale * w * x;
        output[2 * (i * channels + c) + 1] = yScale * w * y;
      }
    }
  });
}

/** Given dL/d(output of pixelDerivatives), adds the gradients of everything that it was computed from. */
export function pixelDerivativesBackward(
  scene: Scene,
  picture: Picture,
  fragments: Fragments,
  { attributes, rows, depths }: DerivativeInputs,
  upstream: RealArray,
  gradients: DerivativeGradients,
): void {
  const { values, channels } = attributes;
  const [xScale, yScale] = [2 / picture.width, 2 / picture.height];
  // Ā, its last column zero.
  const inverseGradient = new Float64Array(9);
  eachRun(scene, picture, fragments, attributes, (start, end, plane) => {
    const { inverse: m, corners } = plane;
    inverseGradient.fill(0);
    for (let i = start; i < end; i++) {
      const w = depths ? depths[i] : 1;
      let depthGradient = 0;
      for (let c = 0; c < channels; c++) {
        const at = i * channels + c;
        const gx = xScale * upstream[2 * at];
        const gy = yScale * upstream[2 * at + 1];
        if (gx === 0 && gy === 0) continue;
        for (let k = 0; k < 3; k++) {
          const value = corners[k] * channels + c;
          const difference = values[value] - rows[at];
          const along = gx * m[3 * k] + gy * m[3 * k + 1];
          depthGradient += along * difference;
          gradients.attributes[value] += w * along;
          gradients.rows[at] -= w * along;
          inverseGradient[3 * k] += w * gx * difference;
          inverseGradient[3 * k + 1] += w * gy * difference;
        }
      }
      if (gradients.depths) gradients.depths[i] += depthGradient;
    }
    plane.addGradient(inverseGradient, gradients.positions);
  });
}

/** Calls `visit` for every run of neighbouring fragments of one face that has a plane. */
function eachRun(
  scene: Scene,
  picture: Picture,
  { faces, itemStarts }: Fragments,
  { indices, rowStarts }: AttributeRows,
  visit: (start: number, end: number, plane: Plane) => void,
): void {
  const plane = new Plane(scene, picture);
  const { vertices, corners } = plane;
  scene.items.forEach(({ vertexStart, faceStart }, b) => {
    const last = itemStarts[b + 1];
    let end = 0;
    for (let start = itemStarts[b]; start < last; start = end) {
      const face = faces[start];
      end = start + 1;
      if (face < 0) continue;
      while (end < last && faces[end] === face) end++;
      const at = 3 * (faceStart + face);
      for (let k = 0; k < 3; k++) {
        vertices[k] = vertexStart + scene.faces[at + k];
        corners[k] = rowStarts[b] + indices[at + k];
      }
      if (plane.solve()) visit(start, end, plane);
    }
  });
}

/** The plane of the face that a loop is at, over the picture. */
class Plane {
  /** Rows of positions of the face's corners, and of the attributes there. */
  readonly vertices = new Int32Array(3);
  readonly corners = new Int32Array(3);
  /** A, row-major: row k for corner k. */
  readonly inverse = new Float64Array(9);
  /** M, row-major. */
  readonly #matrix = new Float64Array(9);
  /** w of the corners where M holds divided positions of homogeneous ones, else 1. */
  readonly #divisors = new Float64Array(3).fill(1);
  /** On a column of M. */
  readonly #gradient = new Float64Array(3);
  readonly #positions: RealArray;
  readonly #stride: number;
  readonly #isHomogeneous: boolean;

  constructor({ positions, stride }: Scene, { perspectiveCorrect }: Picture) {
    this.#positions = positions;
    this.#stride = stride;
    this.#isHomogeneous = stride === 4 && perspectiveCorrect;
  }

  get #isDivided(): boolean {
    return this.#stride === 4 && !this.#isHomogeneous;
  }

  /** Computes A of the face with these `vertices`. Whether there is one. */
  solve(): boolean {
    const positions = this.#positions;
    const m = this.#matrix;
    const inverse = this.inverse;
    const divisors = this.#divisors;
    for (let k = 0; k < 3; k++) {
      const at = this.#stride * this.vertices[k];
      if (this.#isDivided) divisors[k] = positions[at + 3];
      m[k] = positions[at] / divisors[k];
      m[3 + k] = positions[at + 1] / divisors[k];
      m[6 + k] = this.#isHomogeneous ? positions[at + 3] : 1;
    }
    for (let k = 0; k < 3; k++) {
      const a = (k + 1) % 3;
      const b = (k + 2) % 3;
      inverse[3 * k] = m[3 + a] * m[6 + b] - m[6 + a] * m[3 + b];
      inverse[3 * k + 1] = m[6 + a] * m[b] - m[a] * m[6 + b];
      inverse[3 * k + 2] = m[a] * m[3 + b] - m[3 + a] * m[b];
    }
    const determinant = m[0] * inverse[0] + m[3] * inverse[1] + m[6] * inverse[2];
    let isKnown = true;
    for (let i = 0; i < 9; i++) {
      inverse[i] /= determinant;
      isKnown &&= Number.isFinite(inverse[i]);
    }
    return isKnown;
  }

  /** Adds −Aᵀ Ā Aᵀ to the gradients of the corners. */
  addGradient(inverseGradient: Float64Array, positionGradient: RealArray): void {
    const a = this.inverse;
    const m = this.#matrix;
    const gradient = this.#gradient;
    for (let k = 0; k < 3; k++) {
      gradient.fill(0);
      for (let row = 0; row < 3; row++) {
        for (let j = 0; j < 3; j++) {
          gradient[row] -=
            a[3 * j + row] * (inverseGradient[3 * j] * a[3 * k] + inverseGradient[3 * j + 1] * a[3 * k + 1]);
        }
      }
      const at = this.#stride * this.vertices[k];
      const divisor = this.#divisors[k];
      positionGradient[at] += gradient[0] / divisor;
      positionGradient[at + 1] += gradient[1] / divisor;
      if (this.#isDivided) {
        positionGradient[at + 3] -= (gradient[0] * m[k] + gradient[1] * m[3 + k]) / divisor;
      } else if (this.#isHomogeneous) {
        positionGradient[at + 3] += gradient[2];
      }
    }
  }
}
