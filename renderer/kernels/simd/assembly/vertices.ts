// The vertices of one mesh, divided by w and in double precision, and the way back from gradients in the image plane.

/** Bytes of a projected vertex: x, y, z·s, s, with s what an area counts for at it (0 where it cannot be drawn). */
export const vertexBytes: usize = 32;

/** Weights are linear in space: s = 1/w. Otherwise they are linear in the picture, and s = 1. */
export const perspective: i32 = 1;
/** Faces that wind clockwise are left out. */
export const culling: i32 = 2;

/**
 * Reads `count` rows of `stride` numbers, (X, Y, Z, w) or (x, y, z). A vertex at w ≤ near, or not finite, cannot be drawn.
 */
export function projectVertices(
  positions: usize,
  stride: i32,
  count: i32,
  near: f64,
  flags: i32,
  to: usize,
): void {
  const step = 4 * stride;
  const linearInSpace = (flags & perspective) !== 0;
  for (; count > 0; count--, positions += step, to += vertexBytes) {
    const w = stride === 4 ? f64(load<f32>(positions, 12)) : 1;
    const z = f64(load<f32>(positions, 8));
    const xy = f64x2.div(f64x2.promote_low_f32x4(v128.load64_zero(positions)), f64x2.splat(w));
    const sum = f64x2.extract_lane(xy, 0) + f64x2.extract_lane(xy, 1) + z + w;
    const isDrawable = (stride === 3 || w > near) && sum - sum === 0;
    const share: f64 = isDrawable ? (linearInSpace ? 1 / w : 1) : 0;
    v128.store(to, xy);
    store<f64>(to, z * share, 16);
    store<f64>(to, share, 24);
  }
}

/**
 * Adds gradients with respect to image-plane x and y, doubles at every `planarBytes`, to those of positions. In homogeneous coordinates
 * x = X/w, so ∂x/∂X = 1/w and ∂x/∂w = −x/w; likewise y.
 */
export function addPlanarGradient(
  positions: usize,
  stride: i32,
  count: i32,
  vertices: usize,
  planar: usize,
  planarBytes: usize,
  positionGradient: usize,
): void {
  const step = 4 * stride;
  for (; count > 0; count--, positions += step, positionGradient += step) {
    const gx = load<f64>(planar);
    const gy = load<f64>(planar, 8);
    if ((gx !== 0 || gy !== 0) && load<f64>(vertices, 24) !== 0) {
      const w = stride === 4 ? f64(load<f32>(positions, 12)) : 1;
      add(positionGradient, gx / w);
      add(positionGradient + 4, gy / w);
      if (stride === 4) {
        add(positionGradient + 12, -(gx * load<f64>(vertices) + gy * load<f64>(vertices, 8)) / w);
      }
    }
    planar += planarBytes;
    vertices += vertexBytes;
  }
}

/** Adds to a float in memory. */
function add(to: usize, value: f64): void {
  store<f32>(to, f32(f64(load<f32>(to)) + value));
}
