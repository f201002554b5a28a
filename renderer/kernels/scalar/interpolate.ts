// Attributes at fragments, I = Σ_k b_k u_k (DIB-R, equation 2), and back. Neighbouring fragments mostly belong to one face, so
// everything works on runs of them, a channel at a time, with the face's three numbers at hand.
//
// Back, with upstream gradient g on I: ∂L/∂u_k = Σ_p g b_k =: G_k, and the weights' gradient ∂L/∂b_j = Σ_c g_c u_jc is never
// stored, as all that positions need of it (weights.ts) is, with h = Σ_c g_c I_c,
//     S_jk = Σ_p (∂L/∂b_j − h) b_k = Σ_c u_jc G_kc − H_k,     H_k = Σ_p h b_k.
// Since Σ b = 1, u may be measured from the first corner's, u_j − u_a, which keeps large offsets out of the difference.

import type { AttributeRows, Fragments, Picture, RealArray, Scene } from '../scene.ts';
import { scratch } from '../scratch.ts';
import { type FaceSums, faceSumsOf, sumsBackward } from './weights.ts';

export function interpolate(
  scene: Scene,
  { faces, weights, itemStarts }: Fragments,
  { values, channels, indices, rowStarts }: AttributeRows,
  output: RealArray,
): void {
  const width = channels | 0;
  for (let b = 0; b < scene.items.length; b++) {
    const faceStart = scene.items[b].faceStart | 0;
    const rowStart = rowStarts[b] | 0;
    const itemEnd = itemStarts[b + 1] | 0;
    let end = 0;
    for (let start = itemStarts[b] | 0; start < itemEnd; start = end) {
      const face = faces[start] | 0;
      end = start + 1;
      if (face < 0) continue;
      while (end < itemEnd && faces[end] === face) end++;
      const corner = 3 * (faceStart + face);
      const u = (rowStart + indices[corner]) * width;
      const v = (rowStart + indices[corner + 1]) * width;
      const t = (rowStart + indices[corner + 2]) * width;
      if (width === 3) {
        interpolateTriples(weights, start, end, values, u, v, t, output);
        continue;
      }
      for (let c = 0; c < width; c++) {
        const uc = values[u + c];
        const vc = values[v + c];
        const tc = values[t + c];
        let at = start * width + c;
        for (let k = 3 * start; k < 3 * end; k += 3, at += width) {
          output[at] = weights[k] * uc + weights[k + 1] * vc + weights[k + 2] * tc;
        }
      }
    }
  }
}

/** Colours, the common case: nine numbers in registers make it 1.6 times as fast. */
function interpolateTriples(
  weights: RealArray,
  start: number,
  end: number,
  values: RealArray,
  u: number,
  v: number,
  t: number,
  output: RealArray,
): void {
  const u0 = values[u];
  const u1 = values[u + 1];
  const u2 = values[u + 2];
  const v0 = values[v];
  const v1 = values[v + 1];
  const v2 = values[v + 2];
  const t0 = values[t];
  const t1 = values[t + 1];
  const t2 = values[t + 2];
  for (let k = 3 * start; k < 3 * end; k += 3) {
    const wu = weights[k];
    const wv = weights[k + 1];
    const wt = weights[k + 2];
    output[k] = wu * u0 + wv * v0 + wt * t0;
    output[k + 1] = wu * u1 + wv * v1 + wt * t1;
    output[k + 2] = wu * u2 + wv * v2 + wt * t2;
  }
}

const rowSums = scratch(Float64Array);

export function interpolateBackward(
  scene: Scene,
  picture: Picture,
  fragments: Fragments,
  attributes: AttributeRows,
  upstream: RealArray,
  attributeGradient: RealArray,
  positionGradient: RealArray,
): void {
  const rowGradient = rowSums(attributeGradient.length).fill(0, 0, attributeGradient.length);
  for (let b = 0; b < scene.items.length; b++) {
    const item = scene.items[b];
    const faceSums = faceSumsOf(item.faceCount);
    sumOverPixels(fragments, attributes, b, item.faceStart, upstream, rowGradient, faceSums);
    sumsBackward(scene, item, picture, faceSums, positionGradient);
  }
  for (let i = 0; i < attributeGradient.length; i++) attributeGradient[i] += rowGradient[i];
}

/** Adds G into the rows of attributes and S into the sums of faces, for the fragments of item b. */
function sumOverPixels(
  { faces, weights, itemStarts }: Fragments,
  { values, channels, indices, rowStarts }: AttributeRows,
  b: number,
  faceStart: number,
  upstream: RealArray,
  rowGradient: Float64Array,
  { sums, touched }: FaceSums,
): void {
  const width = channels | 0;
  const rowStart = rowStarts[b] | 0;
  const itemEnd = itemStarts[b + 1] | 0;
  let end = 0;
  for (let start = itemStarts[b] | 0; start < itemEnd; start = end) {
    const face = faces[start] | 0;
    end = start + 1;
    if (face < 0) continue;
    while (end < itemEnd && faces[end] === face) end++;
    const corner = 3 * (faceStart + face);
    const u = (rowStart + indices[corner]) * width;
    const v = (rowStart + indices[corner + 1]) * width;
    const t = (rowStart + indices[corner + 2]) * width;
    touched[face] = 1;
    if (width === 3) {
      sumTriples(weights, start, end, values, u, v, t, upstream, rowGradient, sums, 9 * face);
      continue;
    }
    const s = 9 * face;
    let ha = 0;
    let hb = 0;
    let hc = 0;
    for (let c = 0; c < width; c++) {
      const uc = values[u + c];
      const vc = values[v + c] - uc;
      const tc = values[t + c] - uc;
      let ga = 0;
      let gb = 0;
      let gc = 0;
      let at = start * width + c;
      for (let k = 3 * start; k < 3 * end; k += 3, at += width) {
        const wb = weights[k + 1];
        const wc = weights[k + 2];
        const g = upstream[at];
        const h = g * (wb * vc + wc * tc);
        const wa = weights[k];
        ga += g * wa;
        gb += g * wb;
        gc += g * wc;
        ha += h * wa;
        hb += h * wb;
        hc += h * wc;
      }
      rowGradient[u + c] += ga;
      rowGradient[v + c] += gb;
      rowGradient[t + c] += gc;
      sums[s + 3] += vc * ga;
      sums[s + 4] += vc * gb;
      sums[s + 5] += vc * gc;
      sums[s + 6] += tc * ga;
      sums[s + 7] += tc * gb;
      sums[s + 8] += tc * gc;
    }
    for (let j = 0; j < 9; j += 3) {
      sums[s + j] -= ha;
      sums[s + j + 1] -= hb;
      sums[s + j + 2] -= hc;
    }
  }
}

/** The same for one run of colours, three channels at once: 1.3 times as fast. */
function sumTriples(
  weights: RealArray,
  start: number,
  end: number,
  values: RealArray,
  u: number,
  v: number,
  t: number,
  upstream: RealArray,
  rowGradient: Float64Array,
  sums: Float64Array,
  s: number,
): void {
  const v0 = values[v] - values[u];
  const v1 = values[v + 1] - values[u + 1];
  const v2 = values[v + 2] - values[u + 2];
  const t0 = values[t] - values[u];
  const t1 = values[t + 1] - values[u + 1];
  const t2 = values[t + 2] - values[u + 2];
  let ga0 = 0;
  let ga1 = 0;
  let ga2 = 0;
  let gb0 = 0;
  let gb1 = 0;
  let gb2 = 0;
  let gc0 = 0;
  let gc1 = 0;
  let gc2 = 0;
  let ha = 0;
  let hb = 0;
  let hc = 0;
  for (let k = 3 * start; k < 3 * end; k += 3) {
    const wa = weights[k];
    const wb = weights[k + 1];
    const wc = weights[k + 2];
    const g0 = upstream[k];
    const g1 = upstream[k + 1];
    const g2 = upstream[k + 2];
    const h = wb * (g0 * v0 + g1 * v1 + g2 * v2) + wc * (g0 * t0 + g1 * t1 + g2 * t2);
    ga0 += g0 * wa;
    ga1 += g1 * wa;
    ga2 += g2 * wa;
    gb0 += g0 * wb;
    gb1 += g1 * wb;
    gb2 += g2 * wb;
    gc0 += g0 * wc;
    gc1 += g1 * wc;
    gc2 += g2 * wc;
    ha += h * wa;
    hb += h * wb;
    hc += h * wc;
  }
  rowGradient[u] += ga0;
  rowGradient[u + 1] += ga1;
  rowGradient[u + 2] += ga2;
  rowGradient[v] += gb0;
  rowGradient[v + 1] += gb1;
  rowGradient[v + 2] += gb2;
  rowGradient[t] += gc0;
  rowGradient[t + 1] += gc1;
  rowGradient[t + 2] += gc2;
  sums[s] -= ha;
  sums[s + 1] -= hb;
  sums[s + 2] -= hc;
  sums[s + 3] += v0 * ga0 + v1 * ga1 + v2 * ga2 - ha;
  sums[s + 4] += v0 * gb0 + v1 * gb1 + v2 * gb2 - hb;
  sums[s + 5] += v0 * gc0 + v1 * gc1 + v2 * gc2 - hc;
  sums[s + 6] += t0 * ga0 + t1 * ga1 + t2 * ga2 - ha;
  sums[s + 7] += t0 * gb0 + t1 * gb1 + t2 * gb2 - hb;
  sums[s + 8] += t0 * gc0 + t1 * gc1 + t2 * gc2 - hc;
}
