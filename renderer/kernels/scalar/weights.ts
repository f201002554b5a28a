// From gradients of barycentric weights to gradients of positions, through nine running sums a face.
//
// Let M = [X; Y; w] be the 3×3 matrix whose columns are a face's homogeneous corners, and A its inverse (Olano and Greer, Triangle
// scan conversion using 2D homogeneous coordinates, 1997). At image point p = (x, y, 1), q = A p satisfies M q = p, and the
// perspective-correct weights are b = q / D, D = Σ q_k. Then
//     ∂L/∂q_j = (g_j − ḡ) / D   with g = ∂L/∂b, ḡ = Σ_k b_k g_k,
//     ∂q = −A ∂M q,  so  ∂L/∂M = −Aᵀ Σ_p (∂L/∂q) qᵀ = −Aᵀ S,  S_jk = Σ_p (g_j − ḡ) b_k,
// where D has cancelled. Weights linear in the image plane are the same with M = [x; y; 1], whose last row is constant.

import type { Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { scratch } from '../scratch.ts';
import { addPlanarGradient, projectVertices } from './vertices.ts';

/** S of every face of a mesh, nine numbers each in the order aa ab ac ba bb bc ca cb cc, and which faces have any. */
export interface FaceSums {
  sums: Float64Array;
  touched: Uint8Array;
}

const sumsOfFaces = scratch(Float64Array);
const touchedFaces = scratch(Uint8Array);
const vertexSums = scratch(Float64Array);

/** Sums for so many faces, all zero. Overwritten by the next call. */
export function faceSumsOf(faceCount: number): FaceSums {
  return {
    sums: sumsOfFaces(9 * faceCount).fill(0, 0, 9 * faceCount),
    touched: touchedFaces(faceCount).fill(0, 0, faceCount),
  };
}

export function weightsBackward(
  scene: Scene,
  picture: Picture,
  { faces, weights, itemStarts }: Fragments,
  weightGradient: RealArray,
  positionGradient: RealArray,
): void {
  scene.items.forEach((item, b) => {
    const faceSums = faceSumsOf(item.faceCount);
    sumOverPixels(faces, weights, weightGradient, itemStarts[b], itemStarts[b + 1], faceSums);
    sumsBackward(scene, item, picture, faceSums, positionGradient);
  });
}

/** Adds −Aᵀ S of every face to the gradients of one mesh's positions. */
export function sumsBackward(
  scene: Scene,
  item: MeshRange,
  picture: Picture,
  { sums, touched }: FaceSums,
  positionGradient: RealArray,
): void {
  const { faces, stride } = scene;
  const homogeneous = stride === 4 && picture.perspectiveCorrect;
  const vertices = projectVertices(scene, item, picture);
  const { x, y, w } = vertices;
  const width = homogeneous ? 3 : 2;
  const gradient = vertexSums(width * item.vertexCount).fill(0, 0, width * item.vertexCount);
  for (let f = 0; f < item.faceCount; f++) {
    const s = 9 * f;
    if (touched[f] === 0) continue;
    const corner = 3 * (item.faceStart + f);
    const a = faces[corner];
    const b = faces[corner + 1];
    const c = faces[corner + 2];
    const area = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a]);
    // Rows of A, from the divided corners: row j of M⁻¹ is (edge normal, offset) opposite corner j, over area and w_j.
    const ja = 1 / (area * (homogeneous ? w[a] : 1));
    const jb = 1 / (area * (homogeneous ? w[b] : 1));
    const jc = 1 / (area * (homogeneous ? w[c] : 1));
    const aax = (y[b] - y[c]) * ja;
    const aay = (x[c] - x[b]) * ja;
    const abx = (y[c] - y[a]) * jb;
    const aby = (x[a] - x[c]) * jb;
    const acx = (y[a] - y[b]) * jc;
    const acy = (x[b] - x[a]) * jc;
    const aaw = (x[b] * y[c] - x[c] * y[b]) * ja;
    const abw = (x[c] * y[a] - x[a] * y[c]) * jb;
    const acw = (x[a] * y[b] - x[b] * y[a]) * jc;
    for (let k = 0; k < 3; k++) {
      const at = width * faces[corner + k];
      const sa = sums[s + k];
      const sb = sums[s + 3 + k];
      const sc = sums[s + 6 + k];
      gradient[at] -= aax * sa + abx * sb + acx * sc;
      gradient[at + 1] -= aay * sa + aby * sb + acy * sc;
      if (homogeneous) gradient[at + 2] -= aaw * sa + abw * sb + acw * sc;
    }
  }

  if (homogeneous) {
    for (let v = 0, at = 4 * item.vertexStart; v < item.vertexCount; v++, at += 4) {
      positionGradient[at] += gradient[3 * v];
      positionGradient[at + 1] += gradient[3 * v + 1];
      positionGradient[at + 3] += gradient[3 * v + 2];
    }
  } else {
    addPlanarGradient(scene, item, vertices, gradient, positionGradient);
  }
}

/**
 * Adds S of the faces of fragments `start` up to `end`. Neighbouring fragments mostly belong to one face, so a run of them is
 * summed up before it is stored.
 */
function sumOverPixels(
  faces: Int32Array,
  weights: RealArray,
  weightGradient: RealArray,
  start: number,
  end: number,
  { sums, touched }: FaceSums,
): void {
  let i = start | 0;
  while (i < end) {
    const face = faces[i] | 0;
    if (face < 0) {
      i++;
      continue;
    }
    let aa = 0;
    let ab = 0;
    let ac = 0;
    let ba = 0;
    let bb = 0;
    let bc = 0;
    let ca = 0;
    let cb = 0;
    let cc = 0;
    do {
      const wa = weights[3 * i];
      const wb = weights[3 * i + 1];
      const wc = weights[3 * i + 2];
      let ga = weightGradient[3 * i];
      let gb = weightGradient[3 * i + 1];
      let gc = weightGradient[3 * i + 2];
      const mean = wa * ga + wb * gb + wc * gc;
      ga -= mean;
      gb -= mean;
      gc -= mean;
      aa += ga * wa;
      ab += ga * wb;
      ac += ga * wc;
      ba += gb * wa;
      bb += gb * wb;
      bc += gb * wc;
      ca += gc * wa;
      cb += gc * wb;
      cc += gc * wc;
      i++;
    } while (i < end && faces[i] === face);
    const s = 9 * face;
    sums[s] += aa;
    sums[s + 1] += ab;
    sums[s + 2] += ac;
    sums[s + 3] += ba;
    sums[s + 4] += bb;
    sums[s + 5] += bc;
    sums[s + 6] += ca;
    sums[s + 7] += cb;
    sums[s + 8] += cc;
    touched[face] = 1;
  }
}
