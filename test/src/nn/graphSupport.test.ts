import { describe, expect, it } from 'vitest';
import { icosphere, Topology } from '../../../renderer/mesh/index.ts';
import {
  chebyshevTerm,
  type GraphSupport,
  largestLaplacianEigenvalue,
  sumOfNeighbours,
  supportOf,
} from '../../../src/nn/index.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();

function dense({ vertexCount, offsets, indices, values }: GraphSupport): number[][] {
  const rows = Array.from({ length: vertexCount }, () => new Array<number>(vertexCount).fill(0));
  for (let v = 0; v < vertexCount; v++) {
    for (let k = offsets[v]; k < offsets[v + 1]; k++) rows[v][indices[k]] += values[k];
  }
  return rows;
}

/** The largest eigenvalue by many steps of the power method on L + 2·I, slow and independent. */
function powerMethod(topology: Topology): number {
  const { offsets, indices } = topology.neighbours;
  const degree = (v: number) => offsets[v + 1] - offsets[v];
  let x = Float64Array.from({ length: topology.vertexCount }, (_, v) => Math.sin(v + 1));
  let value = 0;
  for (let step = 0; step < 20_000; step++) {
    const y = x.map((own, v) => {
      let sum = own;
      for (let k = offsets[v]; k < offsets[v + 1]; k++) {
        sum -= x[indices[k]] / Math.sqrt(degree(v) * degree(indices[k]));
      }
      return sum;
    });
    const norm = Math.hypot(...y);
    value = norm / Math.hypot(...x);
    x = y.map((entry) => entry / norm);
  }
  return value;
}

describe('the largest eigenvalue of the Laplacian', () => {
  it('is 2 for a bipartite graph, V/(V − 1) for a complete one, 1 without edges', () => {
    // A ring of 6 as degenerate faces.
    const ring = new Topology(Int32Array.from([0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 0, 0]), 6);
    expect(largestLaplacianEigenvalue(ring)).toBeCloseTo(2, 10);
    const tetrahedron = new Topology(Int32Array.from([0, 1, 2, 0, 2, 3, 0, 3, 1, 1, 3, 2]), 4);
    expect(largestLaplacianEigenvalue(tetrahedron)).toBeCloseTo(4 / 3, 10);
    expect(largestLaplacianEigenvalue(new Topology(new Int32Array(), 3))).toBeCloseTo(1, 10);
  });

  it('is (5 + √5)/5 for the icosahedron, and what the power method finds for a finer sphere', () => {
    expect(largestLaplacianEigenvalue(icosphere(0).topology)).toBeCloseTo(1 + 1 / Math.sqrt(5), 10);
    const { topology } = icosphere(2);
    expect(largestLaplacianEigenvalue(topology)).toBeCloseTo(powerMethod(topology), 6);
  });
});

describe('supports', () => {
  const { topology } = icosphere(1);

  it('sum: a 1 for every edge, both ways', () => {
    const rows = dense(sumOfNeighbours(topology));
    for (const [v, row] of rows.entries()) {
      for (const [w, value] of row.entries()) expect(value).toBe(rows[w][v]);
    }
    expect(rows.flat().reduce((a, b) => a + b)).toBe(topology.edges.length);
  });

  it('chebyshev: 2/λ·L − I, whose eigenvalues lie in −1 … 1', () => {
    const rows = dense(chebyshevTerm(topology));
    const lambda = largestLaplacianEigenvalue(topology);
    const { offsets } = topology.neighbours;
    const [a, b] = topology.edges;
    const degree = (v: number) => offsets[v + 1] - offsets[v];
    expect(rows[a][a]).toBeCloseTo(2 / lambda - 1, 6);
    expect(rows[a][b]).toBeCloseTo(-2 / (lambda * Math.sqrt(degree(a) * degree(b))), 6);
    let x = rows.map((_, v) => Math.sin(v));
    for (let step = 0; step < 200; step++) {
      x = rows.map((row) => row.reduce((sum, value, w) => sum + value * x[w], 0));
    }
    expect(Math.hypot(...x)).toBeLessThan(Math.sqrt(rows.length) * 1.01);
  });

  it('from entries in any order; a vertex that is not there is named', () => {
    const support = supportOf(3, [2, 0, 0], [1, 2, 0], [5, 6, 7]);
    expect(dense(support)).toEqual([
      [7, 0, 6],
      [0, 0, 0],
      [0, 5, 0],
    ]);
    expect(dense({ ...support, ...support.transpose })).toEqual([
      [7, 0, 0],
      [0, 0, 5],
      [6, 0, 0],
    ]);
    expect(() => supportOf(3, [3], [0], [1])).toThrow(
      'a support refers to vertex 3, but there are 3 vertices',
    );
    expect(() => supportOf(3, [1, 2], [0], [1])).toThrow('2 rows, 1 columns and 1 values');
  });
});
