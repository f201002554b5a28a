// SoftRas in one go, for attributes that are colours already: faces stream by, and a pixel keeps a handful of numbers.
//
// With z̄_j = (far − ζ_j)/(far − near) and m the largest of ε and the z̄ so far, a pixel holds A = Σ D_j e^{(z̄_j − m)/γ} C_j and
// S = e^{(ε − m)/γ} + Σ D_j e^{(z̄_j − m)/γ}; a new largest z̄ scales both by e^{(m − z̄)/γ}, so nothing ever overflows. I = A/S.
// Back, with ω_j = D_j e^{(z̄_j − m)/γ}/S and upstream gradients g of I and g_α of α:
//     ∂L/∂C_j = ω_j g     ∂L/∂z̄_j = ω_j g·(C_j − I)/γ     ∂L/∂D_j = (ω_j/D_j) g·(C_j − I) + g_α Π_{i≠j} (1 − D_i)
// and, as ∂D/∂(δd²) = D(1 − D)/σ, α's part of ∂L/∂(δd²) is g_α D_j (1 − α)/σ, without a division by 1 − D.

import type { AttributeRows, Picture, RealArray, Scene } from '../scene.ts';
import { scratch } from '../scratch.ts';
import type { SoftOptions } from '../softAggregate.ts';
import { decay, longest } from './decay.ts';
import { hiddenFrom, SoftFace } from './softFace.ts';

/** What a pixel keeps, whatever the number of faces: 44 bytes for three channels, 4 for a silhouette. */
export interface SoftPixels {
  /** Π(1 − D), Σ D, or 1 where no D exceeds ½: by `alpha`. */
  survival: Float32Array;
  /** m, or for hard colours −ζ of the face that is seen. */
  highest: Float64Array;
  /** S. */
  sums: Float64Array;
  /** A while faces stream by, then I. In double precision, as differences from it are divided by γ. */
  colors: Float64Array;
  /** The face that is seen, for hard colours; −1 for none. */
  chosen: Int32Array;
}

const colorsOfCorners = scratch(Float64Array);
const gradientsOfCorners = scratch(Float64Array);
const rowSums = scratch(Float64Array);

export function softPicture(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  attributes: AttributeRows,
  background: RealArray,
  output: RealArray,
): SoftPixels {
  const { width, height } = picture;
  const { alpha } = options;
  const channels = attributes.channels | 0;
  const pixels = width * height;
  const all = pixels * scene.items.length;
  const hard = options.color === 'hard';
  const painted = channels > 0;
  const state: SoftPixels = {
    survival: new Float32Array(all).fill(alpha === 'sum' ? 0 : 1),
    highest: new Float64Array(painted ? all : 0).fill(hard ? Number.NEGATIVE_INFINITY : options.epsilon),
    sums: new Float64Array(painted ? all : 0).fill(1),
    colors: new Float64Array(channels * all),
    chosen: new Int32Array(hard && painted ? all : 0).fill(-1),
  };
  const { survival, highest, sums, colors } = state;
  for (let i = 0; i < colors.length; i++) colors[i] = background[i % channels];

  const face = new SoftFace(scene, picture, options);
  const u = colorsOfCorners(3 * channels);
  const blur = hiddenFrom(options) * options.gamma;
  for (let b = 0; b < scene.items.length; b++) {
    const item = scene.items[b];
    face.startItem(item);
    for (let f = 0; f < item.faceCount; f++) {
      if (!face.toFace(f)) continue;
      const colored = face.colored && painted;
      if (colored) readCorners(attributes, b, item.faceStart + f, u);
      for (let row = face.firstRow; row <= face.lastRow; row++) {
        face.coverRow(row);
        const start = b * pixels + row * width;
        const { coverage, miss, firstColumn, lastColumn } = face;
        let seen = false;
        for (let column = firstColumn; column <= lastColumn; column++) {
          const d = coverage[column];
          if (d < 0) continue;
          const pixel = start + column;
          if (alpha === 'product') survival[pixel] *= miss[column];
          else if (alpha === 'sum') survival[pixel] += d;
          else if (d > 0.5) survival[pixel] = 0;
          if (colored && highest[pixel] - blur <= face.highest) seen = true;
        }
        if (!seen) continue;
        face.weighRow();
        if (hard) chooseNearest(face, options, f, start, u, channels, state);
        else if (channels === 3) blendTriples(face, options, start, u, state);
        else blendRow(face, options, start, u, channels, state);
      }
    }
    const perFace = 1 / Math.max(1, item.faceCount);
    for (let pixel = b * pixels, to = pixel * (channels + 1); pixel < (b + 1) * pixels; pixel++) {
      const scale = painted ? 1 / sums[pixel] : 1;
      for (let at = pixel * channels; at < (pixel + 1) * channels; at++) {
        colors[at] *= scale;
        output[to++] = colors[at];
      }
      output[to++] = alpha === 'sum' ? survival[pixel] * perFace : 1 - survival[pixel];
    }
  }
  return state;
}

/** Colours of a face's corners: three numbers a channel. */
function readCorners(
  { values, channels, indices, rowStarts }: AttributeRows,
  b: number,
  face: number,
  u: Float64Array,
): void {
  for (let k = 0; k < 3; k++) {
    const row = (rowStarts[b] + indices[3 * face + k]) * channels;
    for (let c = 0; c < channels; c++) u[3 * c + k] = values[row + c];
  }
}

/** Adds the pixels of a row, from number `start` on, to A and S. */
function blendRow(
  { firstColumn, lastColumn, coverage, depth, b0, b1, b2 }: SoftFace,
  options: SoftOptions,
  start: number,
  u: Float64Array,
  channels: number,
  { highest, sums, colors }: SoftPixels,
): void {
  const { gamma, near, far } = options;
  const hidden = hiddenFrom(options);
  const perGamma = 1 / gamma;
  const perRange = 1 / (far - near);
  for (let column = firstColumn; column <= lastColumn; column++) {
    const d = coverage[column];
    const z = depth[column];
    if (d < 0 || !(z >= near && z <= far)) continue;
    const pixel = start + column;
    const level = (far - z) * perRange;
    const gap = (level - highest[pixel]) * perGamma;
    if (gap < -hidden) continue;
    const at = pixel * channels;
    let weight = d;
    if (gap > 0) {
      const scale = gap > longest ? 0 : decay(gap);
      highest[pixel] = level;
      sums[pixel] *= scale;
      for (let c = 0; c < channels; c++) colors[at + c] *= scale;
    } else {
      weight *= decay(-gap);
    }
    sums[pixel] += weight;
    const w0 = weight * b0[column];
    const w1 = weight * b1[column];
    const w2 = weight * b2[column];
    for (let c = 0, k = 0; c < channels; c++, k += 3) {
      colors[at + c] += w0 * u[k] + w1 * u[k + 1] + w2 * u[k + 2];
    }
  }
}

/** The same for colours, the common case, with nine numbers in registers. */
function blendTriples(
  { firstColumn, lastColumn, coverage, depth, b0, b1, b2 }: SoftFace,
  options: SoftOptions,
  start: number,
  u: Float64Array,
  { highest, sums, colors }: SoftPixels,
): void {
  const { gamma, near, far } = options;
  const hidden = hiddenFrom(options);
  const u0 = u[0];
  const v0 = u[1];
  const t0 = u[2];
  const u1 = u[3];
  const v1 = u[4];
  const t1 = u[5];
  const u2 = u[6];
  const v2 = u[7];
  const t2 = u[8];
  const perGamma = 1 / gamma;
  const perRange = 1 / (far - near);
  const last = lastColumn | 0;
  for (let column = firstColumn | 0; column <= last; column++) {
    const d = coverage[column];
    const z = depth[column];
    if (d < 0 || !(z >= near && z <= far)) continue;
    const pixel = (start + column) | 0;
    const level = (far - z) * perRange;
    const gap = (level - highest[pixel]) * perGamma;
    if (gap < -hidden) continue;
    const at = (3 * pixel) | 0;
    let weight = d;
    let scale = 1;
    if (gap > 0) {
      scale = gap > longest ? 0 : decay(gap);
      highest[pixel] = level;
    } else {
      weight *= decay(-gap);
    }
    sums[pixel] = sums[pixel] * scale + weight;
    const wu = weight * b0[column];
    const wv = weight * b1[column];
    const wt = weight * b2[column];
    colors[at] = colors[at] * scale + wu * u0 + wv * v0 + wt * t0;
    colors[at + 1] = colors[at + 1] * scale + wu * u1 + wv * v1 + wt * t1;
    colors[at + 2] = colors[at + 2] * scale + wu * u2 + wv * v2 + wt * t2;
  }
}

/** The face is seen where it covers a pixel and is nearer than all before. */
function chooseNearest(
  { firstColumn, lastColumn, coverage, inside, depth, b0, b1, b2 }: SoftFace,
  { near, far }: SoftOptions,
  f: number,
  start: number,
  u: Float64Array,
  channels: number,
  { highest, colors, chosen }: SoftPixels,
): void {
  for (let column = firstColumn; column <= lastColumn; column++) {
    const z = depth[column];
    if (coverage[column] < 0 || inside[column] === 0 || !(z >= near && z <= far)) continue;
    const pixel = start + column;
    if (!(-Math.fround(z) > highest[pixel])) continue;
    highest[pixel] = -Math.fround(z);
    chosen[pixel] = f;
    for (let c = 0, k = 0; c < channels; c++, k += 3) {
      colors[pixel * channels + c] = b0[column] * u[k] + b1[column] * u[k + 1] + b2[column] * u[k + 2];
    }
  }
}

export function softPictureBackward(
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  attributes: AttributeRows,
  _background: RealArray,
  state: SoftPixels,
  upstream: RealArray,
  attributeGradient: RealArray,
  positionGradient: RealArray,
): void {
  const { width, height } = picture;
  const { alpha, sigma } = options;
  const channels = attributes.channels | 0;
  const pixels = width * height;
  const hard = options.color === 'hard';
  const { survival, highest, chosen } = state;
  const perSigma = 1 / sigma;
  const blur = hiddenFrom(options) * options.gamma;
  const face = new SoftFace(scene, picture, options);
  const u = colorsOfCorners(3 * channels);
  const gu = gradientsOfCorners(3 * channels);
  const rowGradient = rowSums(attributeGradient.length).fill(0, 0, attributeGradient.length);
  for (let b = 0; b < scene.items.length; b++) {
    const item = scene.items[b];
    const perFace = perSigma / Math.max(1, item.faceCount);
    face.startItem(item);
    for (let f = 0; f < item.faceCount; f++) {
      if (!face.toFace(f)) continue;
      const colored = face.colored && channels > 0;
      if (colored) {
        readCorners(attributes, b, item.faceStart + f, u);
        gu.fill(0, 0, 3 * channels);
      }
      for (let row = face.firstRow; row <= face.lastRow; row++) {
        face.coverRow(row);
        const start = b * pixels + row * width;
        const { coverage, miss, firstColumn, lastColumn, distanceGradient } = face;
        let seen = false;
        for (let column = firstColumn; column <= lastColumn; column++) {
          const d = coverage[column];
          if (d < 0) continue;
          const pixel = start + column;
          const g = upstream[pixel * (channels + 1) + channels];
          if (alpha === 'product') distanceGradient[column] = g * survival[pixel] * d * perSigma;
          else if (alpha === 'sum') distanceGradient[column] = g * d * miss[column] * perFace;
          if (colored && (hard ? chosen[pixel] === f : highest[pixel] - blur <= face.highest)) seen = true;
        }
        if (seen) {
          face.weighRow();
          if (hard) hearChosen(face, f, start, u, channels, state, upstream, gu);
          else if (channels === 3) hearTriples(face, options, start, u, state, upstream, gu);
          else hearRow(face, options, start, u, channels, state, upstream, gu);
        }
        face.addRow(seen);
      }
      face.finishFace();
      if (colored) addCorners(attributes, b, item.faceStart + f, gu, rowGradient);
    }
    face.finishItem(positionGradient);
  }
  for (let i = 0; i < attributeGradient.length; i++) attributeGradient[i] += rowGradient[i];
}

/** Gradients of a row of blended colours: of D, ζ and b, left in the face, and of the corners' colours, added into `gu`. */
function hearRow(
  face: SoftFace,
  options: SoftOptions,
  start: number,
  u: Float64Array,
  channels: number,
  { highest, sums, colors }: SoftPixels,
  upstream: RealArray,
  gu: Float64Array,
): void {
  const { sigma, gamma, near, far } = options;
  const hidden = hiddenFrom(options);
  const { firstColumn, lastColumn, coverage, miss, depth, b0, b1, b2 } = face;
  const { heard, g0, g1, g2, distanceGradient, depthGradient } = face;
  const perGamma = 1 / gamma;
  const perRange = 1 / (far - near);
  const perSigma = 1 / sigma;
  for (let column = firstColumn; column <= lastColumn; column++) {
    const d = coverage[column];
    const z = depth[column];
    if (d < 0 || !(z >= near && z <= far)) continue;
    const pixel = start + column;
    const gap = (highest[pixel] - (far - z) * perRange) * perGamma;
    if (gap > hidden) continue;
    const share = decay(gap < 0 ? 0 : gap) / sums[pixel];
    const weight = share * d;
    const w0 = weight * b0[column];
    const w1 = weight * b1[column];
    const w2 = weight * b2[column];
    const from = pixel * (channels + 1);
    const own = pixel * channels;
    let h0 = 0;
    let h1 = 0;
    let h2 = 0;
    let blended = 0;
    for (let c = 0, k = 0; c < channels; c++, k += 3) {
      const g = upstream[from + c];
      h0 += g * u[k];
      h1 += g * u[k + 1];
      h2 += g * u[k + 2];
      blended += g * colors[own + c];
      gu[k] += g * w0;
      gu[k + 1] += g * w1;
      gu[k + 2] += g * w2;
    }
    const excess = b0[column] * h0 + b1[column] * h1 + b2[column] * h2 - blended;
    distanceGradient[column] += weight * excess * miss[column] * perSigma;
    heard[column] = 1;
    g0[column] = weight * h0;
    g1[column] = weight * h1;
    g2[column] = weight * h2;
    depthGradient[column] = -weight * excess * perGamma * perRange;
  }
}

/** The same for colours, with nine numbers in registers, and nine sums. */
function hearTriples(
  face: SoftFace,
  options: SoftOptions,
  start: number,
  u: Float64Array,
  { highest, sums, colors }: SoftPixels,
  upstream: RealArray,
  gu: Float64Array,
): void {
  const { sigma, gamma, near, far } = options;
  const hidden = hiddenFrom(options);
  const { firstColumn, lastColumn, coverage, miss, depth, b0, b1, b2 } = face;
  const { heard, g0, g1, g2, distanceGradient, depthGradient } = face;
  const perGamma = 1 / gamma;
  const perRange = 1 / (far - near);
  const perSigma = 1 / sigma;
  const u0 = u[0];
  const v0 = u[1];
  const t0 = u[2];
  const u1 = u[3];
  const v1 = u[4];
  const t1 = u[5];
  const u2 = u[6];
  const v2 = u[7];
  const t2 = u[8];
  const perDepth = -perGamma * perRange;
  let gu0 = 0;
  let gu1 = 0;
  let gu2 = 0;
  let gv0 = 0;
  let gv1 = 0;
  let gv2 = 0;
  let gt0 = 0;
  let gt1 = 0;
  let gt2 = 0;
  const last = lastColumn | 0;
  for (let column = firstColumn | 0; column <= last; column++) {
    const d = coverage[column];
    const z = depth[column];
    if (d < 0 || !(z >= near && z <= far)) continue;
    const pixel = (start + column) | 0;
    const gap = (highest[pixel] - (far - z) * perRange) * perGamma;
    if (gap > hidden) continue;
    const weight = (decay(gap < 0 ? 0 : gap) * d) / sums[pixel];
    const at = (3 * pixel) | 0;
    const from = (4 * pixel) | 0;
    const r = upstream[from] * weight;
    const g = upstream[from + 1] * weight;
    const b = upstream[from + 2] * weight;
    const wu = b0[column];
    const wv = b1[column];
    const wt = b2[column];
    gu0 += r * wu;
    gu1 += g * wu;
    gu2 += b * wu;
    gv0 += r * wv;
    gv1 += g * wv;
    gv2 += b * wv;
    gt0 += r * wt;
    gt1 += g * wt;
    gt2 += b * wt;
    const hu = r * u0 + g * u1 + b * u2;
    const hv = r * v0 + g * v1 + b * v2;
    const ht = r * t0 + g * t1 + b * t2;
    const excess = wu * hu + wv * hv + wt * ht - r * colors[at] - g * colors[at + 1] - b * colors[at + 2];
    distanceGradient[column] += excess * miss[column] * perSigma;
    heard[column] = 1;
    g0[column] = hu;
    g1[column] = hv;
    g2[column] = ht;
    depthGradient[column] = excess * perDepth;
  }
  gu[0] += gu0;
  gu[1] += gv0;
  gu[2] += gt0;
  gu[3] += gu1;
  gu[4] += gv1;
  gu[5] += gt1;
  gu[6] += gu2;
  gu[7] += gv2;
  gu[8] += gt2;
}

/** The same for hard colours: the weights of the face that is seen are all that moves. */
function hearChosen(
  face: SoftFace,
  f: number,
  start: number,
  u: Float64Array,
  channels: number,
  { chosen }: SoftPixels,
  upstream: RealArray,
  gu: Float64Array,
): void {
  const { firstColumn, lastColumn, coverage, b0, b1, b2, heard, g0, g1, g2, depthGradient } = face;
  for (let column = firstColumn; column <= lastColumn; column++) {
    const pixel = start + column;
    if (coverage[column] < 0 || chosen[pixel] !== f) continue;
    heard[column] = 1;
    g0[column] = g1[column] = g2[column] = depthGradient[column] = 0;
    for (let c = 0, k = 0; c < channels; c++, k += 3) {
      const g = upstream[pixel * (channels + 1) + c];
      g0[column] += g * u[k];
      g1[column] += g * u[k + 1];
      g2[column] += g * u[k + 2];
      gu[k] += g * b0[column];
      gu[k + 1] += g * b1[column];
      gu[k + 2] += g * b2[column];
    }
  }
}

function addCorners(
  { channels, indices, rowStarts }: AttributeRows,
  b: number,
  face: number,
  gu: Float64Array,
  rowGradient: Float64Array,
): void {
  for (let k = 0; k < 3; k++) {
    const row = (rowStarts[b] + indices[3 * face + k]) * channels;
    for (let c = 0; c < channels; c++) rowGradient[row + c] += gu[3 * c + k];
  }
}
