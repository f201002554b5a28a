// A step of Adam on one variable: its moments in double precision, as src/tensor/adam.ts, the step that follows from them in single. And
// the squared norm of a gradient, in double precision.

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
  const lr = f32x4.splat(<f32>rate);
  const c2 = f32x4.splat(<f32>correction2);
  const eps = f32x4.splat(<f32>epsilon);
  const kept = f32x4.splat(<f32>keep);
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4, weights += 16, gradient += 16, m += 16, v += 16, updated += 16) {
    const g = v128.load(gradient);
    const low = f64x2.promote_low_f32x4(g);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f64>(g, g, 1, 1));
    const first = decayed(v128.load(m), b1, f64x2.mul(g1, low), f64x2.mul(g1, high));
    const second = decayed(
      v128.load(v),
      b2,
      f64x2.mul(f64x2.mul(g2, low), low),
      f64x2.mul(f64x2.mul(g2, high), high),
    );
    v128.store(m, first);
    v128.store(v, second);
    const size = f32x4.div(f32x4.mul(lr, first), f32x4.add(f32x4.mul(f32x4.sqrt(second), c2), eps));
    v128.store(updated, f32x4.sub(f32x4.mul(kept, v128.load(weights)), size));
  }
  for (let i = whole; i < count; i++, weights += 4, gradient += 4, m += 4, v += 4, updated += 4) {
    const g: f64 = load<f32>(gradient);
    const first = <f32>(beta1 * load<f32>(m) + gain1 * g);
    const second = <f32>(beta2 * load<f32>(v) + gain2 * g * g);
    store<f32>(m, first);
    store<f32>(v, second);
    const size = (<f32>rate * first) / (sqrt<f32>(second) * <f32>correction2 + <f32>epsilon);
    store<f32>(updated, <f32>keep * load<f32>(weights) - size);
  }
}

/** Four moments times their decay, plus what is new in the first and last two of them. */
function decayed(moments: v128, decay: v128, low: v128, high: v128): v128 {
  const first = f64x2.add(f64x2.mul(decay, f64x2.promote_low_f32x4(moments)), low);
  const upper = f64x2.promote_low_f32x4(v128.shuffle<f64>(moments, moments, 1, 1));
  const last = f64x2.add(f64x2.mul(decay, upper), high);
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(last), 0, 2);
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
