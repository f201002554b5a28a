// One face under the pixels that it reaches, four of a row at a time, for the loops of SoftRas: coverage D, clipped weights and depth,
// and the way back to the corners. Formulas: reference/softFragment.ts; the same loops in plain TypeScript: scalar/softFace.ts.
//
// Corners are taken counter-clockwise. Edge k lies opposite corner k, runs from corner i to corner j, and has length ℓ_k and direction
// u_k. At a pixel p, E_k = u_k × (p − i) is the distance to its line, positive inside, T_k the way along it from its middle, and
// O_k = max(|T_k| − ℓ_k/2, 0) how far the foot lies beyond an end. So E_k² + O_k² is the squared distance to the edge, and the least of
// the three is d², inside as well as outside, with no cases. E and T are affine in row and column. They are followed in double
// precision, and rounded to float32 where a group of pixels begins, so that E is precise where it is small: in float32, measured
// from a corner, it would not be.
//
// By other rules D comes from the least weight in place of the distance, or is 1 or 0: see reference/softFragment.ts.
//
// A face is a record in memory: most of its numbers are wanted for every group of pixels, and there are more than registers.

// The call.
export const width: usize = 0;
/** PyTorch3D's least doubled area, and least depth of a corner. */
export const smallestFace: usize = 8;
/** Rows and columns at the lower left of the picture: p_x = `left` + column · `columnStep`, p_y = `top` + row · `rowStep`. */
export const columnStep: usize = 16;
export const rowStep: usize = 24;
export const left: usize = 32;
export const top: usize = 40;
export const radius: usize = 48;
export const flatness: usize = 56;
export const smallestArea: usize = 64;
export const near: usize = 72;
export const far: usize = 80;
/** 1/(far − near). */
export const perRange: usize = 88;
/** log₂e/γ. */
export const perGamma: usize = 96;
/** How much higher than the face the level of a pixel may be where the face is seen. */
export const blur: usize = 104;
export const culls: usize = 112;
export const isPerspective: usize = 116;
/** Floats. */
export const reach: usize = 120;
/** log₂e/σ, and 1/σ. */
export const perSigma2: usize = 124;
export const perSigma: usize = 128;
/** Least gap in level, in units of γ ln 2, that is seen. */
export const hidden: usize = 132;
/** −1/(γ (far − near)). */
export const perDepth: usize = 136;
/** Whether the rules are SoftRas's own, not those of PyTorch3D's variant. */
export const isOriginal: usize = 140;

// The face.
export const firstRow: usize = 144;
export const lastRow: usize = 148;
export const firstColumn: usize = 152;
export const lastColumn: usize = 156;
/** First column within reach in any row, times −1, and last one: doubles. */
export const box: usize = 160;
/** The largest z̄ of its corners, and `blur`: pixels with a higher one do not see it. */
export const lowest: usize = 176;
/** 1 where it can take part in colours: it has an area and an inverse depth, and is not culled. */
export const colored: usize = 184;
/** Whether corners 1 and 2 have changed places; and the vertices. */
export const clockwise: usize = 188;
export const vertex: usize = 192;
/** All bits of a float where it has an area. */
export const area: usize = 204;
// Four doubles each, of which three count, one an edge or corner. Of lines: at column and row 0, steps from row to row, from column to
// column, and what they are at column 0 of the row at hand.
export const startE: usize = 208;
export const startT: usize = 240;
/** The weight β. */
export const startB: usize = 272;
export const rowsE: usize = 304;
export const rowsT: usize = 336;
export const rowsB: usize = 368;
export const columnsE: usize = 400;
export const columnsT: usize = 432;
export const columnsB: usize = 464;
export const lineE: usize = 496;
export const lineT: usize = 528;
export const lineB: usize = 560;
/** 1/ζ; and 1/w, or 1. */
export const inverseDepth: usize = 624;
export const inverseW: usize = 944;
export const cornerDepth: usize = 976;
/** Column where E = −r: of edges to the right of the face, and times −1 of those to the left; at row 0, and steps. */
export const startRight: usize = 656;
export const startLeft: usize = 688;
export const rowsRight: usize = 720;
export const rowsLeft: usize = 752;
// Four floats each, likewise.
export const stepE: usize = 784;
export const stepT: usize = 800;
export const ux: usize = 816;
export const uy: usize = 832;
export const perLength: usize = 848;
export const halfLength: usize = 592;
/** Row of the fragments at hand, of those that follow a list. */
export const listedRow: usize = 608;
/** Where D comes from: `euclidean`, `barycentric` or `hard`. And whether the nearest face alone gives a pixel its colour. */
export const distance: usize = 612;
export const paintsNearest: usize = 616;
/** The row at hand. */
export const currentRow: usize = 620;
/** ℓ over the doubled area, which makes a weight of E; and u times that. */
export const perHeight: usize = 864;
export const fx: usize = 880;
export const fy: usize = 896;
/** 1/w, or 1, as a share of the largest of the three. */
export const perW: usize = 912;
/** 1/ζ less that of corner 0; for PyTorch3D's variant, ζ less that of corner 0. */
export const deltaDepth: usize = 928;

// Groups of four pixels at hand: two, at `group` and `groupBytes` behind; the first begins with the record itself.
export const groupBytes: usize = 384;
/** E and T of the three edges. */
export const groupE: usize = 1008;
export const groupT: usize = 1056;
/** Squared distance to each. */
export const groupD: usize = 1104;
/** All bits of the pixels within reach, and of those inside. */
export const reached: usize = 1152;
export const inside: usize = 1168;
/** D, 0 out of reach. */
export const coverage: usize = 1184;
/** 1 − D, precise near 0; 1 out of reach. */
export const miss: usize = 1200;
/** Clipped weights, and the weights of attributes. */
export const clipped: usize = 1216;
export const weights: usize = 1264;
/** 1/Σ c/w. */
export const perTotal: usize = 1312;
/** z̄ and ζ, in double precision. */
export const levels: usize = 1328;
export const depths: usize = 1360;
/** Sums over pixels, for three corners each: dL/dx, dL/dy, dL/dw but for a factor 1/w, dL/dζ but for 1/ζ². */
export const gx: usize = 1776;
export const gy: usize = 1824;
export const gw: usize = 1872;
export const gd: usize = 1920;
/** Corners in the order in which they are listed: x and y, doubles. */
export const places: usize = 1968;
/** Numbers that belong to attributes start here. */
export const attributes: usize = 2016;

export const barycentric: i32 = 1;
export const hard: i32 = 2;

/** exp(−x) counts for nothing from here on; in powers of two. */
export const longest: f32 = 92;
/** Where rounding may move the end of a row span, in pixels. */
export const slack: f64 = 1e-3;

/** Bytes of a record without attributes. */
export function softFaceBytes(): usize {
  return attributes;
}

export function clearSums(face: usize): void {
  for (let field = gx; field < places; field += 16) v128.store(face + field, f32x4.splat(0));
}

/** Which corner of the face as it is listed is corner k here. */
export function cornerOf(face: usize, k: usize): usize {
  return k > 0 && load<i32>(face, clockwise) !== 0 ? 3 - k : k;
}
