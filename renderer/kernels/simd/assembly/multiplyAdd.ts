// c + a·b on four floats at once: fused, with one rounding, where the build has relaxed SIMD and the processor the instruction.

export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}
