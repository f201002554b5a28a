// The picture that sampling only approaches: every pixel is the mean over its area of what is visible there.

import type { AttributeRows, MeshRange, Picture, Scene } from '../kernels/scene.ts';
import { type Face, project, type Weights, weightsAt } from './faces.ts';
import { checkedBackground, checkedOrder, type OracleOptions } from './options.ts';
import { area, forEachPoint } from './polygon.ts';
import { forEachVisiblePiece, type Piece } from './visibleRegions.ts';

export interface ExactPicture {
  /** [B·H·W·C] means of the interpolated attributes, background included; empty without attributes. */
  image: Float64Array;
  /** [B·H·W] shares of the pixels that are covered, 0 to 1. */
  silhouette: Float64Array;
}

/**
 * The area-sampled visible picture, without sampling: I_p = 1/|p| ∫_p C dA over each pixel square p, where C is the attribute of
 * the nearest face, or the background. Coverage is exact, up to the shift of 3e-10 pixels in faces.ts; attributes are integrated by
 * Gauss quadrature over pieces of faces, on which they are smooth. The rules of visibility are those of the kernels.
 *
 * @throws ArgumentError on an order or a background that does not fit.
 */
export function exactPicture(scene: Scene, picture: Picture, options: OracleOptions = {}): ExactPicture {
  const order = checkedOrder(options);
  const background = checkedBackground(options);
  const { attributes } = options;
  const channels = background.length;
  const pixels = picture.width * picture.height;
  const image = new Float64Array(scene.items.length * pixels * channels);
  const silhouette = new Float64Array(scene.items.length * pixels);
  const projection = project(scene, picture);
  scene.items.forEach((item, b) => {
    forEachVisiblePiece(
      scene,
      item,
      projection,
      picture,
      () => true,
      (pixel, face, piece) => {
        const at = b * pixels + pixel;
        silhouette[at] += area(piece);
        if (!attributes) return;
        const rows = cornerRows(attributes, item, b, face);
        const shares = integratedWeights(face, piece, order);
        for (let k = 0; k < 3; k++) {
          for (let c = 0; c < channels; c++) {
            image[channels * at + c] += shares[k] * attributes.values[channels * rows[k] + c];
          }
        }
      },
    );
  });
  for (let i = 0; i < image.length; i++) {
    image[i] += (1 - silhouette[Math.floor(i / channels)]) * background[i % channels];
  }
  return { image, silhouette };
}

/** Rows of the attributes at the corners of a face of item b. */
export function cornerRows(
  { rowStarts, indices }: AttributeRows,
  { faceStart }: MeshRange,
  b: number,
  { index }: Face,
): readonly [number, number, number] {
  const corner = 3 * (faceStart + index);
  const start = rowStarts[b];
  return [start + indices[corner], start + indices[corner + 1], start + indices[corner + 2]];
}

/** ∫ of the weights of a face's corners over a piece of it. */
export function integratedWeights(face: Face, piece: Piece, order: number): Weights {
  const sums: Weights = [0, 0, 0];
  forEachPoint(piece, order, (x, y, weight) => {
    const weights = weightsAt(face, x, y);
    for (let k = 0; k < 3; k++) sums[k] += weight * weights[k];
  });
  return sums;
}
