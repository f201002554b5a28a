// Pixel2Mesh, network and losses, as its TensorFlow code says it (nywang16/Pixel2Mesh, p2m/models.py, layers.py, losses.py), in double
// precision on a `Tape`: layer by layer in its order, nothing fused or commuted.

import { type Matrix, matrix, type SparseEntries, Tape } from './tape.ts';

export interface ReferenceLevel {
  /** First Chebyshev term. */
  support: SparseEntries;
  /** Pairs of vertices to unpool to the next level. */
  unpool?: ArrayLike<number>;
}

/** Weights by the PyTorch port's names; graph convolutions [in, out], kernels [out, in, h, w]. */
export type ReferenceWeights = Record<string, { shape: number[]; data: ArrayLike<number> }>;

export interface ReferenceResult {
  /** Outputs by the port's names, `projection.N` and `nn_encoder.N` among them. */
  layers: Record<string, Matrix>;
  losses: Record<string, number>;
  /** By the port's names, in the layout of `ReferenceWeights`. */
  gradients: Record<string, Float64Array>;
}

const officialStages = [
  { convolutions: 2, taps: 3, stride: 1 },
  { convolutions: 3, taps: 3, stride: 2 },
  { convolutions: 3, taps: 3, stride: 2 },
  { convolutions: 3, taps: 3, stride: 2 },
  { convolutions: 3, taps: 5, stride: 2 },
  { convolutions: 4, taps: 5, stride: 2 },
];

/**
 * @param picture [size²·3] sRGB on white
 * @param template [V·3] in camera space
 * @param truth points and normals of the true surface, [P·3] each
 */
export function officialReference(
  picture: Float64Array,
  size: number,
  template: ArrayLike<number>,
  levels: readonly ReferenceLevel[],
  weights: ReferenceWeights,
  truth: { points: ArrayLike<number>; normals: ArrayLike<number> },
): ReferenceResult {
  const tape = new Tape();
  const layers: Record<string, Matrix> = {};
  const used: Record<string, Matrix> = {};
  const parameter = (name: string): Matrix => {
    const { shape, data } = weights[name];
    if (shape.length !== 4) {
      used[name] ??= shape.length === 1 ? matrix(1, shape[0], data) : matrix(shape[0], shape[1], data);
    } else if (!used[name]) {
      const [outputs, inputs, height, width] = shape;
      const values = Float64Array.from({ length: data.length }, (_, i) => {
        const o = i % outputs;
        const c = Math.floor(i / outputs) % inputs;
        const tap = Math.floor(i / (outputs * inputs));
        return data[(o * inputs + c) * height * width + tap];
      });
      used[name] = matrix(height * width * inputs, outputs, values);
    }
    return used[name];
  };

  let features = matrix(size * size, 3, picture);
  let side = size;
  const maps: { map: Matrix; side: number }[] = [];
  for (const [stage, { convolutions, taps, stride }] of officialStages.entries()) {
    for (let i = 0; i < convolutions; i++) {
      const name = `nn_encoder.conv${stage}_${i + 1}`;
      const [kernel, bias] = [parameter(`${name}.weight`), parameter(`${name}.bias`)];
      features = tape.convolve(features, side, kernel, i === 0 ? taps : 3, i === 0 ? stride : 1);
      features = tape.relu(tape.addRow(features, bias));
      if (i === 0) side = Math.ceil(side / stride);
    }
    if (stage >= 2) {
      layers[`nn_encoder.${maps.length}`] = features;
      maps.push({ map: features, side });
    }
  }

  const convolve = (name: string, x: Matrix, { support }: ReferenceLevel): Matrix => {
    const own = tape.multiply(x, parameter(`${name}.loop_weight`));
    const others = tape.sparse(support, tape.multiply(x, parameter(`${name}.weight`)));
    return tape.addRow(tape.add(own, others), parameter(`${name}.bias`));
  };
  let vertices = matrix(template.length / 3, 3, template);
  let hidden: Matrix | undefined;
  const outputs: { before: Matrix; after: Matrix }[] = [];
  for (const [b, level] of levels.entries()) {
    const pairs = b > 0 ? levels[b - 1].unpool! : undefined;
    const projected = tape.beside(
      vertices,
      ...maps.map(({ map, side: mapSide }) => tape.project(vertices, map, mapSide, size)),
    );
    layers[`projection.${b}`] = projected;
    let x = hidden ? tape.beside(projected, hidden) : projected;
    if (pairs) x = tape.unpool(x, pairs);
    x = tape.relu(convolve(`gcns.${b}.conv1`, x, level));
    layers[`gcns.${b}.conv1`] = x;
    for (let i = 0; i < 6; i++) {
      const inner = tape.relu(convolve(`gcns.${b}.blocks.${i}.conv1`, x, level));
      layers[`gcns.${b}.blocks.${i}.conv1`] = inner;
      x = tape.add(tape.relu(convolve(`gcns.${b}.blocks.${i}.conv2`, inner, level)), x, 0.5);
      layers[`gcns.${b}.blocks.${i}`] = x;
    }
    hidden = x;
    const before = pairs ? tape.unpool(vertices, pairs) : vertices;
    if (b === levels.length - 1) {
      x = tape.relu(convolve(`gcns.${b}.conv2`, x, level));
      layers[`gcns.${b}.conv2`] = x;
      vertices = convolve('gconv', x, level);
      layers.gconv = vertices;
    } else {
      vertices = convolve(`gcns.${b}.conv2`, x, level);
      layers[`gcns.${b}.conv2`] = vertices;
    }
    outputs.push({ before, after: vertices });
  }

  const terms: Record<string, Matrix[]> = { chamfer: [], edge: [], normal: [], laplacian: [], move: [] };
  for (const [b, { before, after }] of outputs.entries()) {
    const { support } = levels[b];
    const nearest = nearestOf(after.values, truth.points);
    terms.chamfer.push(chamfer(tape, after, truth.points, nearest));
    terms.edge.push(edgeLength(tape, after, support));
    terms.normal.push(normalCosine(tape, after, support, truth.normals, nearest));
    terms.laplacian.push(laplacian(tape, before, after, support, b === 0 ? 0.1 : 1));
    if (b > 0) terms.move.push(move(tape, before, after));
  }
  terms.weightDecay = Object.entries(used).map(([name, m]) => {
    const isEncoder = name.startsWith('nn_encoder.');
    const coefficient = isEncoder ? (name.endsWith('.bias') ? 0 : 3e-6) : 5e-6;
    return tape.scalar([m], (scale) => {
      let sum = 0;
      for (const [i, w] of m.values.entries()) {
        sum += w * w;
        if (scale !== undefined) m.gradient[i] += scale * coefficient * w;
      }
      return (coefficient * sum) / 2;
    });
  });
  const all = Object.values(terms).flat();
  tape.backward(all.reduce((sum, term) => tape.add(sum, term)));

  const losses = Object.fromEntries(
    Object.entries(terms).map(([name, list]) => [name, list.reduce((sum, { values }) => sum + values[0], 0)]),
  );
  const gradients = Object.fromEntries(
    Object.entries(used).map(([name, { gradient }]) => {
      const { shape } = weights[name];
      if (shape.length !== 4) return [name, gradient];
      const [outs, inputs, height, width] = shape;
      const moved = new Float64Array(gradient.length);
      for (const [i, value] of gradient.entries()) {
        const tap = Math.floor(i / (outs * inputs));
        moved[((i % outs) * inputs + (Math.floor(i / outs) % inputs)) * height * width + tap] = value;
      }
      return [name, moved];
    }),
  );
  return { layers, losses, gradients };
}

interface Nearest {
  /** Of each vertex, the nearest point; of each point, the nearest vertex. */
  pointOf: number[];
  vertexOf: number[];
}

function nearestOf(vertices: ArrayLike<number>, points: ArrayLike<number>): Nearest {
  const find = (from: ArrayLike<number>, to: ArrayLike<number>) =>
    Array.from({ length: from.length / 3 }, (_, i) => {
      let [best, index] = [Infinity, -1];
      for (let j = 0; j < to.length / 3; j++) {
        let squared = 0;
        for (let axis = 0; axis < 3; axis++) squared += (from[3 * i + axis] - to[3 * j + axis]) ** 2;
        if (squared < best) [best, index] = [squared, j];
      }
      return index;
    });
  return { pointOf: find(vertices, points), vertexOf: find(points, vertices) };
}

function chamfer(tape: Tape, after: Matrix, points: ArrayLike<number>, nearest: Nearest): Matrix {
  return tape.scalar([after], (scale) => {
    let sum = 0;
    const pair = (vertex: number, point: number, weight: number) => {
      for (let axis = 0; axis < 3; axis++) {
        const difference = after.values[3 * vertex + axis] - points[3 * point + axis];
        sum += weight * difference ** 2;
        if (scale !== undefined) after.gradient[3 * vertex + axis] += scale * weight * 2 * difference;
      }
    };
    for (const [point, vertex] of nearest.vertexOf.entries())
      pair(vertex, point, 3000 / nearest.vertexOf.length);
    for (const [vertex, point] of nearest.pointOf.entries())
      pair(vertex, point, (0.55 * 3000) / nearest.pointOf.length);
    return sum;
  });
}

/** Over all non-zeros of the support, those on its diagonal included. */
function edgeLength(tape: Tape, after: Matrix, { rows, columns, values }: SparseEntries): Matrix {
  return tape.scalar([after], (scale) => {
    let sum = 0;
    for (let e = 0; e < values.length; e++) {
      for (let axis = 0; axis < 3; axis++) {
        const [i, j] = [3 * rows[e] + axis, 3 * columns[e] + axis];
        const difference = after.values[i] - after.values[j];
        sum += difference ** 2;
        if (scale === undefined) continue;
        after.gradient[i] += (scale * 300 * 2 * difference) / values.length;
        after.gradient[j] -= (scale * 300 * 2 * difference) / values.length;
      }
    }
    return (300 * sum) / values.length;
  });
}

function normalCosine(
  tape: Tape,
  after: Matrix,
  { rows, columns, values }: SparseEntries,
  normals: ArrayLike<number>,
  { pointOf }: Nearest,
): Matrix {
  return tape.scalar([after], (scale) => {
    let sum = 0;
    for (let e = 0; e < values.length; e++) {
      const [i, j, q] = [3 * rows[e], 3 * columns[e], 3 * pointOf[rows[e]]];
      const edge = [0, 1, 2].map((axis) => after.values[i + axis] - after.values[j + axis]);
      const normal = [0, 1, 2].map((axis) => normals[q + axis]);
      const length = Math.sqrt(
        Math.max(
          edge.reduce((s, x) => s + x * x, 0),
          1e-12,
        ),
      );
      const normalLength = Math.sqrt(
        Math.max(
          normal.reduce((s, x) => s + x * x, 0),
          1e-12,
        ),
      );
      const cosine = edge.reduce((s, x, axis) => s + x * normal[axis], 0) / (length * normalLength);
      sum += Math.abs(cosine);
      if (scale === undefined || length <= 1e-6) continue;
      for (let axis = 0; axis < 3; axis++) {
        const slope =
          Math.sign(cosine) * (normal[axis] / (length * normalLength) - (cosine * edge[axis]) / length ** 2);
        after.gradient[i + axis] += (scale * 0.5 * slope) / values.length;
        after.gradient[j + axis] -= (scale * 0.5 * slope) / values.length;
      }
    }
    return (0.5 * sum) / values.length;
  });
}

function laplacian(
  tape: Tape,
  before: Matrix,
  after: Matrix,
  { rows, columns, values }: SparseEntries,
  factor: number,
): Matrix {
  const count = after.rows;
  const neighbours: number[][] = Array.from({ length: count }, () => []);
  for (let e = 0; e < values.length; e++) if (rows[e] !== columns[e]) neighbours[rows[e]].push(columns[e]);
  return tape.scalar([before, after], (scale) => {
    let sum = 0;
    for (let v = 0; v < count; v++) {
      for (let axis = 0; axis < 3; axis++) {
        const delta = ({ values: x }: Matrix) =>
          x[3 * v + axis] - neighbours[v].reduce((s, w) => s + x[3 * w + axis], 0) / neighbours[v].length;
        const difference = delta(before) - delta(after);
        sum += difference ** 2;
        if (scale === undefined) continue;
        const slope = (scale * factor * 1500 * 2 * difference) / count;
        for (const [matrix_, sign] of [
          [before, 1],
          [after, -1],
        ] as const) {
          matrix_.gradient[3 * v + axis] += sign * slope;
          for (const w of neighbours[v])
            matrix_.gradient[3 * w + axis] -= (sign * slope) / neighbours[v].length;
        }
      }
    }
    return (factor * 1500 * sum) / count;
  });
}

function move(tape: Tape, before: Matrix, after: Matrix): Matrix {
  return tape.scalar([before, after], (scale) => {
    let sum = 0;
    for (let i = 0; i < after.values.length; i++) {
      const difference = before.values[i] - after.values[i];
      sum += difference ** 2;
      if (scale === undefined) continue;
      before.gradient[i] += (scale * 100 * 2 * difference) / after.rows;
      after.gradient[i] -= (scale * 100 * 2 * difference) / after.rows;
    }
    return (100 * sum) / after.rows;
  });
}
