// Some channels out of rows of numbers, or into them.

/** Copies `count` numbers a row. Steps, from row to row, in numbers. */
export function copyChannels(
  from: usize,
  fromStep: i32,
  to: usize,
  toStep: i32,
  count: i32,
  rows: i32,
): void {
  if (count === 1) {
    for (; rows > 0; rows--, from += 4 * fromStep, to += 4 * toStep) store<f32>(to, load<f32>(from));
  } else if (count === 3) {
    for (; rows > 0; rows--, from += 4 * fromStep, to += 4 * toStep) {
      store<i64>(to, load<i64>(from));
      store<f32>(to, load<f32>(from, 8), 8);
    }
  } else {
    for (; rows > 0; rows--, from += 4 * fromStep, to += 4 * toStep) memory.copy(to, from, 4 * count);
  }
}
