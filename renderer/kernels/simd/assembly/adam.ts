// A step of Adam on one variable, and the squared norm of a gradient: in double precision, as src/tensor/adam.ts.

/** Moves `count` weights; m and v are their moments. */
export function adam(
  weights: usize,
  gradient: usize,
  m: usize,
  v: usize,
  updated: usize,
  count: i32,
  beta1: f64,
  beta2: f64,
  gain1: f64,
  gain2: f64,
  rate: f64,
  correction2: f64,
  epsilon: f64,
  keep: f64,
): void {
  const b1 = f64x2.splat(beta1);
  const b2 = f64x2.splat(beta2);
  const g1 = f64x2.splat(gain1);
  const g2 = f64x2.splat(gain2);
  const lr = f64x2.splat(rate);
  const c2 = f64x2.splat(correction2);
  const eps = f64x2.splat(epsilon);
  const kept = f64x2.splat(keep);
  let i = 0;
  for (; i + 2 <= count; i += 2, weights += 8, gradient += 8, m += 8, v += 8, updated += 8) {
    const g = f64x2.promote_low_f32x4(v128.load64_zero(gradient));
    const first = f64x2.add(f64x2.mul(b1, f64x2.promote_low_f32x4(v128.load64_zero(m))), f64x2.mul(g1, g));
    const second = f64x2.add(
      f64x2.mul(b2, f64x2.promote_low_f32x4(v128.load64_zero(v))),
      f64x2.mul(f64x2.mul(g2, g), g),
    );
    v128.store64_lane(m, f32x4.demote_f64x2_zero(first), 0);
    v128.store64_lane(v, f32x4.demote_f64x2_zero(second), 0);
    const size = f64x2.div(f64x2.mul(lr, first), f64x2.add(f64x2.mul(f64x2.sqrt(second), c2), eps));
    const moved = f64x2.sub(f64x2.mul(kept, f64x2.promote_low_f32x4(v128.load64_zero(weights))), size);
    v128.store64_lane(updated, f32x4.demote_f64x2_zero(moved), 0);
  }
  if (i < count) {
    const g: f64 = load<f32>(gradient);
    const first = beta1 * load<f32>(m) + gain1 * g;
    const second = beta2 * load<f32>(v) + gain2 * g * g;
    store<f32>(m, <f32>first);
    store<f32>(v, <f32>second);
    const moved = keep * load<f32>(weights) - (rate * first) / (sqrt(second) * correction2 + epsilon);
    store<f32>(updated, <f32>moved);
  }
}

/** Sum of squares. */
export function squaredNorm(values: usize, count: i32): f64 {
  let even = f64x2.splat(0);
  let odd = even;
  let i = 0;
  for (; i + 4 <= count; i += 4, values += 16) {
    const four = v128.load(values);
    const low = f64x2.promote_low_f32x4(four);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f64>(four, four, 1, 1));
    even = f64x2.add(even, f64x2.mul(low, low));
    odd = f64x2.add(odd, f64x2.mul(high, high));
  }
  const sums = f64x2.add(even, odd);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; i < count; i++, values += 4) {
    const value: f64 = load<f32>(values);
    sum += value * value;
  }
  return sum;
}
