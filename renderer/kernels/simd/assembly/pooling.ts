// Perceptual feature pooling: rows of channels picked up from feature maps by bilinear interpolation, where vertices project. Positions
// in double precision, features in single.

import { multiplyAdd } from './multiplyAdd';

/**
 * Layout of one map in memory: its address and that of its gradient, height, width and channels as int32, then, from byte 24, in double
 * precision scale, offset, low and high of its columns, and the same of its rows.
 */
const layoutSize = 88;

/** One corner of the four texels around a projection, by its bits: 1 right, 2 below. */
function texelOf(layout: usize, item: i32, x0: i32, y0: i32, x1: i32, y1: i32, corner: i32): i32 {
  const height = load<i32>(layout, 8);
  const width = load<i32>(layout, 12);
  const channels = load<i32>(layout, 16);
  const column = (corner & 1) !== 0 ? x1 : x0;
  const row = (corner & 2) !== 0 ? y1 : y0;
  // With `legacy`, texels beyond the map are zeros.
  return column < width && row < height ? ((item * height + row) * width + column) * channels : -1;
}

/** Texel coordinate along an axis whose numbers lie at `axis`, for a direction of that sign. */
function coordinate(axis: usize, direction: f64): f64 {
  return load<f64>(axis) * direction + load<f64>(axis, 8);
}

function clipped(axis: usize, value: f64): f64 {
  return min(max(value, load<f64>(axis, 16)), load<f64>(axis, 24));
}

function depthOf(z: f64, distance: f64, nearest: f64, legacy: bool): f64 {
  const depth = distance - z;
  if (!legacy) return max(depth, nearest);
  return abs(depth) > 1e-12 ? depth : 1e-12;
}

/**
 * Fills `out`, [rows][total]: for each of the vertices, `perItem` an item, the features of all maps.
 */
export function poolFeatures(
  positions: usize,
  rows: i32,
  perItem: i32,
  layouts: usize,
  maps: i32,
  distance: f64,
  nearest: f64,
  legacy: bool,
  out: usize,
): void {
  for (let row = 0; row < rows; row++, positions += 12) {
    const item = row / perItem;
    const depth = depthOf(load<f32>(positions, 8), distance, nearest, legacy);
    const x = <f64>load<f32>(positions) / depth;
    const y = <f64>load<f32>(positions, 4) / depth;
    for (let m = 0; m < maps; m++) {
      const layout = layouts + m * layoutSize;
      const map = <usize>load<u32>(layout);
      const width = load<i32>(layout, 12);
      const height = load<i32>(layout, 8);
      const channels = load<i32>(layout, 16);
      const u = clipped(layout + 24, coordinate(layout + 24, x));
      const v = clipped(layout + 56, coordinate(layout + 56, -y));
      const x0 = <i32>floor(u);
      const y0 = <i32>floor(v);
      const x1 = legacy ? <i32>ceil(u) : min(x0 + 1, width - 1);
      const y1 = legacy ? <i32>ceil(v) : min(y0 + 1, height - 1);
      const right = u - x0;
      const bottom = v - y0;
      const left = legacy ? x1 - u : 1 - right;
      const top = legacy ? y1 - v : 1 - bottom;
      memory.fill(out, 0, 4 * channels);
      for (let corner = 0; corner < 4; corner++) {
        const texel = texelOf(layout, item, x0, y0, x1, y1, corner);
        const weight = ((corner & 1) !== 0 ? right : left) * ((corner & 2) !== 0 ? bottom : top);
        if (texel >= 0 && weight !== 0) addScaled(map + 4 * texel, <f32>weight, out, channels);
      }
      out += 4 * channels;
    }
  }
}

/** to += weight · from */
function addScaled(from: usize, weight: f32, to: usize, channels: i32): void {
  const weights = f32x4.splat(weight);
  let c = 0;
  for (; c + 4 <= channels; c += 4, from += 16, to += 16) {
    v128.store(to, multiplyAdd(weights, v128.load(from), v128.load(to)));
  }
  for (; c < channels; c++, from += 4, to += 4) store<f32>(to, load<f32>(to) + weight * load<f32>(from));
}

/** The gradient of `poolFeatures`: adds to the gradients of the maps, and fills that of the positions. */
export function poolFeaturesBackward(
  upstream: usize,
  positions: usize,
  rows: i32,
  perItem: i32,
  layouts: usize,
  maps: i32,
  distance: f64,
  nearest: f64,
  legacy: bool,
  dPositions: usize,
): void {
  for (let row = 0; row < rows; row++, positions += 12, dPositions += 12) {
    const item = row / perItem;
    const z: f64 = load<f32>(positions, 8);
    const depth = depthOf(z, distance, nearest, legacy);
    const x = <f64>load<f32>(positions) / depth;
    const y = <f64>load<f32>(positions, 4) / depth;
    let dx: f64 = 0;
    let dy: f64 = 0;
    for (let m = 0; m < maps; m++) {
      const layout = layouts + m * layoutSize;
      const map = <usize>load<u32>(layout);
      const dMap = <usize>load<u32>(layout, 4);
      const width = load<i32>(layout, 12);
      const height = load<i32>(layout, 8);
      const channels = load<i32>(layout, 16);
      const column = coordinate(layout + 24, x);
      const line = coordinate(layout + 56, -y);
      const u = clipped(layout + 24, column);
      const v = clipped(layout + 56, line);
      const x0 = <i32>floor(u);
      const y0 = <i32>floor(v);
      const x1 = legacy ? <i32>ceil(u) : min(x0 + 1, width - 1);
      const y1 = legacy ? <i32>ceil(v) : min(y0 + 1, height - 1);
      const right = u - x0;
      const bottom = v - y0;
      const left = legacy ? x1 - u : 1 - right;
      const top = legacy ? y1 - v : 1 - bottom;
      let alongX: f64 = 0;
      let alongY: f64 = 0;
      for (let corner = 0; corner < 4; corner++) {
        const texel = texelOf(layout, item, x0, y0, x1, y1, corner);
        if (texel < 0) continue;
        const across = (corner & 1) !== 0 ? right : left;
        const down = (corner & 2) !== 0 ? bottom : top;
        const product: f64 = pull(
          upstream,
          map + 4 * texel,
          dMap + 4 * texel,
          <f32>(across * down),
          channels,
        );
        // The weight of the right column grows with u, that of the left one shrinks; rows likewise.
        alongX += ((corner & 1) !== 0 ? product : -product) * down;
        alongY += ((corner & 2) !== 0 ? product : -product) * across;
      }
      if (column === u) dx += load<f64>(layout, 24) * alongX;
      if (line === v) dy -= load<f64>(layout, 56) * alongY;
      upstream += 4 * channels;
    }
    const isMovable = legacy || distance - z >= nearest;
    store<f32>(dPositions, <f32>(isMovable ? dx / depth : 0));
    store<f32>(dPositions, <f32>(isMovable ? dy / depth : 0), 4);
    store<f32>(dPositions, <f32>(isMovable ? (x * dx + y * dy) / depth : 0), 8);
  }
}

/** Hands the upstream gradient on to a texel, and returns its product with the texel's features. */
function pull(upstream: usize, texel: usize, dTexel: usize, weight: f32, channels: i32): f32 {
  const weights = f32x4.splat(weight);
  let products = f32x4.splat(0);
  let c = 0;
  for (; c + 4 <= channels; c += 4, upstream += 16, texel += 16, dTexel += 16) {
    const g = v128.load(upstream);
    v128.store(dTexel, multiplyAdd(weights, g, v128.load(dTexel)));
    products = multiplyAdd(g, v128.load(texel), products);
  }
  let product =
    f32x4.extract_lane(products, 0) +
    f32x4.extract_lane(products, 1) +
    (f32x4.extract_lane(products, 2) + f32x4.extract_lane(products, 3));
  for (; c < channels; c++, upstream += 4, texel += 4, dTexel += 4) {
    const g = load<f32>(upstream);
    store<f32>(dTexel, load<f32>(dTexel) + weight * g);
    product += g * load<f32>(texel);
  }
  return product;
}
