// The derivative of a loss over the area-sampled visible picture, with nothing smoothed and nothing sampled.
//
// With g = dL/dI a pixel contributes Φ = ∫_p φ dA, φ = Σ_c g_c C_c the colour seen, weighed by what the loss makes of it. φ jumps
// where one face ends over another, so Reynolds' transport theorem gives, with the visible regions R_f and outward normals n,
//
//     dΦ = Σ_f ∫_{R_f} dφ_f dA  +  Σ_f ∫_{∂R_f} (φ_f − φ_background) (n · velocity of the outline) dl.
//
// The two sums over regions meet on both sides of every outline, and together make (jump of φ) × (normal velocity) there. How
// fast an outline moves depends on what it is (visibleRegions.ts):
//
//   an edge from a to b:  the point a + t(b − a) moves by (1 − t) da + t db.
//   a crossing h = z_f − z_g = 0:  f gains where h grows, n · velocity = dh/|∇h|. All six corners move it, depth included.
//   the border of the pixel, or a cut through what goes on behind it:  it stays.
//
// Li, Aittala, Durand and Lehtinen, "Differentiable Monte Carlo ray tracing through edge sampling" (2018), equations 3–6, have
// the same two terms and sample them; here both are integrated, piece by piece.

import { ArgumentError } from '../errors.ts';
import type { Picture, RealArray, Scene } from '../kernels/kernels.ts';
import { cornerRows, type ExactPicture, exactPicture, integratedWeights } from './exactPicture.ts';
import { type Face, type Projection, project, valueAt, weightsAt } from './faces.ts';
import { checkedBackground, checkedOrder, type OracleOptions } from './options.ts';
import { forEachPoint } from './polygon.ts';
import { gaussLegendre } from './quadrature.ts';
import {
  addValueDerivative,
  slopeAt,
  toPositions,
  type VertexDerivatives,
  vertexDerivatives,
} from './vertexDerivatives.ts';
import { forEachVisiblePiece, type Piece } from './visibleRegions.ts';

/** Derivatives of a loss with respect to what `exactPicture` returns. */
export interface PictureGradient {
  /** [B·H·W·C]; attributes are needed with it. */
  image?: RealArray;
  /** [B·H·W]. */
  silhouette?: RealArray;
}

export interface ExactGradient {
  /** dL/d(position), shaped as `scene.positions`. */
  positions: Float64Array;
  /** dL/d(attribute), shaped as `attributes.values`; empty without attributes. */
  attributes: Float64Array;
  /**
   * One number a vertex: the largest difference in its row of `positions` to the same integrals with one Gauss point fewer, whose
   * error it bounds in practice. Rounding (some 1e-14 of the largest derivative) is not part of it.
   */
  errorEstimate: Float64Array;
}

/**
 * The exact gradient of a loss over `exactPicture(scene, picture, options)`, given the loss's derivative with respect to that.
 *
 * It is the derivative wherever there is one. Where the picture has a kink, it is one of the one-sided derivatives or something
 * between: edges or corners of different faces that coincide without sharing vertices (a seam, where moving apart opens a gap and
 * moving together does not), faces in one plane, faces seen exactly edge-on. Faces without area, and those with a corner at
 * w ≤ near, get none.
 *
 * @throws ArgumentError on gradients, an order or a background that do not fit.
 */
export function exactGradient(
  scene: Scene,
  picture: Picture,
  upstream: PictureGradient,
  options: OracleOptions = {},
): ExactGradient {
  const order = checkedOrder(options);
  const background = checkedBackground(options);
  const { attributes } = options;
  const channels = background.length;
  const pixels = picture.width * picture.height;
  checkLength('upstream.image', upstream.image, scene.items.length * pixels * channels);
  checkLength('upstream.silhouette', upstream.silhouette, scene.items.length * pixels);

  const projection = project(scene, picture);
  const result = vertexDerivatives(projection.w.length);
  const coarse = vertexDerivatives(projection.w.length);
  const attributeGradient = new Float64Array(attributes?.values.length ?? 0);
  scene.items.forEach((item, b) => {
    const heard = (pixel: number) => isHeard(upstream, b * pixels + pixel, channels);
    forEachVisiblePiece(scene, item, projection, picture, heard, (pixel, face, piece) => {
      const at = b * pixels + pixel;
      const rows = attributes && cornerRows(attributes, item, b, face);
      const jumps = [0, 1, 2].map((k) => {
        let jump = upstream.silhouette?.[at] ?? 0;
        for (let c = 0; upstream.image && rows && c < channels; c++) {
          jump +=
            upstream.image[channels * at + c] * (attributes!.values[channels * rows[k] + c] - background[c]);
        }
        return jump;
      });
      addInterior(result, face, piece, jumps, order);
      addInterior(coarse, face, piece, jumps, order - 1);
      addOutline(result, projection, face, piece, jumps, order);
      addOutline(coarse, projection, face, piece, jumps, order - 1);
      if (!upstream.image || !rows) return;
      const shares = integratedWeights(face, piece, order);
      for (let k = 0; k < 3; k++) {
        for (let c = 0; c < channels; c++) {
          attributeGradient[channels * rows[k] + c] += shares[k] * upstream.image[channels * at + c];
        }
      }
    });
  });

  const positions = toPositions(result, scene, projection, picture);
  const coarsePositions = toPositions(coarse, scene, projection, picture);
  const errorEstimate = new Float64Array(projection.w.length);
  for (let i = 0; i < positions.length; i++) {
    const row = Math.floor(i / scene.stride);
    errorEstimate[row] = Math.max(errorEstimate[row], Math.abs(positions[i] - coarsePositions[i]));
  }
  return { positions, attributes: attributeGradient, errorEstimate };
}

/**
 * A loss over the exact picture and its exact gradient in one call.
 *
 * @param loss Gives the loss's value and its derivative with respect to the picture.
 */
export function exactLossGradient(
  scene: Scene,
  picture: Picture,
  loss: (pictures: ExactPicture) => { value: number; gradient: PictureGradient },
  options: OracleOptions = {},
): ExactGradient & { value: number } {
  const { value, gradient } = loss(exactPicture(scene, picture, options));
  return { value, ...exactGradient(scene, picture, gradient, options) };
}

function checkLength(name: string, values: RealArray | undefined, length: number): void {
  if (values && values.length !== length) {
    throw new ArgumentError(`${name} must have ${length} numbers, but has ${values.length}`);
  }
}

function isHeard({ image, silhouette }: PictureGradient, at: number, channels: number): boolean {
  if (silhouette && silhouette[at] !== 0) return true;
  for (let c = 0; image && c < channels; c++) if (image[channels * at + c] !== 0) return true;
  return false;
}

/** ∫ dφ over a piece of what is seen of a face. */
function addInterior(
  derivatives: VertexDerivatives,
  face: Face,
  piece: Piece,
  values: readonly number[],
  order: number,
): void {
  if (values[0] === values[1] && values[1] === values[2]) return;
  forEachPoint(piece, order, (x, y, weight) => {
    addValueDerivative(derivatives, face, values, x, y, weight);
  });
}

/** ∫ φ (n · velocity) over the sides of a piece that move. */
function addOutline(
  derivatives: VertexDerivatives,
  { u, v }: Projection,
  face: Face,
  { x, y, sides }: Piece,
  values: readonly number[],
  order: number,
): void {
  const { points, weights } = gaussLegendre(order);
  for (let i = 0; i < x.length; i++) {
    const side = sides[i];
    if (side === null) continue;
    const next = i + 1 < x.length ? i + 1 : 0;
    const isCrossing = 'other' in side;
    const part = isCrossing
      ? commonPart(x[i], y[i], x[next], y[next], side.fromX, side.fromY, side.toX, side.toY)
      : commonPart(x[i], y[i], x[next], y[next], u[side.from], v[side.from], u[side.to], v[side.to]);
    if (!part) continue;
    // The piece lies on the left of its sides, so this is n · length.
    const nx = part.toY - part.fromY;
    const ny = part.fromX - part.toX;
    for (let j = 0; j < order; j++) {
      const px = part.fromX + points[j] * (part.toX - part.fromX);
      const py = part.fromY + points[j] * (part.toY - part.fromY);
      const jump = weights[j] * valueAt(face, values, px, py);
      if (isCrossing) {
        addCrossing(derivatives, face, side.other, px, py, jump * Math.hypot(nx, ny));
      } else {
        const t = part.start + points[j] * (part.end - part.start);
        derivatives.u[side.from] += jump * nx * (1 - t);
        derivatives.v[side.from] += jump * ny * (1 - t);
        derivatives.u[side.to] += jump * nx * t;
        derivatives.v[side.to] += jump * ny * t;
      }
    }
  }
}

/** Adds `factor` · dh/|∇h| at a point of the crossing of two faces, h = z_face − z_other. */
function addCrossing(
  derivatives: VertexDerivatives,
  face: Face,
  other: Face,
  x: number,
  y: number,
  factor: number,
): void {
  const own = slopeAt(face, face.depths, x, y);
  const others = slopeAt(other, other.depths, x, y);
  const scale = factor / Math.hypot(own.du - others.du, own.dv - others.dv);
  for (const [side, signed] of [
    [face, scale],
    [other, -scale],
  ] as const) {
    addValueDerivative(derivatives, side, side.depths, x, y, signed);
    const weights = weightsAt(side, x, y);
    for (let k = 0; k < 3; k++) derivatives.z[side.rows[k]] += signed * weights[k];
  }
}

/**
 * The part of the side p → q that lies along the segment a → b, both on one line: from a + start·(b − a) to a + end·(b − a), in the
 * direction of the side.
 */
function commonPart(
  px: number,
  py: number,
  qx: number,
  qy: number,
  ax: number,
  ay: number,
  bx: number,
  by: number,
): { fromX: number; fromY: number; toX: number; toY: number; start: number; end: number } | undefined {
  const dx = bx - ax;
  const dy = by - ay;
  const length = Math.hypot(dx, dy);
  const along = (x: number, y: number) => ((x - ax) * (dx / length) + (y - ay) * (dy / length)) / length;
  const atP = along(px, py);
  const atQ = along(qx, qy);
  const start = Math.min(1, Math.max(0, atP));
  const end = Math.min(1, Math.max(0, atQ));
  if (start === end) return undefined;
  const toPart = (t: number): [number, number] => {
    const share = (t - atP) / (atQ - atP);
    return [px + share * (qx - px), py + share * (qy - py)];
  };
  const [fromX, fromY] = toPart(start);
  const [toX, toY] = toPart(end);
  return { fromX, fromY, toX, toY, start, end };
}
