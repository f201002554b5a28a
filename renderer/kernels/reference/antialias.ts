// nvdiffrast's analytic antialiasing by its definition: every pair of neighbouring pixels is tried, and the backward pass walks
// the pairs that were blended. (Laine et al., Modular Primitives for High-Performance Differentiable Rendering, 2020; rules as in
// NVlabs/nvdiffrast, csrc/common/antialias.cu.)
//
// Two neighbours that show different faces are cut apart by an edge of the nearer face. In pixels, with x along the pair, y
// across it, and the centre of the near face's own pixel at 0, the edge from (x₁, y₁) to (x₂, y₂) meets the line of centres at
//     x_c = x₁ − y₁ Δx/Δy,     Δx = x₂ − x₁,  Δy = y₂ − y₁.
// With s = 1 where the other pixel lies at x = 1 and s = −1 where it lies at −1, d = s x_c is the distance to the crossing, and
//     α = s (½ − d) = s/2 − x_c,     C ← C + α (C₁ − C₀)   at pixel 0 where α > 0, else at pixel 1:
// an edge half-way changes nothing, one that passes through a centre gives that pixel the mean of both.

import { type AntialiasOptions, crossingSlack, type PixelRows } from '../antialias.ts';
import type { Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { type Pixel, pixelsOf } from './pixels.ts';
import { doubledArea, edgeFunctions, type Triangle, triangleOf } from './triangle.ts';

/** A pair of pixels that was blended, and the edge that crosses it. */
export interface Crossing {
  /** Pixels 0 and 1, counted over the whole batch. Pixel 1 lies to the right of pixel 0, or above it. */
  pixels: [number, number];
  alpha: number;
  edge: Edge;
}

/** An edge in the coordinates of a pair. */
interface Edge {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** Whether x runs upwards in the picture, y to the right. */
  vertical: boolean;
  triangle: Triangle;
  /** The corners of `triangle` that the edge joins. */
  corners: [number, number];
}

interface Pair {
  pixels: [Pixel, Pixel];
  faces: [number, number];
  vertical: boolean;
}

export function antialias(
  scene: Scene,
  picture: Picture,
  { faces }: Fragments,
  oppositeVertices: Int32Array,
  { values, channels }: PixelRows,
  output: RealArray,
): Crossing[] {
  output.set(values);
  const crossings: Crossing[] = [];
  scene.items.forEach((item, b) => {
    const start = b * picture.width * picture.height;
    for (const pair of pairsOf(picture, faces, start)) {
      const found = findCrossing(scene, item, picture, oppositeVertices, pair);
      if (!found) continue;
      const pixels: [number, number] = [start + pair.pixels[0].index, start + pair.pixels[1].index];
      crossings.push({ pixels, ...found });
      const [row0, row1] = pixels.map((pixel) => channels * pixel);
      const changed = found.alpha > 0 ? row0 : row1;
      for (let c = 0; c < channels; c++) {
        output[changed + c] += found.alpha * (values[row1 + c] - values[row0 + c]);
      }
    }
  });
  return crossings;
}

/** Every pixel with its right neighbour and with the one above it, where they show different faces. */
function* pairsOf(picture: Picture, faces: Int32Array, start: number): Generator<Pair> {
  const { width } = picture;
  const pixels = [...pixelsOf(picture)];
  for (const pixel of pixels) {
    const neighbours = [
      { other: pixels[pixel.index + 1], vertical: false, exists: (pixel.index + 1) % width > 0 },
      { other: pixels[pixel.index - width], vertical: true, exists: pixel.index >= width },
    ];
    for (const { other, vertical, exists } of neighbours) {
      if (!exists) continue;
      const pair = [faces[start + pixel.index], faces[start + other.index]] as [number, number];
      if (pair[0] !== pair[1]) yield { pixels: [pixel, other], faces: pair, vertical };
    }
  }
}

function findCrossing(
  scene: Scene,
  item: MeshRange,
  picture: Picture,
  oppositeVertices: Int32Array,
  { pixels, faces, vertical }: Pair,
): { alpha: number; edge: Edge } | undefined {
  const triangles = faces.map((face) =>
    face >= 0 ? triangleOf(scene, item, face, picture.near) : undefined,
  );
  const depths = triangles.map((triangle, i) =>
    triangle ? depthAt(triangle, pixels[i], picture) : -Infinity,
  );
  const near = depths[0] > depths[1] ? 0 : 1;
  const face = faces[near];
  const triangle = triangles[near]!;
  const center = pixels[near];
  const s = near === 0 ? 1 : -1;

  const right = triangle.x.map((x) => ((x - center.x) * picture.width) / 2);
  const up = triangle.y.map((y) => ((y - center.y) * picture.height) / 2);
  const [x, y] = vertical ? [up, right] : [right, up];

  // Of the edges that cross the line of centres, the one farthest in the direction of the other pixel; the lowest on a tie.
  let farthest = -Infinity;
  let opposite = 0;
  for (let k = 0; k < 3; k++) {
    const [i, j] = endsOpposite(k);
    if (y[i] < 0 === y[j] < 0) continue;
    const distance = (s * (x[i] * (y[j] - y[i]) - y[i] * (x[j] - x[i]))) / (y[j] - y[i]);
    if (distance > farthest) {
      farthest = distance;
      opposite = k;
    }
  }
  const [i, j] = endsOpposite(opposite);
  const steep = Math.abs(y[j] - y[i]) >= Math.abs(x[j] - x[i]);
  const between = farthest > -crossingSlack && farthest < 1 + crossingSlack;
  const counterpart = oppositeVertices[3 * (item.faceStart + face) + opposite];
  if (!steep || !between || !isOutline(scene, item, picture, triangle, opposite, counterpart))
    return undefined;

  const alpha = s * (0.5 - Math.min(1, Math.max(0, farthest)));
  if (alpha === 0) return undefined;
  return {
    alpha,
    edge: { x1: x[i], y1: y[i], x2: x[j], y2: y[j], vertical, triangle, corners: [i, j] },
  };
}

const endsOpposite = (corner: number): [number, number] => [(corner + 1) % 3, (corner + 2) % 3];

/** Compared in float32, as the z-buffer does. */
function depthAt(triangle: Triangle, { x, y }: Pixel, { perspectiveCorrect }: Picture): number {
  const areas = edgeFunctions(triangle, x, y);
  const shares = perspectiveCorrect ? areas.map((area, k) => area / triangle.w[k]) : areas;
  const sum = shares[0] + shares[1] + shares[2];
  return Math.fround(shares.reduce((total, share, k) => total + (share / sum) * triangle.z[k], 0));
}

/**
 * Whether the surface ends or folds over at the edge opposite a corner: there is no face beyond it, none that is drawn, or one on
 * the same side as this one.
 */
function isOutline(
  { positions, stride }: Scene,
  { vertexStart }: MeshRange,
  { near }: Picture,
  triangle: Triangle,
  corner: number,
  counterpart: number,
): boolean {
  if (counterpart < 0) return true;
  const at = stride * (vertexStart + counterpart);
  const w = stride === 4 ? positions[at + 3] : 1;
  const x = positions[at] / w;
  const y = positions[at + 1] / w;
  const drawn = (stride === 3 || w > Math.max(0, near)) && Number.isFinite(x + y + positions[at + 2] + w);
  if (!drawn) return true;
  const wing = { ...triangle, x: triangle.x.with(corner, x), y: triangle.y.with(corner, y) };
  return doubledArea(wing) < 0 === doubledArea(triangle) < 0;
}

/**
 * α falls by as much as x_c grows, so with G = Σ_c g (C₁ − C₀), g of the pixel that was changed,
 *     ∂L/∂x₁ = −G y₂/Δy,           ∂L/∂x₂ = G y₁/Δy,
 *     ∂L/∂y₁ = −G (x_c − x₂)/Δy,   ∂L/∂y₂ = G (x_c − x₁)/Δy.
 * nvdiffrast puts Δy ± ε for Δy, in x_c too. Where α was clamped to ½ there is no gradient to positions.
 */
export function antialiasBackward(
  scene: Scene,
  picture: Picture,
  crossings: Crossing[],
  { gradientBoost, edgePadding }: AntialiasOptions,
  { values, channels }: PixelRows,
  upstream: RealArray,
  colorGradient: RealArray,
  positionGradient: RealArray,
): void {
  for (let i = 0; i < colorGradient.length; i++) colorGradient[i] += upstream[i];
  for (const { pixels, alpha, edge } of crossings) {
    const [row0, row1] = pixels.map((pixel) => channels * pixel);
    const changed = alpha > 0 ? row0 : row1;
    let G = 0;
    for (let c = 0; c < channels; c++) {
      const g = upstream[changed + c];
      colorGradient[row0 + c] -= alpha * g;
      colorGradient[row1 + c] += alpha * g;
      G += g * (values[row1 + c] - values[row0 + c]);
    }
    if (Math.abs(alpha) >= 0.5) continue;
    const { x1, y1, x2, y2 } = edge;
    const height = y2 - y1 + (y2 < y1 ? -edgePadding : edgePadding);
    const crossing = (x1 * (y2 - y1) - y1 * (x2 - x1)) / height;
    const pull = gradientBoost * G;
    const onEnds = [
      [(-pull * y2) / height, (-pull * (crossing - x2)) / height],
      [(pull * y1) / height, (pull * (crossing - x1)) / height],
    ];
    onEnds.forEach(([alongPair, acrossPair], end) => {
      const [right, up] = edge.vertical ? [acrossPair, alongPair] : [alongPair, acrossPair];
      addToCorner(
        scene,
        edge.triangle,
        edge.corners[end],
        (right * picture.width) / 2,
        (up * picture.height) / 2,
        positionGradient,
      );
    });
  }
}

/** x = X/w and y = Y/w at a corner, with the gradients dx and dy. */
function addToCorner(
  { stride }: Scene,
  { x, y, w, rows }: Triangle,
  corner: number,
  dx: number,
  dy: number,
  positionGradient: RealArray,
): void {
  const at = stride * rows[corner];
  positionGradient[at] += dx / w[corner];
  positionGradient[at + 1] += dy / w[corner];
  if (stride === 4) positionGradient[at + 3] -= (dx * x[corner] + dy * y[corner]) / w[corner];
}
