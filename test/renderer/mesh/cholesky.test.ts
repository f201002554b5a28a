import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SparseCholesky } from '../../../renderer/mesh/cholesky.ts';
import { graphLaplacian, SparseMatrix, unitIcosphere } from '../../../renderer/mesh/index.ts';
import { nestedDissection } from '../../../renderer/mesh/nestedDissection.ts';
import { SparseEntries } from '../../../renderer/mesh/sparseMatrix.ts';
import { testNumbers } from '../../gradient.ts';

/** Diagonal plus the Laplacian of a random graph, of several parts where it has few edges. */
const someMatrices = fc
  .record({
    size: fc.integer({ min: 1, max: 150 }),
    density: fc.double({ min: 0, max: 4, noNaN: true }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ size, density, seed }) => {
    const entries = new SparseEntries();
    const random = testNumbers(3 * Math.floor(size * density) + 3, seed).map((value) => (value + 1) / 2);
    for (let v = 0; v < size; v++) entries.add(v, v, 0.5);
    for (let i = 0; i + 3 < random.length; i += 3) {
      const [a, b] = [random[i], random[i + 1]].map((share) => Math.floor(share * size));
      for (const [row, column] of [
        [a, b],
        [b, a],
      ]) {
        entries.add(row, row, random[i + 2]);
        entries.add(row, column, -random[i + 2]);
      }
    }
    return entries.matrix(size, size);
  });

describe('SparseCholesky', () => {
  it('solves what the matrix multiplies', () => {
    fc.assert(
      fc.property(someMatrices, (matrix) => {
        const x = testNumbers(3 * matrix.rowCount, 5);
        const solution = new SparseCholesky(matrix).solve(matrix.multiply(x));
        solution.forEach((value, i) => {
          expect(value).toBeCloseTo(x[i], 9);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a matrix that is not positive definite', () => {
    const matrix = SparseMatrix.fromEntries([2, 2], [0, 0, 1, 1], [0, 1, 0, 1], [1, 2, 2, 1]);
    expect(() => new SparseCholesky(matrix)).toThrow('the matrix is not positive definite');
  });

  it('stays sparse on a mesh', () => {
    const { topology } = unitIcosphere(4);
    const { offsets, columns, columnCount, values } = graphLaplacian(topology);
    const shifted = values.map((value) => (value > 0 ? value + 1 : value));
    const { entryCount } = new SparseCholesky(new SparseMatrix(columnCount, offsets, columns, shifted));
    // About n log₂ n entries a constant: dense would be 1280 a row.
    expect(entryCount / topology.vertexCount).toBeLessThan(40);
  });
});

describe('nestedDissection', () => {
  it('names every vertex once, in parts too', () => {
    fc.assert(
      fc.property(someMatrices, (matrix) => {
        const order = nestedDissection(matrix);
        expect([...order].sort((a, b) => a - b)).toEqual(
          Array.from({ length: matrix.rowCount }, (_, v) => v),
        );
      }),
      { numRuns: 60 },
    );
  });
});
