// Graph convolution after its dense product, and graph unpooling: sparse rows times rows of channels, [items · vertices][channels].

import { multiplyAdd } from './multiplyAdd';

/**
 * out = act(Z₀ + S·Z₁ + b), or ½·(residual + act(…)). A row of `products` holds Z₀, then Z₁. S as
 * compressed rows. `active` gets a bit an element, in bytes of four channels: whether the activation lets its gradient through.
 *
 * @param residual 0 for none
 */
export function mixNeighbours(
  products: usize,
  bias: usize,
  residual: usize,
  offsets: usize,
  indices: usize,
  values: usize,
  items: i32,
  vertices: i32,
  channels: i32,
  rectify: bool,
  out: usize,
  active: usize,
): void {
  const stride = 8 * channels;
  const half = f32x4.splat(0.5);
  const zero = f32x4.splat(0);
  for (let item = 0; item < items; item++) {
    const base = products + item * vertices * stride;
    const neighbours = base + 4 * channels;
    for (let v = 0; v < vertices; v++) {
      const begin = load<i32>(offsets + 4 * v);
      const end = load<i32>(offsets + 4 * v + 4);
      const own = base + v * stride;
      let c = 0;
      // Eight channels at a time keep two sums going side by side.
      for (; c + 8 <= channels; c += 8, out += 32, active += 2) {
        const at = own + 4 * c;
        let s0 = f32x4.add(v128.load(at), v128.load(bias + 4 * c));
        let s1 = f32x4.add(v128.load(at, 16), v128.load(bias + 4 * c, 16));
        for (let k = begin; k < end; k++) {
          const from = neighbours + load<i32>(indices + 4 * k) * stride + 4 * c;
          const weight = v128.load32_splat(values + 4 * k);
          s0 = multiplyAdd(weight, v128.load(from), s0);
          s1 = multiplyAdd(weight, v128.load(from, 16), s1);
        }
        store<u8>(active, rectify ? i32x4.bitmask(f32x4.gt(s0, zero)) : 15);
        store<u8>(active, rectify ? i32x4.bitmask(f32x4.gt(s1, zero)) : 15, 1);
        if (rectify) {
          s0 = f32x4.max(s0, zero);
          s1 = f32x4.max(s1, zero);
        }
        if (residual !== 0) {
          s0 = f32x4.mul(half, f32x4.add(s0, v128.load(residual)));
          s1 = f32x4.mul(half, f32x4.add(s1, v128.load(residual, 16)));
          residual += 32;
        }
        v128.store(out, s0);
        v128.store(out, s1, 16);
      }
      for (; c < channels; c += 4, active++) {
        const count = min(4, channels - c);
        let bits = 0;
        for (let lane = 0; lane < count; lane++, out += 4) {
          let sum = load<f32>(own + 4 * (c + lane)) + load<f32>(bias + 4 * (c + lane));
          for (let k = begin; k < end; k++) {
            const from = neighbours + load<i32>(indices + 4 * k) * stride + 4 * (c + lane);
            sum += load<f32>(values + 4 * k) * load<f32>(from);
          }
          if (!rectify || sum > 0) bits |= 1 << lane;
          // What is no number stays that.
          if (rectify) sum = max<f32>(sum, 0);
          if (residual !== 0) {
            sum = <f32>0.5 * (sum + load<f32>(residual));
            residual += 4;
          }
          store<f32>(out, sum);
        }
        store<u8>(active, bits);
      }
    }
  }
}

/**
 * The gradient of `mixNeighbours`: fills dProducts and, unless it is 0, dResidual; adds to the sums of dBias, [channels] in double
 * precision. `offsets`, `indices` and `values` are those of Sᵀ.
 */
export function mixNeighboursBackward(
  upstream: usize,
  active: usize,
  offsets: usize,
  indices: usize,
  values: usize,
  items: i32,
  vertices: i32,
  channels: i32,
  dProducts: usize,
  dBias: usize,
  dResidual: usize,
): void {
  const stride = 8 * channels;
  for (let item = 0; item < items; item++) {
    const base = dProducts + item * vertices * stride;
    for (let v = 0; v < vertices; v++) {
      throughActivation(upstream, active, channels, base + v * stride, dBias, dResidual);
      upstream += 4 * channels;
      active += (channels + 3) >> 2;
      if (dResidual !== 0) dResidual += 4 * channels;
    }
    for (let v = 0; v < vertices; v++) {
      const begin = load<i32>(offsets + 4 * v);
      const end = load<i32>(offsets + 4 * v + 4);
      const to = base + v * stride + 4 * channels;
      let c = 0;
      for (; c + 8 <= channels; c += 8) {
        let s0 = f32x4.splat(0);
        let s1 = s0;
        for (let k = begin; k < end; k++) {
          const from = base + load<i32>(indices + 4 * k) * stride + 4 * c;
          const weight = v128.load32_splat(values + 4 * k);
          s0 = multiplyAdd(weight, v128.load(from), s0);
          s1 = multiplyAdd(weight, v128.load(from, 16), s1);
        }
        v128.store(to + 4 * c, s0);
        v128.store(to + 4 * c, s1, 16);
      }
      for (; c < channels; c++) {
        let sum: f32 = 0;
        for (let k = begin; k < end; k++) {
          sum += load<f32>(values + 4 * k) * load<f32>(base + load<i32>(indices + 4 * k) * stride + 4 * c);
        }
        store<f32>(to + 4 * c, sum);
      }
    }
  }
}

/** One row of upstream gradients through the activation: to the row of Z₀, the sums of the bias, and the residual. */
function throughActivation(
  upstream: usize,
  active: usize,
  channels: i32,
  to: usize,
  dBias: usize,
  dResidual: usize,
): void {
  const scale: f32 = dResidual !== 0 ? 0.5 : 1;
  const scales = f32x4.splat(scale);
  const lanes = i32x4(1, 2, 4, 8);
  let c = 0;
  for (; c + 4 <= channels; c += 4) {
    const halved = f32x4.mul(scales, v128.load(upstream + 4 * c));
    const bits = v128.and(i32x4.splat(load<u8>(active + (c >> 2))), lanes);
    const g = v128.and(halved, i32x4.eq(bits, lanes));
    v128.store(to + 4 * c, g);
    if (dResidual !== 0) v128.store(dResidual + 4 * c, halved);
    const sums = dBias + 8 * c;
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(g)));
    const high = v128.shuffle<f64>(g, g, 1, 1);
    v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(high)), 16);
  }
  for (; c < channels; c++) {
    const halved = scale * load<f32>(upstream + 4 * c);
    const g: f32 = (load<u8>(active + (c >> 2)) >> (c & 3)) & 1 ? halved : 0;
    store<f32>(to + 4 * c, g);
    if (dResidual !== 0) store<f32>(dResidual + 4 * c, halved);
    store<f64>(dBias + 8 * c, load<f64>(dBias + 8 * c) + g);
  }
}

/** The rows of a coarse mesh and, for every edge, the mean of its ends' rows. */
export function unpool(
  from: usize,
  edges: usize,
  items: i32,
  coarse: i32,
  edgeCount: i32,
  channels: i32,
  to: usize,
): void {
  const half = f32x4.splat(0.5);
  const row = 4 * channels;
  for (let item = 0; item < items; item++, from += coarse * row) {
    memory.copy(to, from, coarse * row);
    to += coarse * row;
    for (let e = 0; e < edgeCount; e++, to += row) {
      const a = from + load<i32>(edges + 8 * e) * row;
      const b = from + load<i32>(edges + 8 * e + 4) * row;
      let c = 0;
      for (; c + 4 <= channels; c += 4) {
        v128.store(to + 4 * c, f32x4.mul(half, f32x4.add(v128.load(a + 4 * c), v128.load(b + 4 * c))));
      }
      for (; c < channels; c++) {
        store<f32>(to + 4 * c, <f32>0.5 * (load<f32>(a + 4 * c) + load<f32>(b + 4 * c)));
      }
    }
  }
}

/** The gradient of `unpool`: fills `to`, [items · coarse][channels]. */
export function unpoolBackward(
  upstream: usize,
  edges: usize,
  items: i32,
  coarse: i32,
  edgeCount: i32,
  channels: i32,
  to: usize,
): void {
  const half = f32x4.splat(0.5);
  const row = 4 * channels;
  for (let item = 0; item < items; item++, to += coarse * row) {
    memory.copy(to, upstream, coarse * row);
    upstream += coarse * row;
    for (let e = 0; e < edgeCount; e++, upstream += row) {
      const a = to + load<i32>(edges + 8 * e) * row;
      const b = to + load<i32>(edges + 8 * e + 4) * row;
      let c = 0;
      for (; c + 4 <= channels; c += 4) {
        const g = f32x4.mul(half, v128.load(upstream + 4 * c));
        v128.store(a + 4 * c, f32x4.add(v128.load(a + 4 * c), g));
        v128.store(b + 4 * c, f32x4.add(v128.load(b + 4 * c), g));
      }
      for (; c < channels; c++) {
        const g = <f32>0.5 * load<f32>(upstream + 4 * c);
        store<f32>(a + 4 * c, load<f32>(a + 4 * c) + g);
        store<f32>(b + 4 * c, load<f32>(b + 4 * c) + g);
      }
    }
  }
}
