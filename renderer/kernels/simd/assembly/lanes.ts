// Choice between two vectors, lane by lane.

/** `yes` in the lanes where all bits of `mask` are set, `no` where none is. */
export function pick(yes: v128, no: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_laneselect(yes, no, mask);
  return v128.bitselect(yes, no, mask);
}
