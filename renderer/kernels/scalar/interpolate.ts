// Attributes at fragments, I = Σ_k w_k u_k (DIB-R, equation 2), and back: ∂I/∂u_k = w_k, ∂I/∂w_k = u_k. Neighbouring fragments
// mostly belong to one face, so its rows are looked up once a run.

import type { AttributeRows, Fragments, Reals, Scene } from '../kernels.ts';
import { scratch } from '../scratch.ts';

export function interpolate(
  scene: Scene,
  { faces, weights, itemStarts }: Fragments,
  { values, channels, indices, rowStarts }: AttributeRows,
  output: Reals,
): void {
  const width = channels | 0;
  for (let b = 0; b < scene.items.length; b++) {
    const faceStart = scene.items[b].faceStart | 0;
    const rowStart = rowStarts[b] | 0;
    const end = itemStarts[b + 1] | 0;
    let i = itemStarts[b] | 0;
    while (i < end) {
      const face = faces[i] | 0;
      if (face < 0) {
        i++;
        continue;
      }
      const corner = 3 * (faceStart + face);
      const u = (rowStart + indices[corner]) * width;
      const v = (rowStart + indices[corner + 1]) * width;
      const t = (rowStart + indices[corner + 2]) * width;
      do {
        const wu = weights[3 * i];
        const wv = weights[3 * i + 1];
        const wt = weights[3 * i + 2];
        const at = i * width;
        for (let c = 0; c < width; c++) {
          output[at + c] = wu * values[u + c] + wv * values[v + c] + wt * values[t + c];
        }
        i++;
      } while (i < end && faces[i] === face);
    }
  }
}

const sums = scratch(Float64Array);

export function interpolateBackward(
  scene: Scene,
  { faces, weights, itemStarts }: Fragments,
  { values, channels, indices, rowStarts }: AttributeRows,
  upstream: Reals,
  attributeGradient: Reals,
  weightGradient: Reals,
): void {
  const width = channels | 0;
  const rowGradient = sums(attributeGradient.length).fill(0, 0, attributeGradient.length);
  for (let b = 0; b < scene.items.length; b++) {
    const faceStart = scene.items[b].faceStart | 0;
    const rowStart = rowStarts[b] | 0;
    const end = itemStarts[b + 1] | 0;
    let i = itemStarts[b] | 0;
    while (i < end) {
      const face = faces[i] | 0;
      if (face < 0) {
        i++;
        continue;
      }
      const corner = 3 * (faceStart + face);
      const u = (rowStart + indices[corner]) * width;
      const v = (rowStart + indices[corner + 1]) * width;
      const t = (rowStart + indices[corner + 2]) * width;
      do {
        const wu = weights[3 * i];
        const wv = weights[3 * i + 1];
        const wt = weights[3 * i + 2];
        const at = i * width;
        let gu = 0;
        let gv = 0;
        let gt = 0;
        for (let c = 0; c < width; c++) {
          const g = upstream[at + c];
          gu += g * values[u + c];
          gv += g * values[v + c];
          gt += g * values[t + c];
          rowGradient[u + c] += g * wu;
          rowGradient[v + c] += g * wv;
          rowGradient[t + c] += g * wt;
        }
        weightGradient[3 * i] = gu;
        weightGradient[3 * i + 1] = gv;
        weightGradient[3 * i + 2] = gt;
        i++;
      } while (i < end && faces[i] === face);
    }
  }
  for (let i = 0; i < attributeGradient.length; i++) attributeGradient[i] += rowGradient[i];
}
