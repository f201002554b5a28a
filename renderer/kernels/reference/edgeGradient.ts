// The edge gradient of Pidhorskyi et al., Rasterized Edge Gradients: Handling Discontinuities Differentiably, ECCV 2024 (arXiv
// 2405.02508), by its formulas. Their code: facebookresearch/DRTK, src/edge_grad/edge_grad_kernel.cu.
//
// Two neighbouring pixels A and B that show different faces have an edge between them, at p, measured in pixels from A to B. Were
// the picture box-filtered, p would move it by
//     ∂L/∂p = ½ (∂L/∂I_A + ∂L/∂I_B) · (I_A − I_B) = −G                                    (equation 11)
// and a point r of the face that owns the edge passes it on by ∂p/∂r (equation 14):
//   overlap       A's centre lies in B's face, behind A's, but not the other way round, so A's face ends between them: ∂p/∂r = 1 along the
//                 pair's axis, for A alone;
//   background    one of the two shows nothing: the other owns the edge;
//   adjacent      neither centre lies in the other's face: the surface goes on from one to the other and the picture's own
//                 derivative holds all there is, so nothing is added. (The kernel does this; DRTK's Python reference adds −G on
//                 both sides, which counts the slope of smooth colours twice.)
//   intersection  each centre lies in the other's face: the faces pass through each other. With n̂_v, n̂_f the normals of the
//                 moving and the resting face, projected onto the plane of the pair's axis and depth, and b = n̂_f turned by 90°,
//                 ∂p/∂r = b₁ / (b · n̂_v) · n̂_v. A normal is (−s, 1) up to length, s the slope of the face's depth along the axis,
//                 whence ∂p/∂r = (s_v, −1) / (s_v − s_f). Both faces get it in turn.
// Slopes are taken between the two pixel centres, a pixel apart, so that perspective is accounted for and s_A − s_B cannot have
// the wrong sign: A's face is in front at A and behind at B. As nearly parallel faces would be thrown about, ‖∂p/∂r‖ is limited to
// `maxDpDr`, p and r in pixels, depth in its own unit.
//
// r is the point of the face at the pixel's centre, and moves with the corners by its barycentric weights, held constant:
// x = Σ b_k X_k / Σ b_k w_k with weights linear in space, x = Σ b_k X_k/w_k with weights linear in the picture.

import type { EdgeGradientOptions } from '../edgeGradient.ts';
import type { Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { type Pixel, pixelAt, pixelsOf } from './pixels.ts';
import { type Triangle, triangleOf, weightsAt } from './triangle.ts';

/** ‖∂p/∂r‖ where `maxDpDr` leaves it free: only against overflow. */
const freeLimit = 1e8;

/** What a pixel shows. */
interface Surface {
  pixel: Pixel;
  triangle: Triangle;
  /** Barycentric weights of the pixel's centre. */
  weights: number[];
}

/** ∂p/∂r of the face of one of the two pixels: along the axis from A to B, and along depth. */
interface Motion {
  of: Surface;
  axial: number;
  depth: number;
}

export function edgeGradient(
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  colors: RealArray,
  upstream: RealArray,
  { maxDpDr }: EdgeGradientOptions,
  positionGradient: RealArray,
): void {
  const { width, height } = picture;
  const channels = colors.length / visible.faces.length;
  const limit = maxDpDr === 0 ? freeLimit : maxDpDr;

  scene.items.forEach((item, b) => {
    const start = b * width * height;
    for (const { index } of pixelsOf(picture)) {
      if ((index + 1) % width !== 0) visit(index, index + 1, width / 2, 0);
      if (index + width < width * height) visit(index, index + width, 0, -height / 2);
    }

    /** (x, y): how many pixels a unit of the image plane makes along the axis from `first` to `second`. */
    function visit(first: number, second: number, x: number, y: number): void {
      if (visible.faces[start + first] === visible.faces[start + second]) return;
      let jump = 0;
      for (let c = 0; c < channels; c++) {
        const a = channels * (start + first) + c;
        const b = channels * (start + second) + c;
        jump += ((upstream[a] + upstream[b]) / 2) * (colors[b] - colors[a]);
      }
      const from = surfaceAt(scene, item, picture, visible.faces[start + first], first);
      const to = surfaceAt(scene, item, picture, visible.faces[start + second], second);
      for (const { of, axial, depth } of motions(from, to, picture, limit)) {
        addPointGradient(
          scene,
          picture,
          of,
          -jump * axial * x,
          -jump * axial * y,
          -jump * depth,
          positionGradient,
        );
      }
    }
  });
}

function motions(a: Surface | undefined, b: Surface | undefined, picture: Picture, limit: number): Motion[] {
  const edgeOf = (of: Surface): Motion[] => [{ of, axial: 1, depth: 0 }];
  if (!a || !b) return edgeOf((a ?? b)!);
  const bAtA = depthBelow(a, b.triangle, picture);
  const aAtB = depthBelow(b, a.triangle, picture);
  if (bAtA !== undefined && aAtB !== undefined) {
    const aSlope = aAtB - dot(a.weights, a.triangle.z);
    const bSlope = dot(b.weights, b.triangle.z) - bAtA;
    const difference = aSlope - bSlope;
    // Coincident to the last bits, where rounding decides which is seen.
    if (!(difference < 0)) return [];
    return [
      limited({ of: a, axial: aSlope / difference, depth: -1 / difference }, limit),
      limited({ of: b, axial: -bSlope / difference, depth: 1 / difference }, limit),
    ];
  }
  if (bAtA !== undefined) return edgeOf(a);
  if (aAtB !== undefined) return edgeOf(b);
  return [];
}

function limited({ of, axial, depth }: Motion, limit: number): Motion {
  const scale = Math.min(1, limit / Math.hypot(axial, depth));
  return { of, axial: scale * axial, depth: scale * depth };
}

function surfaceAt(
  scene: Scene,
  item: MeshRange,
  picture: Picture,
  face: number,
  index: number,
): Surface | undefined {
  if (face < 0) return undefined;
  const pixel = pixelAt(picture, index);
  const triangle = triangleOf(scene, item, face, picture.near)!;
  return { pixel, triangle, weights: weightsAt(triangle, pixel.x, pixel.y, picture)! };
}

/**
 * Depth of a face at the centre of a pixel that shows another one, where it lies in the face. On the face's outline it does so
 * only if the face is hidden there: where two faces meet, at one depth, the centre lies in the one that it shows.
 */
function depthBelow(
  { pixel, triangle, weights }: Surface,
  face: Triangle,
  picture: Picture,
): number | undefined {
  const inside = weightsAt(face, pixel.x, pixel.y, picture);
  if (!inside) return undefined;
  const depth = dot(inside, face.z);
  const hidden = Math.fround(depth) < Math.fround(dot(weights, triangle.z));
  return hidden || inside.every((weight) => weight > 0) ? depth : undefined;
}

/** From a point (x, y, z) of a face, x and y in the image plane, to its corners. */
function addPointGradient(
  { stride }: Scene,
  { perspectiveCorrect }: Picture,
  { pixel, triangle, weights }: Surface,
  gx: number,
  gy: number,
  gz: number,
  positionGradient: RealArray,
): void {
  const { rows, x, y, w } = triangle;
  for (let k = 0; k < 3; k++) {
    const at = stride * rows[k];
    const share = weights[k] / (perspectiveCorrect ? dot(weights, w) : w[k]);
    const along = perspectiveCorrect ? gx * pixel.x + gy * pixel.y : gx * x[k] + gy * y[k];
    positionGradient[at] += share * gx;
    positionGradient[at + 1] += share * gy;
    positionGradient[at + 2] += weights[k] * gz;
    if (stride === 4) positionGradient[at + 3] -= share * along;
  }
}

const dot = (a: readonly number[], b: readonly number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
