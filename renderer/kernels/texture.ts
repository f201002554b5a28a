// Textures at rows of coordinates: bilinear, and between the levels of a pyramid where it is known how far apart pixels are.
//
// Texel (row, column) of a level of W × H has its centre at u = (column + ½)/W, v = 1 − (row + ½)/H. With x = uW − ½, y = (1 − v)H − ½ and
// f their fractions, a level shows T = Σ (1 − f_x or f_x)(1 − f_y or f_y) t, so ∂T/∂u = W ((1 − f_y)(t₀₁ − t₀₀) + f_y (t₁₁ − t₁₀)), and
// ∂T/∂v = −H ((1 − f_x)(t₁₀ − t₀₀) + f_x (t₁₁ − t₀₁)).
//
// A pixel's footprint on the finest level is an ellipse with axes from J = [W u_x, W u_y; H v_x, H v_y]. The squared length of the longer one
// is the larger eigenvalue of JᵀJ, s = ½(A + B) + √(¼(A − B)² + C²), A = |J_x|², B = |J_y|², C = J_x·J_y, and the level of detail is
// λ = ½ log₂ s, as in nvdiffrast (Laine et al., "Modular primitives for high-performance differentiable rendering", ACM Transactions on
// Graphics 2020, section 3.5): smoother than OpenGL's max(A, B), and never less. Between levels T = (1 − f) T_l + f T_{l+1}, f = λ − l.

import { buildPyramid, foldPyramid, type Level, levelsOf, pyramidSize } from './pyramid.ts';
import type { RealArray } from './scene.ts';

export const wrapModes = ['repeat', 'clamp', 'mirror'] as const;

export type Wrap = (typeof wrapModes)[number];

/** A texture, and where its rows and gradients go. */
export interface TextureShape {
  width: number;
  height: number;
  channels: number;
  wrapU: Wrap;
  wrapV: Wrap;
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

  value(texels: RealArray, c: number): number {
    const { at, fx, fy } = this;
    const upper = texels[at[0] + c] + fx * (texels[at[1] + c] - texels[at[0] + c]);
    const lower = texels[at[2] + c] + fx * (texels[at[3] + c] - texels[at[2] + c]);
    return upper + fy * (lower - upper);
  }

  alongU(texels: RealArray, c: number): number {
    const { at, fy, width } = this;
    const upper = texels[at[1] + c] - texels[at[0] + c];
    const lower = texels[at[3] + c] - texels[at[2] + c];
    return width * (upper + fy * (lower - upper));
  }

  alongV(texels: RealArray, c: number): number {
    const { at, fx, height } = this;
    const left = texels[at[2] + c] - texels[at[0] + c];
    const right = texels[at[3] + c] - texels[at[1] + c];
    return -height * (left + fx * (right - left));
  }

  addTo(gradient: RealArray, c: number, value: number): void {
    const { at, fx, fy } = this;
    gradient[at[0] + c] += value * (1 - fx) * (1 - fy);
    gradient[at[1] + c] += value * fx * (1 - fy);
    gradient[at[2] + c] += value * (1 - fx) * fy;
    gradient[at[3] + c] += value * fx * fy;
  }
}

/** The texel that index i of a side shows. */
function wrapped(i: number, size: number, wrap: Wrap): number {
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
    for (let c = 0; c < width; c++) {
      const channel = channels === 1 ? 0 : c;
      const value = near.value(texels, channel);
      output[i * width + c] =
        detail.fraction > 0 ? value + detail.fraction * (far.value(texels, channel) - value) : value;
    }
  }
}

export interface TextureGradients {
  /** One for each texture, [H·W·C]; added to. */
  texels: readonly RealArray[];
  uv: RealArray;
  footprint?: RealArray;
}

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
  // In double precision, as many rows may meet in one texel.
  const pyramids = textures.map(({ texels }) => new Float64Array(texels.length));
  for (let i = 0; i < which.length; i++) {
    if (which[i] < 0 || !isKnown(rows, i)) continue;
    const texture = textures[which[i]];
    const pyramid = pyramids[which[i]];
    const { texels, levels, channels } = texture;
    detail.set(texture, footprint, i);
    const { fraction, slopes } = detail;
    near.set(uv[2 * i], uv[2 * i + 1], texture, levels[detail.level]);
    if (fraction > 0) far.set(uv[2 * i], uv[2 * i + 1], texture, levels[detail.level + 1]);
    let [alongU, alongV, alongDetail] = [0, 0, 0];
    for (let c = 0; c < width; c++) {
      const g = upstream[i * width + c];
      if (g === 0) continue;
      const channel = channels === 1 ? 0 : c;
      near.addTo(pyramid, channel, g * (1 - fraction));
      alongU += g * (1 - fraction) * near.alongU(texels, channel);
      alongV += g * (1 - fraction) * near.alongV(texels, channel);
      if (fraction === 0) continue;
      far.addTo(pyramid, channel, g * fraction);
      alongU += g * fraction * far.alongU(texels, channel);
      alongV += g * fraction * far.alongV(texels, channel);
      alongDetail += g * (far.value(texels, channel) - near.value(texels, channel));
    }
    gradients.uv[2 * i] += alongU;
    gradients.uv[2 * i + 1] += alongV;
    if (gradients.footprint) {
      for (let k = 0; k < 4; k++) gradients.footprint[4 * i + k] += alongDetail * slopes[k];
    }
  }
  textures.forEach(({ levels, channels }, t) => {
    foldPyramid(pyramids[t], levels, channels);
    const into = gradients.texels[t];
    for (let k = 0; k < into.length; k++) into[k] += pyramids[t][k];
  });
}
