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
import type { Picture, RealArray, Scene } from '../kernels/scene.ts';
import { cornerRows, type ExactPicture, exactPicture, integratedWeights } from './exactPicture.ts';
import { type Edge, type Face, project, slopeAt, valueAt, weightsAt } from './faces.ts';
import { checkedBackground, checkedOrder, type OracleOptions } from './options.ts';
import { commonPart, forEachPoint } from './polygon.ts';
import { gaussLegendre } from './quadrature.ts';
import {
  addValueDerivative,
  toPositions,
  type VertexDerivatives,
  vertexDerivatives,
} from './vertexDerivatives.ts';
import { forEachVisiblePiece, type Piece, type Side } from './visibleRegions.ts';

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
  if (upstream.image && !attributes) {
    throw new ArgumentError('upstream.image needs options.attributes, the numbers that the image shows');
  }
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
      addOutline(result, face, piece, jumps, order);
      addOutline(coarse, face, piece, jumps, order - 1);
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
  face: Face,
  piece: Piece,
  values: readonly number[],
  order: number,
): void {
  piece.sides.forEach((parts, i) => {
    let open = [{ start: 0, end: 1 }];
    for (const part of parts) {
      const common = commonPart(piece, i, part);
      if (!common) continue;
      for (const { start, end } of open) {
        const from = Math.max(start, common.start);
        const to = Math.min(end, common.end);
        if (to > from) addSide(derivatives, face, piece, i, part, from, to, values, order);
      }
      open = open.flatMap(({ start, end }) =>
        [
          { start, end: Math.min(end, common.start) },
          { start: Math.max(start, common.end), end },
        ].filter((rest) => rest.end > rest.start),
      );
    }
  });
}

/** The same over a part of side i, `start` to `end` of 0 to 1, that moves with an edge or a crossing. */
function addSide(
  derivatives: VertexDerivatives,
  face: Face,
  { x, y }: Piece,
  i: number,
  side: Side,
  start: number,
  end: number,
  values: readonly number[],
  order: number,
): void {
  const { points, weights } = gaussLegendre(order);
  const next = i + 1 < x.length ? i + 1 : 0;
  const dx = x[next] - x[i];
  const dy = y[next] - y[i];
  const length = Math.hypot(dx, dy);
  for (let j = 0; j < order; j++) {
    const at = start + points[j] * (end - start);
    const px = x[i] + at * dx;
    const py = y[i] + at * dy;
    const jump = weights[j] * (end - start) * valueAt(face, values, px, py);
    if ('other' in side) {
      addCrossing(derivatives, face, side.other, px, py, jump * length);
    } else {
      // The piece lies on the left: n · length = (dy, −dx).
      const t = along(side, px, py);
      derivatives.u[side.from] += jump * dy * (1 - t);
      derivatives.v[side.from] -= jump * dx * (1 - t);
      derivatives.u[side.to] += jump * dy * t;
      derivatives.v[side.to] -= jump * dx * t;
    }
  }
}

/** t of a point a + t(b − a) of an edge. */
function along({ fromX, fromY, toX, toY }: Edge, x: number, y: number): number {
  const length = Math.hypot(toX - fromX, toY - fromY);
  return ((x - fromX) * ((toX - fromX) / length) + (y - fromY) * ((toY - fromY) / length)) / length;
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
