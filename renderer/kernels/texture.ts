// Textures at rows of coordinates: bilinear, and between the levels of a pyramid where it is known how far apart pixels are.
//
// Texel (row, column) of a level of W × H has its centre at u = (column + ½)/W, v = 1 − (row + ½)/H. With x = uW − ½, y = (1 − v)H − ½ and
// f their fractions, a level shows T = Σ (1 − f_x or f_x)(1 − f_y or f_y) t, so ∂T/∂u = W ((1 − f_y)(t₀₁ − t₀₀) + f_y (t₁₁ − t₁₀)), and
// ∂T/∂v = −H ((1 − f_x)(t₁₀ − t₀₀) + f_x (t₁₁ − t₀₁)).
//
// A pixel's footprint on the finest level is an ellipse with axes from J = [W u_x, W u_y; H v_x, H v_y]. The squared length of the longer
// one is the larger eigenvalue of JᵀJ, s = ½(A + B) + √(¼(A − B)² + C²), A = |J_x|², B = |J_y|², C = J_x·J_y, and the level of detail is
// λ = ½ log₂ s, as in nvdiffrast (Laine et al., "Modular primitives for high-performance differentiable rendering", ACM Transactions on
// Graphics 2020, section 3.5): smoother than OpenGL's max(A, B), and never less. Between levels T = (1 − f) T_l + f T_{l+1}, f = λ − l.

import type { WrapMode } from '../mesh/mesh.ts';
import { buildPyramid, foldPyramid, type Level, levelsOf, pyramidSize } from './pyramid.ts';
import type { RealArray } from './scene.ts';
import { scratch } from './scratch.ts';

export const wrapModes: readonly WrapMode[] = ['repeat', 'clamp', 'mirror'];

/** A texture, and where its rows and gradients go. */
export interface TextureShape {
  width: number;
  height: number;
  channels: number;
  wrapU: WrapMode;
  wrapV: WrapMode;
}

export interface TexturePyramid extends TextureShape {
  levels: readonly Level[];
  texels: RealArray;
}

/** @param texels [height · width · channels], the top row first. */
export function pyramidOf(shape: TextureShape, texels: RealArray, mipmaps: boolean): TexturePyramid {
  const { width, height, channels } = shape;
  const levels = levelsOf(width, height, channels, mipmaps);
  if (!mipmaps) return { ...shape, levels, texels };
  const all = new (texels.constructor as Float64ArrayConstructor)(pyramidSize(levels, channels));
  all.set(texels);
  buildPyramid(all, levels, channels);
  return { ...shape, levels, texels: all };
}

export interface TextureRows {
  /** [N] texture of each row, −1 = none. */
  which: Int32Array;
  /** [N·2] */
  uv: RealArray;
  /** [N·4] ∂u/∂x, ∂u/∂y, ∂v/∂x, ∂v/∂y from pixel to pixel; absent: the finest level throughout. */
  footprint?: RealArray;
}

/** Where one row looks: four texels of one or two levels. */
class Lookup {
  readonly at = new Int32Array(4);
  fx = 0;
  fy = 0;
  /** Texels per unit of u and of v, downwards. */
  width = 0;
  height = 0;

  set(u: number, v: number, { wrapU, wrapV, channels }: TextureShape, { start, width, height }: Level): void {
    const x = u * width - 0.5;
    const y = (1 - v) * height - 0.5;
    const left = Math.floor(x);
    const top = Math.floor(y);
    this.fx = x - left;
    this.fy = y - top;
    const x0 = wrapped(left, width, wrapU);
    const x1 = wrapped(left + 1, width, wrapU);
    const y0 = wrapped(top, height, wrapV) * width;
    const y1 = wrapped(top + 1, height, wrapV) * width;
    this.at[0] = start + channels * (y0 + x0);
    this.at[1] = start + channels * (y0 + x1);
    this.at[2] = start + channels * (y1 + x0);
    this.at[3] = start + channels * (y1 + x1);
    this.width = width;
    this.height = height;
  }

  /** Adds so much of what is seen to `count` numbers of `output`; a grey texture shows the same in all. */
  addColors(
    texels: RealArray,
    channels: number,
    share: number,
    output: RealArray,
    first: number,
    count: number,
  ): void {
    const { at, fx, fy } = this;
    const a = at[0];
    const b = at[1];
    const c = at[2];
    const d = at[3];
    const step = channels === 1 ? 0 : 1;
    for (let k = 0, j = 0; k < count; k++, j += step) {
      const upper = texels[a + j] + fx * (texels[b + j] - texels[a + j]);
      const lower = texels[c + j] + fx * (texels[d + j] - texels[c + j]);
      output[first + k] += share * (upper + fy * (lower - upper));
    }
  }

  /**
   * With T what is seen and g the upstream gradient: adds share · ∂(g·T) to `texelGradient` and to `slope`, for u and v.
   *
   * @returns g·T
   */
  addGradients(
    texels: RealArray,
    channels: number,
    share: number,
    upstream: RealArray,
    first: number,
    count: number,
    texelGradient: Float64Array,
    slope: Float64Array,
  ): number {
    const { at, fx, fy } = this;
    const a = at[0];
    const b = at[1];
    const c = at[2];
    const d = at[3];
    const step = channels === 1 ? 0 : 1;
    let sum = 0;
    let alongX = 0;
    let alongY = 0;
    for (let k = 0, j = 0; k < count; k++, j += step) {
      const g = upstream[first + k];
      const right = texels[b + j] - texels[a + j];
      const lowerRight = texels[d + j] - texels[c + j];
      const upper = texels[a + j] + fx * right;
      const lower = texels[c + j] + fx * lowerRight;
      sum += g * (upper + fy * (lower - upper));
      alongX += g * (right + fy * (lowerRight - right));
      alongY += g * (lower - upper);
      const own = share * g;
      texelGradient[a + j] += own * (1 - fx) * (1 - fy);
      texelGradient[b + j] += own * fx * (1 - fy);
      texelGradient[c + j] += own * (1 - fx) * fy;
      texelGradient[d + j] += own * fx * fy;
    }
    slope[0] += share * this.width * alongX;
    slope[1] -= share * this.height * alongY;
    return sum;
  }
}

/** The texel that index i of a side shows. */
function wrapped(i: number, size: number, wrap: WrapMode): number {
  if (i >= 0 && i < size) return i;
  if (wrap === 'clamp') return i < 0 ? 0 : size - 1;
  if (wrap === 'repeat') return i - size * Math.floor(i / size);
  const twice = i - 2 * size * Math.floor(i / (2 * size));
  return twice < size ? twice : 2 * size - 1 - twice;
}

/** Level of detail of a row: a level, how far it is to the next, and the gradient of λ with respect to the footprint. */
class Detail {
  level = 0;
  fraction = 0;
  /** ∂λ/∂(footprint); 0 where λ is held at the first or last level. */
  readonly slopes = new Float64Array(4);

  set({ width, height, levels }: TexturePyramid, footprint: RealArray | undefined, i: number): void {
    this.level = 0;
    this.fraction = 0;
    this.slopes.fill(0);
    if (!footprint) return;
    const ux = width * footprint[4 * i];
    const uy = width * footprint[4 * i + 1];
    const vx = height * footprint[4 * i + 2];
    const vy = height * footprint[4 * i + 3];
    const a = ux * ux + vx * vx;
    const b = uy * uy + vy * vy;
    const c = ux * uy + vx * vy;
    const half = 0.5 * (a - b);
    const root = Math.sqrt(half * half + c * c);
    const s = 0.5 * (a + b) + root;
    const last = levels.length - 1;
    const detail = 0.5 * Math.log2(s);
    if (!(detail > 0)) return;
    if (!(detail < last)) {
      this.level = last;
      return;
    }
    this.level = Math.floor(detail);
    this.fraction = detail - this.level;
    // ds = ½(dA + dB) + (½(A − B)·½(dA − dB) + C dC)/root; a circle has no longer axis, and the second term's mean is 0.
    const [p, q] = root > 1e-12 * s ? [half / root, c / root] : [0, 0];
    const scale = 0.5 / (s * Math.LN2);
    this.slopes[0] = scale * width * ((1 + p) * ux + q * uy);
    this.slopes[1] = scale * width * ((1 - p) * uy + q * ux);
    this.slopes[2] = scale * height * ((1 + p) * vx + q * vy);
    this.slopes[3] = scale * height * ((1 - p) * vy + q * vx);
  }
}

const isKnown = ({ uv, footprint }: TextureRows, i: number): boolean =>
  Number.isFinite(uv[2 * i] + uv[2 * i + 1]) &&
  (!footprint ||
    Number.isFinite(footprint[4 * i] + footprint[4 * i + 1] + footprint[4 * i + 2] + footprint[4 * i + 3]));

/**
 * Writes [N·width]: what textures show, a grey one in all channels, of others the first `width`; 1 in rows without a texture or with
 * coordinates that are not finite.
 */
export function sample(
  textures: readonly TexturePyramid[],
  rows: TextureRows,
  width: number,
  output: RealArray,
): void {
  const { which, uv, footprint } = rows;
  const [near, far, detail] = [new Lookup(), new Lookup(), new Detail()];
  for (let i = 0; i < which.length; i++) {
    if (which[i] < 0 || !isKnown(rows, i)) {
      for (let c = 0; c < width; c++) output[i * width + c] = 1;
      continue;
    }
    const texture = textures[which[i]];
    const { texels, levels, channels } = texture;
    detail.set(texture, footprint, i);
    near.set(uv[2 * i], uv[2 * i + 1], texture, levels[detail.level]);
    if (detail.fraction > 0) far.set(uv[2 * i], uv[2 * i + 1], texture, levels[detail.level + 1]);
    for (let c = 0; c < width; c++) output[i * width + c] = 0;
    near.addColors(texels, channels, 1 - detail.fraction, output, i * width, width);
    if (detail.fraction > 0) far.addColors(texels, channels, detail.fraction, output, i * width, width);
  }
}

export interface TextureGradients {
  /** One for each texture, [H·W·C]; added to. */
  texels: readonly RealArray[];
  uv: RealArray;
  footprint?: RealArray;
}

const texelSums = scratch(Float64Array);

/** Given dL/d(output of sample), adds the gradients of texels, coordinates and footprints. */
export function sampleBackward(
  textures: readonly TexturePyramid[],
  rows: TextureRows,
  width: number,
  upstream: RealArray,
  gradients: TextureGradients,
): void {
  const { which, uv, footprint } = rows;
  const [near, far, detail] = [new Lookup(), new Lookup(), new Detail()];
  const slope = new Float64Array(2);
  // In double precision, as many rows may meet in one texel.
  const total = textures.reduce((sum, { texels }) => sum + texels.length, 0);
  const all = texelSums(total).fill(0, 0, total);
  let start = 0;
  const pyramids = textures.map(({ texels }) => {
    start += texels.length;
    return all.subarray(start - texels.length, start);
  });
  for (let i = 0; i < which.length; i++) {
    if (which[i] < 0 || !isKnown(rows, i)) continue;
    const texture = textures[which[i]];
    const pyramid = pyramids[which[i]];
    const { texels, levels, channels } = texture;
    detail.set(texture, footprint, i);
    const { fraction, slopes } = detail;
    near.set(uv[2 * i], uv[2 * i + 1], texture, levels[detail.level]);
    if (fraction > 0) far.set(uv[2 * i], uv[2 * i + 1], texture, levels[detail.level + 1]);
    slope.fill(0);
    const at = i * width;
    const ofNear = near.addGradients(texels, channels, 1 - fraction, upstream, at, width, pyramid, slope);
    const ofFar =
      fraction > 0
        ? far.addGradients(texels, channels, fraction, upstream, at, width, pyramid, slope)
        : ofNear;
    gradients.uv[2 * i] += slope[0];
    gradients.uv[2 * i + 1] += slope[1];
    if (gradients.footprint) {
      for (let k = 0; k < 4; k++) gradients.footprint[4 * i + k] += (ofFar - ofNear) * slopes[k];
    }
  }
  textures.forEach(({ levels, channels }, t) => {
    foldPyramid(pyramids[t], levels, channels);
    const into = gradients.texels[t];
    for (let k = 0; k < into.length; k++) into[k] += pyramids[t][k];
  });
}
