// Depths of a face at the pixels of a row, ζ, and levels, z̄ = (far − ζ)/(far − near), beside those that the pixels have.

import { demote, exp2OfMinus } from '../math';
import {
  columnsB,
  cornerDepth,
  depths,
  far,
  hidden,
  inverseDepth,
  inverseW,
  isOriginal,
  levels,
  lineB,
  longest,
  lowest,
  near,
  perGamma,
  perRange,
} from './record';

/** z̄ of two pixels of the row, −∞ where it is outside of 0…1; leaves ζ, as two doubles, at `depths`. */
function levelAt(face: usize, column: v128, depths: usize): v128 {
  if (load<i32>(face, isOriginal) === 0) return levelOfVariant(face, column, depths);
  const c0 = clippedLine(face, column);
  const c1 = clippedLine(face + 8, column);
  const c2 = clippedLine(face + 16, column);
  const total = f64x2.add(c0, f64x2.add(c1, c2));
  const inverse = f64x2.add(
    f64x2.mul(c0, v128.load64_splat(face, inverseDepth)),
    f64x2.add(
      f64x2.mul(c1, v128.load64_splat(face, inverseDepth + 8)),
      f64x2.mul(c2, v128.load64_splat(face, inverseDepth + 16)),
    ),
  );
  const z = f64x2.div(total, inverse);
  v128.store(depths, z);
  const farthest = v128.load64_splat(face, far);
  const within = v128.and(f64x2.ge(z, v128.load64_splat(face, near)), f64x2.le(z, farthest));
  const level = f64x2.mul(f64x2.sub(farthest, z), v128.load64_splat(face, perRange));
  return v128.bitselect(level, f64x2.splat(-Infinity), within);
}

/** The same by PyTorch3D's rules: ζ = Σ b ζ_k, b from weights clipped from below, and no bounds. */
function levelOfVariant(face: usize, column: v128, depths: usize): v128 {
  const p0 = f64x2.mul(positiveLine(face, column), v128.load64_splat(face, inverseW));
  const p1 = f64x2.mul(positiveLine(face + 8, column), v128.load64_splat(face, inverseW + 8));
  const p2 = f64x2.mul(positiveLine(face + 16, column), v128.load64_splat(face, inverseW + 16));
  const total = f64x2.add(p0, f64x2.add(p1, p2));
  const sum = f64x2.add(
    f64x2.mul(p0, v128.load64_splat(face, cornerDepth)),
    f64x2.add(
      f64x2.mul(p1, v128.load64_splat(face, cornerDepth + 8)),
      f64x2.mul(p2, v128.load64_splat(face, cornerDepth + 16)),
    ),
  );
  const z = f64x2.div(sum, total);
  v128.store(depths, z);
  return f64x2.mul(f64x2.sub(v128.load64_splat(face, far), z), v128.load64_splat(face, perRange));
}

function positiveLine(face: usize, columns: v128): v128 {
  const beta = f64x2.add(
    v128.load64_splat(face, lineB),
    f64x2.mul(v128.load64_splat(face, columnsB), columns),
  );
  return f64x2.pmax(f64x2.splat(0), beta);
}

function clippedLine(face: usize, columns: v128): v128 {
  return f64x2.pmin(f64x2.splat(1), positiveLine(face, columns));
}

/** Whether four pixels all have a level so high that the face is not seen there. */
export function isHiddenBy(face: usize, highest: usize): bool {
  const limit = v128.load64_splat(face, lowest);
  return !v128.any_true(
    v128.or(f64x2.le(v128.load(highest), limit), f64x2.le(v128.load(highest, 16), limit)),
  );
}

/** How much z̄ of the group lies above what the pixels have, in units of γ ln 2; leaves z̄ and ζ in the record. */
export function gapAbove(face: usize, group: usize, column: i32, highest: usize): v128 {
  const columns = f64x2.add(f64x2.splat(<f64>column), f64x2(0, 1));
  const low = levelAt(face, columns, group + depths);
  const high = levelAt(face, f64x2.add(columns, f64x2.splat(2)), group + depths + 16);
  v128.store(group, low, levels);
  v128.store(group, high, levels + 16);
  const per = v128.load64_splat(face, perGamma);
  return demote(
    f64x2.mul(f64x2.sub(low, v128.load(highest)), per),
    f64x2.mul(f64x2.sub(high, v128.load(highest, 16)), per),
  );
}

/** Where the depth of the group takes part in colours; leaves ζ in the record. */
export function takesPart(face: usize, group: usize, column: i32): v128 {
  const columns = f64x2.add(f64x2.splat(<f64>column), f64x2(0, 1));
  const low = levelAt(face, columns, group + depths);
  const high = levelAt(face, f64x2.add(columns, f64x2.splat(2)), group + depths + 16);
  const none = f64x2.splat(-Infinity);
  return v128.shuffle<i32>(f64x2.gt(low, none), f64x2.gt(high, none), 0, 2, 4, 6);
}

/** 2^gap where the gap is at most 0, and its opposite where it is above; 0 where it is too large to be seen. */
export function decayOf(face: usize, gap: v128): v128 {
  const decay = exp2OfMinus(f32x4.pmin(f32x4.splat(longest), f32x4.abs(gap)));
  return v128.and(decay, f32x4.ge(gap, v128.load32_splat(face, hidden)));
}

/** ζ of the group, in float32. */
export function depthOfGroup(face: usize, group: usize, column: i32): v128 {
  const columns = f64x2.add(f64x2.splat(<f64>column), f64x2(0, 1));
  levelAt(face, columns, group + depths);
  levelAt(face, f64x2.add(columns, f64x2.splat(2)), group + depths + 16);
  return depthKept(group);
}

/** The same once more, after `gapAbove`. */
export function depthKept(group: usize): v128 {
  return demote(v128.load(group, depths), v128.load(group, depths + 16));
}

/** Keeps the z̄ of `gapAbove` where `isNew`. */
export function raise(group: usize, isNew: v128, highest: usize): void {
  v128.store(
    highest,
    v128.bitselect(v128.load(group, levels), v128.load(highest), v128.shuffle<i32>(isNew, isNew, 0, 0, 1, 1)),
  );
  v128.store(
    highest,
    v128.bitselect(
      v128.load(group, levels + 16),
      v128.load(highest, 16),
      v128.shuffle<i32>(isNew, isNew, 2, 2, 3, 3),
    ),
    16,
  );
}
