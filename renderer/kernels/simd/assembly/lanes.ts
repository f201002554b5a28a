// Small things that are done to vectors everywhere.

/** `yes` in the lanes where all bits of `mask` are set, `no` where none is. */
export function pick(yes: v128, no: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_laneselect(yes, no, mask);
  return v128.bitselect(yes, no, mask);
}

/** Two whole numbers within ±2³¹, given as doubles, in lanes 0 and 2: cheaper than a conversion that must think of all others. */
export function wholes(doubles: v128): v128 {
  return f64x2.add(doubles, f64x2.splat(6755399441055744));
}
