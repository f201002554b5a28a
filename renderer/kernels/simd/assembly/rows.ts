// Rows of numbers: copied between tables of different widths, and summed.

/** Copies `count` rows of `width` floats. Steps from row to row in floats. */
export function copyRows(from: usize, fromStep: i32, to: usize, toStep: i32, width: i32, count: i32): void {
  if (fromStep === width && toStep === width) {
    memory.copy(to, from, 4 * width * count);
    return;
  }
  for (let row = 0; row < count; row++, from += 4 * fromStep, to += 4 * toStep) {
    let i = 0;
    for (; i + 4 <= width; i += 4) v128.store(to + 4 * i, v128.load(from + 4 * i));
    for (; i < width; i++) store<f32>(to + 4 * i, load<f32>(from + 4 * i));
  }
}

/** Adds all rows of a table up in double precision, from first to last: `width` sums. */
export function sumRows(from: usize, width: i32, count: i32, sums: usize, to: usize): void {
  memory.fill(sums, 0, 8 * width);
  for (let row = 0; row < count; row++, from += 4 * width) {
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const four = v128.load(from + 4 * i);
      const high = v128.shuffle<f64>(four, four, 1, 1);
      const at = sums + 8 * i;
      v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(four)));
      v128.store(at, f64x2.add(v128.load(at, 16), f64x2.promote_low_f32x4(high)), 16);
    }
    for (; i < width; i++) {
      store<f64>(sums + 8 * i, load<f64>(sums + 8 * i) + load<f32>(from + 4 * i));
    }
  }
  for (let i = 0; i < width; i++) store<f32>(to + 4 * i, <f32>load<f64>(sums + 8 * i));
}

/** to = factor · from */
export function scaleTo(to: usize, from: usize, factor: f32, count: i32): void {
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + 4 * i, f32x4.mul(factors, v128.load(from + 4 * i)));
  for (; i < count; i++) store<f32>(to + 4 * i, factor * load<f32>(from + 4 * i));
}
