// Exact nearest neighbours between point clouds. A cloud is sorted along a Morton curve (G. M. Morton, 1966) and cut into blocks of
// sixteen points, blocks into groups of sixteen, each with its bounding box: two levels of a tree, tested four boxes or points at a time.
// Queries go along their own curve, so that the answer of one is a close first guess for the next.
//
// Single precision only rules candidates out, with a margin for its rounding; distances are compared in double precision.

const blockSize: i32 = 16;
const infinity: f32 = Infinity;
/** Relative error of a squared distance in single precision is under 5 · 2⁻²⁴; that of one that underflows, under 2⁻¹²⁶. */
const margin: f64 = 1 + 2e-6;
const tiny: f64 = 1.2e-38;
const radixBits: i32 = 10;

function padded(count: i32, step: i32): i32 {
  return ((count + step - 1) / step) * step;
}

function blocksOf(count: i32): i32 {
  return padded(count, blockSize) / blockSize;
}

function groupsOf(count: i32): i32 {
  return padded(blocksOf(count), blockSize) / blockSize;
}

/**
 * Bytes of a cloud. In it: original index of each point in its place on the curve, then their x, y and z, whole blocks of each; boxes of
 * blocks, as least x, y, z and largest x, y, z, whole groups of each; boxes of groups, rounded up to four.
 */
export function cloudBytes(count: i32): i32 {
  const blocks = groupsOf(count) * blockSize;
  return 4 * (4 * blocksOf(count) * blockSize + 6 * blocks + 6 * padded(groupsOf(count), 4));
}

/** Bytes of working memory of `buildCloud`: keys and indices before and after a pass of sorting, and counts. */
export function cloudScratch(count: i32): i32 {
  return 16 * count + 4 * (1 << radixBits);
}

/** Builds the cloud of `count` points. */
export function buildCloud(points: usize, count: i32, cloud: usize, scratch: usize): void {
  const slots = blocksOf(count) * blockSize;
  const order = cloud;
  const xs = order + 4 * slots;
  const ys = xs + 4 * slots;
  const zs = ys + 4 * slots;
  sortAlongCurve(points, count, scratch);
  for (let i = 0; i < slots; i++) {
    const at = 4 * i;
    if (i < count) {
      const index = load<i32>(scratch + 4 * count + at);
      const from = points + 12 * index;
      store<i32>(order + at, index);
      store<f32>(xs + at, load<f32>(from));
      store<f32>(ys + at, load<f32>(from, 4));
      store<f32>(zs + at, load<f32>(from, 8));
    } else {
      store<i32>(order + at, -1);
      store<f32>(xs + at, infinity);
      store<f32>(ys + at, infinity);
      store<f32>(zs + at, infinity);
    }
  }
  const boxes = zs + 4 * slots;
  const boxSlots = groupsOf(count) * blockSize;
  for (let block = 0; block < boxSlots; block++) {
    const first = block * blockSize;
    const end = min(first + blockSize, count);
    for (let axis = 0; axis < 3; axis++) {
      const from = xs + 4 * axis * slots;
      boundValues(from, from, first, end, boxes + 4 * (axis * boxSlots + block), 12 * boxSlots);
    }
  }
  const groupBoxes = boxes + 24 * boxSlots;
  const groupSlots = padded(groupsOf(count), 4);
  for (let group = 0; group < groupSlots; group++) {
    const first = group * blockSize;
    const end = min(first + blockSize, boxSlots);
    for (let axis = 0; axis < 3; axis++) {
      const from = boxes + 4 * axis * boxSlots;
      boundValues(
        from,
        from + 12 * boxSlots,
        first,
        end,
        groupBoxes + 4 * (axis * groupSlots + group),
        12 * groupSlots,
      );
    }
  }
}

/** Writes the least of some numbers, and `farther` bytes on the largest of some others. Infinite, the wrong way round, for none. */
function boundValues(lows: usize, highs: usize, first: i32, end: i32, to: usize, farther: i32): void {
  let low = infinity;
  let high = -infinity;
  for (let i = first; i < end; i++) {
    // A comparison, so that what is no number is left out.
    const least = load<f32>(lows + 4 * i);
    const most = load<f32>(highs + 4 * i);
    if (least < low) low = least;
    if (most > high) high = most;
  }
  store<f32>(to, low);
  store<f32>(to + farther, high);
}

/** Leaves the points' indices in the order of their Morton codes, of ten bits an axis, at `scratch + 4·count`. */
function sortAlongCurve(points: usize, count: i32, scratch: usize): void {
  let keys = scratch;
  let indices = keys + 4 * count;
  let otherKeys = indices + 4 * count;
  let otherIndices = otherKeys + 4 * count;
  const counts = otherIndices + 4 * count;
  let extent: f32 = 0;
  let x0 = infinity;
  let y0 = infinity;
  let z0 = infinity;
  let x1 = -infinity;
  let y1 = -infinity;
  let z1 = -infinity;
  for (let i = 0; i < count; i++) {
    const at = points + 12 * i;
    x0 = min(x0, load<f32>(at));
    y0 = min(y0, load<f32>(at, 4));
    z0 = min(z0, load<f32>(at, 8));
    x1 = max(x1, load<f32>(at));
    y1 = max(y1, load<f32>(at, 4));
    z1 = max(z1, load<f32>(at, 8));
  }
  extent = max(x1 - x0, max(y1 - y0, z1 - z0));
  // Points that are no numbers, or all in one place, keep their order.
  const scale: f32 = extent > 0 && extent < infinity ? <f32>1023 / extent : 0;
  for (let i = 0; i < count; i++) {
    const at = points + 12 * i;
    const key =
      spread(cell(load<f32>(at) - x0, scale)) |
      (spread(cell(load<f32>(at, 4) - y0, scale)) << 1) |
      (spread(cell(load<f32>(at, 8) - z0, scale)) << 2);
    store<u32>(keys + 4 * i, key);
    store<i32>(indices + 4 * i, i);
  }
  for (let shift = 0; shift < 30; shift += radixBits) {
    memory.fill(counts, 0, 4 << radixBits);
    for (let i = 0; i < count; i++) {
      const bin = counts + 4 * ((load<u32>(keys + 4 * i) >> shift) & 1023);
      store<i32>(bin, load<i32>(bin) + 1);
    }
    let start = 0;
    for (let bin = 0; bin < 1 << radixBits; bin++) {
      const size = load<i32>(counts + 4 * bin);
      store<i32>(counts + 4 * bin, start);
      start += size;
    }
    for (let i = 0; i < count; i++) {
      const key = load<u32>(keys + 4 * i);
      const bin = counts + 4 * ((key >> shift) & 1023);
      const to = load<i32>(bin);
      store<i32>(bin, to + 1);
      store<u32>(otherKeys + 4 * to, key);
      store<i32>(otherIndices + 4 * to, load<i32>(indices + 4 * i));
    }
    const swap = keys;
    keys = otherKeys;
    otherKeys = swap;
    const swapped = indices;
    indices = otherIndices;
    otherIndices = swapped;
  }
  // Three passes end in the other half.
  memory.copy(scratch + 4 * count, indices, 4 * count);
}

function cell(offset: f32, scale: f32): u32 {
  const scaled = offset * scale;
  return scaled > 0 ? <u32>min<f32>(scaled, 1023) : 0;
}

/** Puts two zeros between the bits of a number of ten bits. */
function spread(value: u32): u32 {
  value = (value | (value << 16)) & 0x030000ff;
  value = (value | (value << 8)) & 0x0300f00f;
  value = (value | (value << 4)) & 0x030c30c3;
  return (value | (value << 2)) & 0x09249249;
}

/**
 * Fills `nearest`, [queryCount], with the original index of the nearest of the points for the queries of a cloud from its place `first` up
 * to `end`; of equally near ones the lowest. −1 where there is none: no points, or a query that is not a number.
 */
export function nearestPoints(
  queries: usize,
  queryCount: i32,
  first: i32,
  end: i32,
  points: usize,
  count: i32,
  nearest: usize,
): void {
  const querySlots = blocksOf(queryCount) * blockSize;
  const slots = blocksOf(count) * blockSize;
  const order = points;
  const xs = order + 4 * slots;
  const boxes = xs + 12 * slots;
  const boxSlots = groupsOf(count) * blockSize;
  const groupBoxes = boxes + 24 * boxSlots;
  const groupSlots = padded(groupsOf(count), 4);
  let guess = 0;
  for (let q = first; q < end; q++) {
    const at = queries + 4 * (querySlots + q);
    const x = load<f32>(at);
    const y = load<f32>(at + 4 * querySlots);
    const z = load<f32>(at + 8 * querySlots);
    const qx = f32x4.splat(x);
    const qy = f32x4.splat(y);
    const qz = f32x4.splat(z);
    let best = <f64>Infinity;
    let bestIndex = -1;
    // The block of the last answer bounds this one.
    let limit = f32x4.splat(
      count > 0 ? boundIn(guess & ~(blockSize - 1), xs, 4 * slots, qx, qy, qz) : infinity,
    );
    for (let g = 0; g < groupSlots; g += 4) {
      let groupMask = boxesWithin(groupBoxes + 4 * g, 4 * groupSlots, qx, qy, qz, limit);
      while (groupMask !== 0) {
        const group = g + ctz(groupMask);
        groupMask &= groupMask - 1;
        for (let b = group * blockSize; b < (group + 1) * blockSize; b += 4) {
          let blockMask = boxesWithin(boxes + 4 * b, 4 * boxSlots, qx, qy, qz, limit);
          while (blockMask !== 0) {
            const block = b + ctz(blockMask);
            blockMask &= blockMask - 1;
            for (let p = block * blockSize; p < (block + 1) * blockSize; p += 4) {
              const from = xs + 4 * p;
              const dx = f32x4.sub(qx, v128.load(from));
              const dy = f32x4.sub(qy, v128.load(from + 4 * slots));
              const dz = f32x4.sub(qz, v128.load(from + 8 * slots));
              const squared = f32x4.add(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)), f32x4.mul(dz, dz));
              let mask = i32x4.bitmask(f32x4.le(squared, limit));
              while (mask !== 0) {
                const slot = p + ctz(mask);
                mask &= mask - 1;
                const exact = squaredDistance(x, y, z, xs + 4 * slot, 4 * slots);
                const index = load<i32>(order + 4 * slot);
                if (exact < best || (exact === best && index < bestIndex)) {
                  best = exact;
                  bestIndex = index;
                  guess = slot;
                  limit = f32x4.splat(<f32>(best * margin + tiny));
                }
              }
            }
          }
        }
      }
    }
    store<i32>(nearest + 4 * load<i32>(queries + 4 * q), bestIndex);
  }
}

/** A squared distance that single precision finds for the nearest point at the latest, if the block at that slot has it. */
function boundIn(slot: i32, xs: usize, step: i32, qx: v128, qy: v128, qz: v128): f32 {
  let least = f32x4.splat(infinity);
  for (let p = slot; p < slot + blockSize; p += 4) {
    const from = xs + 4 * p;
    const dx = f32x4.sub(qx, v128.load(from));
    const dy = f32x4.sub(qy, v128.load(from + step));
    const dz = f32x4.sub(qz, v128.load(from + 2 * step));
    const squared = f32x4.add(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)), f32x4.mul(dz, dz));
    least = f32x4.pmin(least, squared);
  }
  const bound = min(
    min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1)),
    min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)),
  );
  return <f32>(<f64>bound * margin + tiny);
}

/** Which of four boxes have a squared distance of at most `limit` from the point: a bit each. */
function boxesWithin(boxes: usize, step: i32, qx: v128, qy: v128, qz: v128, limit: v128): i32 {
  const zero = f32x4.splat(0);
  const dx = f32x4.max(
    f32x4.max(f32x4.sub(v128.load(boxes), qx), f32x4.sub(qx, v128.load(boxes + 3 * step))),
    zero,
  );
  const dy = f32x4.max(
    f32x4.max(f32x4.sub(v128.load(boxes + step), qy), f32x4.sub(qy, v128.load(boxes + 4 * step))),
    zero,
  );
  const dz = f32x4.max(
    f32x4.max(f32x4.sub(v128.load(boxes + 2 * step), qz), f32x4.sub(qz, v128.load(boxes + 5 * step))),
    zero,
  );
  const squared = f32x4.add(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)), f32x4.mul(dz, dz));
  return i32x4.bitmask(f32x4.le(squared, limit));
}

function squaredDistance(x: f64, y: f64, z: f64, point: usize, step: i32): f64 {
  const dx = x - load<f32>(point);
  const dy = y - load<f32>(point + step);
  const dz = z - load<f32>(point + 2 * step);
  return dx * dx + dy * dy + dz * dz;
}
