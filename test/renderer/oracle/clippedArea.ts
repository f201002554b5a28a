// One triangle in one pixel by Sutherland and Hodgman's polygon clipping: the closed form that the oracle is held against.

/** The share of a pixel (row · width + column) that a triangle with image-plane corners (x, y) covers. */
export function clippedArea(
  corners: ArrayLike<number>,
  pixel: number,
  width: number,
  height: number,
): number {
  const column = pixel % width;
  const row = Math.floor(pixel / width);
  let polygon = [0, 1, 2].map((k) => [
    ((corners[2 * k] + 1) * width) / 2 - column,
    ((1 - corners[2 * k + 1]) * height) / 2 - row,
  ]);
  for (const axis of [0, 1]) {
    for (const inside of [(value: number) => value, (value: number) => 1 - value]) {
      polygon = polygon.flatMap((from, i) => {
        const to = polygon[(i + 1) % polygon.length];
        const [a, b] = [inside(from[axis]), inside(to[axis])];
        const crossing = from.map((value, k) => value + (a / (a - b)) * (to[k] - value));
        return [...(a >= 0 ? [from] : []), ...(a >= 0 !== b >= 0 ? [crossing] : [])];
      });
    }
  }
  let doubled = 0;
  polygon.forEach(([x, y], i) => {
    const [nextX, nextY] = polygon[(i + 1) % polygon.length];
    doubled += x * nextY - nextX * y;
  });
  return Math.abs(doubled) / 2;
}
