// Convolution as a matrix product: the patches under the filter's windows, gathered from a picture (im2col) or added back to it (col2im).
// Pictures are [H, W, C], patches [windows][taps, C], taps row by row; windows that reach outside the picture see zeros there.

/** Fills `patches` with what the windows of one picture see, or, with `adds`, adds patches to the pixels that they came from. */
export function movePatches(
  adds: bool,
  picture: usize,
  patches: usize,
  inHeight: i32,
  inWidth: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
): void {
  for (let outY = 0; outY < outHeight; outY++) {
    for (let outX = 0; outX < outWidth; outX++) {
      const x = outX * strideX - left;
      // Taps of one row lie side by side in the picture too: one run, cut at the picture's edges.
      const first = min(filterWidth, max(0, -x));
      const last = max(first, min(filterWidth, inWidth - x));
      const length = (last - first) * channels;
      for (let tapY = 0; tapY < filterHeight; tapY++, patches += 4 * filterWidth * channels) {
        const y = outY * strideY + tapY - top;
        const isInside = y >= 0 && y < inHeight;
        const pixels = picture + 4 * (y * inWidth + x + first) * channels;
        const taps = patches + 4 * first * channels;
        if (adds) {
          if (isInside) addRun(taps, pixels, length);
        } else if (isInside) {
          if (first > 0) memory.fill(patches, 0, 4 * first * channels);
          copyRun(pixels, taps, length);
          if (last < filterWidth) memory.fill(taps + 4 * length, 0, 4 * (filterWidth - last) * channels);
        } else {
          memory.fill(patches, 0, 4 * filterWidth * channels);
        }
      }
    }
  }
}

/** rows[ids[i]] += x[i] row by row in their order; rows with an id outside the range are dropped. */
export function addRows(x: usize, ids: usize, count: i32, width: i32, rows: usize, rowCount: i32): void {
  for (let i = 0; i < count; i++, x += 4 * width) {
    const id = load<i32>(ids + 4 * i);
    if (id >= 0 && id < rowCount) addRun(x, rows + 4 * id * width, width);
  }
}

function copyRun(from: usize, to: usize, length: i32): void {
  const end = from + 4 * (length & ~3);
  for (; from < end; from += 16, to += 16) v128.store(to, v128.load(from));
  for (let i = length & 3; i > 0; i--, from += 4, to += 4) store<f32>(to, load<f32>(from));
}

function addRun(from: usize, to: usize, length: i32): void {
  const end = from + 4 * (length & ~3);
  for (; from < end; from += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (let i = length & 3; i > 0; i--, from += 4, to += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}
