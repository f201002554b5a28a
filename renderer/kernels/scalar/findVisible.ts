// The visible face at every pixel: row spans of each face against a z-buffer, then weights once a visible pixel.
//
// With E_a(p) = (b − p) × (c − p), twice the signed area opposite corner a, a pixel centre p is inside where E_a, E_b, E_c ≥ 0 on
// a counter-clockwise face. As (u·v − s·t) and (s·t − u·v) are exact opposites in floating point, two faces that share an edge
// agree on its side to the last bit: no cracks. Span ends are computed from the crossing of row and edge, then settled by E.
// Weights in the image plane are E_k / ΣE; perspective-correct ones (E_k/w_k) / Σ(E_j/w_j); depth is interpolated with them.

import {
  emptyFragments,
  type Fragments,
  flatness,
  type Picture,
  type RealArray,
  type Scene,
  smallestArea,
} from '../scene.ts';
import { scratch } from '../scratch.ts';
import { type ProjectedVertices, projectVertices } from './vertices.ts';

const depths = scratch(Float32Array);
const sharesOfVertices = scratch(Float64Array);

export function findVisible(scene: Scene, picture: Picture, into?: Fragments): Fragments {
  const pixels = picture.width * picture.height;
  const found = into ?? emptyFragments(scene.items.length, picture);
  const { faces, weights } = found;
  if (into) {
    faces.fill(-1);
    weights.fill(0);
  }
  const depth = depths(pixels);
  scene.items.forEach((item, b) => {
    const vertices = projectVertices(scene, item, picture);
    const shares = vertexShares(vertices, item.vertexCount, picture.perspectiveCorrect);
    const visible = faces.subarray(b * pixels, (b + 1) * pixels);
    depth.fill(-Infinity, 0, pixels);
    drawFaces(scene.faces, item.faceStart, item.faceCount, vertices, shares, picture, visible, depth);
    weigh(
      scene.faces,
      item.faceStart,
      vertices,
      shares,
      picture,
      visible,
      weights.subarray(3 * b * pixels, 3 * (b + 1) * pixels),
    );
  });
  return found;
}

/** What an area counts for at each vertex: 1/w for weights linear in space, 1 for weights linear in the picture. */
function vertexShares({ w }: ProjectedVertices, count: number, perspectiveCorrect: boolean): Float64Array {
  const shares = sharesOfVertices(count);
  for (let v = 0; v < count; v++) shares[v] = perspectiveCorrect ? 1 / w[v] : 1;
  return shares;
}

/** How far, in pixels, rounding may put a computed crossing on the wrong side of a pixel centre; E settles the rest. */
const slack = 1e-6;

function drawFaces(
  faces: Int32Array,
  faceStart: number,
  faceCount: number,
  { x, y, z, w }: ProjectedVertices,
  shares: Float64Array,
  picture: Picture,
  visible: Int32Array,
  depth: Float32Array,
): void {
  const width = picture.width | 0;
  const height = picture.height | 0;
  const count = faceCount | 0;
  const { cull } = picture;
  const halfOpen = !picture.perspectiveCorrect;
  const step = 2 / width;
  let at = (3 * faceStart) | 0;
  for (let f = 0; f < count; f++, at += 3) {
    const a = faces[at] | 0;
    let b = faces[at + 1] | 0;
    let c = faces[at + 2] | 0;
    if (w[a] === 0 || w[b] === 0 || w[c] === 0) continue;
    const ax = x[a];
    const ay = y[a];
    const area = (x[b] - ax) * (y[c] - ay) - (x[c] - ax) * (y[b] - ay);
    if (cull && area < 0) continue;
    if (area < 0) {
      const swapped = b;
      b = c;
      c = swapped;
    }
    const bx = x[b];
    const by = y[b];
    const cx = x[c];
    const cy = y[c];
    const bottom = Math.min(ay, by, cy);
    const top = Math.max(ay, by, cy);
    const left = Math.min(ax, bx, cx);
    const right = Math.max(ax, bx, cx);
    if (top < -1 || bottom > 1 || right < -1 || left > 1) continue;
    const extent = (right - left) * (right - left) + (top - bottom) * (top - bottom);
    if (!(Math.abs(area) > Math.max(smallestArea, flatness * extent))) continue;

    const firstRow = Math.max(0, Math.ceil((height * (1 - top) - 1) / 2 - slack)) | 0;
    const lastRow = Math.min(height - 1, Math.floor((height * (1 - bottom) - 1) / 2 + slack)) | 0;
    const firstColumn = Math.max(0, (width * (left + 1) - 1) / 2);
    const lastColumn = Math.min(width - 1, (width * (right + 1) - 1) / 2);

    // Columns where the lines through ab, bc, ca cross a row: column of the first end + slope · (row − first end).
    const abRise = by - ay;
    const bcRise = cy - by;
    const caRise = ay - cy;
    const aColumn = (width * (ax + 1) - 1) / 2;
    const bColumn = (width * (bx + 1) - 1) / 2;
    const cColumn = (width * (cx + 1) - 1) / 2;
    const abSlope = (bColumn - aColumn) / abRise;
    const bcSlope = (cColumn - bColumn) / bcRise;
    const caSlope = (aColumn - cColumn) / caRise;

    // Depth = Σ(E_k z_k/w_k) / Σ(E_k/w_k): both sums are linear along a row.
    const aShare = shares[a];
    const bShare = shares[b];
    const cShare = shares[c];
    const az = aShare * z[a];
    const bz = bShare * z[b];
    const cz = cShare * z[c];
    const sharesStep = -step * (bcRise * aShare + caRise * bShare + abRise * cShare);
    const depthsStep = -step * (bcRise * az + caRise * bz + abRise * cz);

    for (let row = firstRow; row <= lastRow; row++) {
      const py = (height - 2 * row - 1) / height;
      if (halfOpen && py >= top) continue;
      let from = firstColumn;
      let to = lastColumn;
      // Going up the face is on the left of an edge, going down on its right.
      if (abRise > 0) to = Math.min(to, aColumn + abSlope * (py - ay));
      else if (abRise < 0) from = Math.max(from, aColumn + abSlope * (py - ay));
      if (bcRise > 0) to = Math.min(to, bColumn + bcSlope * (py - by));
      else if (bcRise < 0) from = Math.max(from, bColumn + bcSlope * (py - by));
      if (caRise > 0) to = Math.min(to, cColumn + caSlope * (py - cy));
      else if (caRise < 0) from = Math.max(from, cColumn + caSlope * (py - cy));
      if (from - slack > to + slack) continue;
      let first = Math.ceil(from - slack) | 0;
      let last = Math.floor(to + slack) | 0;
      if (last >= width) last = width - 1;

      const ady = ay - py;
      const bdy = by - py;
      const cdy = cy - py;
      let ea = 0;
      let eb = 0;
      let ec = 0;
      for (; first <= last; first++) {
        const px = (2 * first + 1 - width) / width;
        ea = (bx - px) * cdy - (cx - px) * bdy;
        eb = (cx - px) * ady - (ax - px) * cdy;
        ec = (ax - px) * bdy - (bx - px) * ady;
        if (ea >= 0 && eb >= 0 && ec >= 0) break;
      }
      for (; last > first; last--) {
        const px = (2 * last + 1 - width) / width;
        if (
          (bx - px) * cdy - (cx - px) * bdy >= 0 &&
          (cx - px) * ady - (ax - px) * cdy >= 0 &&
          (ax - px) * bdy - (bx - px) * ady >= 0
        )
          break;
      }
      if (halfOpen && (2 * last + 1 - width) / width >= right) last--;
      const sumOfShares = ea * aShare + eb * bShare + ec * cShare;
      const weightedDepths = ea * az + eb * bz + ec * cz;
      let pixel = (row * width + first) | 0;
      for (let k = 0; k <= last - first; k++, pixel++) {
        const here = Math.fround((weightedDepths + k * depthsStep) / (sumOfShares + k * sharesStep));
        if (here > depth[pixel]) {
          depth[pixel] = here;
          visible[pixel] = f;
        }
      }
    }
  }
}

/** Weights of the visible faces, a run of pixels of one face at a time. */
function weigh(
  faces: Int32Array,
  faceStart: number,
  { x, y }: ProjectedVertices,
  shares: Float64Array,
  picture: Picture,
  visible: Int32Array,
  weights: RealArray,
): void {
  const width = picture.width | 0;
  const height = picture.height | 0;
  let pixel = 0;
  for (let row = 0; row < height; row++) {
    const py = (height - 2 * row - 1) / height;
    let column = 0;
    while (column < width) {
      const face = visible[pixel] | 0;
      if (face < 0) {
        column++;
        pixel++;
        continue;
      }
      const at = 3 * (faceStart + face);
      const a = faces[at] | 0;
      const b = faces[at + 1] | 0;
      const c = faces[at + 2] | 0;
      const ax = x[a];
      const bx = x[b];
      const cx = x[c];
      const ady = y[a] - py;
      const bdy = y[b] - py;
      const cdy = y[c] - py;
      const aShare = shares[a];
      const bShare = shares[b];
      const cShare = shares[c];
      do {
        const px = (2 * column + 1 - width) / width;
        const adx = ax - px;
        const bdx = bx - px;
        const cdx = cx - px;
        const qa = (bdx * cdy - cdx * bdy) * aShare;
        const qb = (cdx * ady - adx * cdy) * bShare;
        const qc = (adx * bdy - bdx * ady) * cShare;
        const scale = 1 / (qa + qb + qc);
        weights[3 * pixel] = qa * scale;
        weights[3 * pixel + 1] = qb * scale;
        weights[3 * pixel + 2] = qc * scale;
        column++;
        pixel++;
      } while (column < width && visible[pixel] === face);
    }
  }
}
