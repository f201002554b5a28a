// How alike two gradients are: pure functions of arrays [V·2], dL/d(x, y) of every vertex. The oracle's is the second.

import type { Mean } from './results.ts';

/** Vertices count where the oracle's gradient is above this share of its largest. */
const SIGNIFICANT = 1e-3;
/** A gradient below this share of the oracle's largest is zero: less than float32 leaves of it. */
const ZERO = 1e-6;

export const norm = (vector: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i] * vector[i];
  return Math.sqrt(sum);
};

/** g·ĝ / (|g| |ĝ|); null where one of them is zero. */
export function cosine(gradient: ArrayLike<number>, oracle: ArrayLike<number>): number | null {
  const lengths = norm(gradient) * norm(oracle);
  if (!(lengths > 0)) return null;
  let dot = 0;
  for (let i = 0; i < gradient.length; i++) dot += gradient[i] * oracle[i];
  return Math.min(1, Math.max(-1, dot / lengths));
}

/** |g| / |ĝ|; null where the oracle's is zero. */
export function normRatio(gradient: ArrayLike<number>, oracle: ArrayLike<number>): number | null {
  const length = norm(oracle);
  return length > 0 ? norm(gradient) / length : null;
}

/** Length of the longest of the vectors [V·2]. */
export function longest(vectors: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < vectors.length; i += 2) most = Math.max(most, Math.hypot(vectors[i], vectors[i + 1]));
  return most;
}

/** What single vertices say, over those where the oracle has a gradient. */
export interface VertexMeasures {
  /** Degrees between the two, for those where the method has a gradient too. */
  angles: number[];
  /** How many vertices count, and at how many of them the method has none. */
  vertices: number;
  zero: number;
  /** Of their components that are not zero for the oracle: how many, and how many have the oracle's sign. */
  components: number;
  agreeing: number;
}

export function vertexMeasures(gradient: ArrayLike<number>, oracle: ArrayLike<number>): VertexMeasures {
  const measures: VertexMeasures = { angles: [], vertices: 0, zero: 0, components: 0, agreeing: 0 };
  const largest = longest(oracle);
  if (largest === 0) return measures;
  for (let i = 0; i < oracle.length; i += 2) {
    const [gx, gy, ox, oy] = [gradient[i], gradient[i + 1], oracle[i], oracle[i + 1]];
    if (Math.hypot(ox, oy) <= SIGNIFICANT * largest) continue;
    measures.vertices++;
    if (Math.hypot(gx, gy) <= ZERO * largest) measures.zero++;
    else measures.angles.push((180 / Math.PI) * Math.abs(Math.atan2(gx * oy - gy * ox, gx * ox + gy * oy)));
    for (const [own, true_] of [
      [gx, ox],
      [gy, oy],
    ]) {
      if (Math.abs(true_) <= SIGNIFICANT * largest) continue;
      measures.components++;
      if (Math.abs(own) > ZERO * largest && Math.sign(own) === Math.sign(true_)) measures.agreeing++;
    }
  }
  return measures;
}

/** Mean and its standard error; null without values. */
export function meanOf(values: readonly number[]): Mean | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: count > 1 ? Math.sqrt(squares / (count - 1) / count) : 0 };
}

/** The value below which a share of the values lies, between neighbours linearly; null without values. */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
