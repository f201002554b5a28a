// Reverse-mode differentiation of matrices in double precision, with the few operations that Pixel2Mesh is made of, each written out
// plainly: the independent implementation that the network is held against. It shares no code with the library.

export interface Matrix {
  rows: number;
  columns: number;
  values: Float64Array;
  /** dL/d(values), filled by `Tape.backward`. */
  gradient: Float64Array;
}

export const matrix = (rows: number, columns: number, values: ArrayLike<number>): Matrix => ({
  rows,
  columns,
  values: Float64Array.from(values),
  gradient: new Float64Array(rows * columns),
});

export interface SparseEntries {
  rows: ArrayLike<number>;
  columns: ArrayLike<number>;
  values: ArrayLike<number>;
}

export class Tape {
  readonly #steps: (() => void)[] = [];

  /** A result and how its gradient flows back. */
  #record(
    rows: number,
    columns: number,
    values: Float64Array,
    backward: (gradient: Float64Array) => void,
  ): Matrix {
    const result = { rows, columns, values, gradient: new Float64Array(rows * columns) };
    this.#steps.push(() => backward(result.gradient));
    return result;
  }

  multiply(a: Matrix, b: Matrix): Matrix {
    const values = new Float64Array(a.rows * b.columns);
    for (let i = 0; i < a.rows; i++) {
      for (let k = 0; k < a.columns; k++) {
        const x = a.values[i * a.columns + k];
        if (x === 0) continue;
        for (let j = 0; j < b.columns; j++) values[i * b.columns + j] += x * b.values[k * b.columns + j];
      }
    }
    return this.#record(a.rows, b.columns, values, (g) => {
      for (let i = 0; i < a.rows; i++) {
        for (let k = 0; k < a.columns; k++) {
          let sum = 0;
          const x = a.values[i * a.columns + k];
          for (let j = 0; j < b.columns; j++) {
            sum += g[i * b.columns + j] * b.values[k * b.columns + j];
            b.gradient[k * b.columns + j] += x * g[i * b.columns + j];
          }
          a.gradient[i * a.columns + k] += sum;
        }
      }
    });
  }

  sparse({ rows, columns, values: weights }: SparseEntries, x: Matrix): Matrix {
    const values = new Float64Array(x.rows * x.columns);
    for (let e = 0; e < weights.length; e++) {
      for (let c = 0; c < x.columns; c++) {
        values[rows[e] * x.columns + c] += weights[e] * x.values[columns[e] * x.columns + c];
      }
    }
    return this.#record(x.rows, x.columns, values, (g) => {
      for (let e = 0; e < weights.length; e++) {
        for (let c = 0; c < x.columns; c++) {
          x.gradient[columns[e] * x.columns + c] += weights[e] * g[rows[e] * x.columns + c];
        }
      }
    });
  }

  /** scale · (a + b). */
  add(a: Matrix, b: Matrix, scale = 1): Matrix {
    const values = a.values.map((value, i) => scale * (value + b.values[i]));
    return this.#record(a.rows, a.columns, values, (g) => {
      for (let i = 0; i < g.length; i++) {
        a.gradient[i] += scale * g[i];
        b.gradient[i] += scale * g[i];
      }
    });
  }

  addRow(a: Matrix, row: Matrix): Matrix {
    const values = a.values.map((value, i) => value + row.values[i % a.columns]);
    return this.#record(a.rows, a.columns, values, (g) => {
      for (let i = 0; i < g.length; i++) {
        a.gradient[i] += g[i];
        row.gradient[i % a.columns] += g[i];
      }
    });
  }

  relu(a: Matrix): Matrix {
    const values = a.values.map((value) => Math.max(value, 0));
    return this.#record(a.rows, a.columns, values, (g) => {
      for (let i = 0; i < g.length; i++) if (a.values[i] > 0) a.gradient[i] += g[i];
    });
  }

  beside(...parts: Matrix[]): Matrix {
    const [{ rows }] = parts;
    const columns = parts.reduce((sum, part) => sum + part.columns, 0);
    const values = new Float64Array(rows * columns);
    const each = (visit: (part: Matrix, from: number, to: number) => void) => {
      let left = 0;
      for (const part of parts) {
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < part.columns; c++) visit(part, r * part.columns + c, r * columns + left + c);
        }
        left += part.columns;
      }
    };
    each((part, from, to) => {
      values[to] = part.values[from];
    });
    return this.#record(rows, columns, values, (g) =>
      each((part, from, to) => {
        part.gradient[from] += g[to];
      }),
    );
  }

  /** The rows, then the mean of each pair of rows. */
  unpool(a: Matrix, pairs: ArrayLike<number>): Matrix {
    const added = pairs.length / 2;
    const values = new Float64Array((a.rows + added) * a.columns);
    values.set(a.values);
    for (let e = 0; e < added; e++) {
      for (let c = 0; c < a.columns; c++) {
        values[(a.rows + e) * a.columns + c] =
          (a.values[pairs[2 * e] * a.columns + c] + a.values[pairs[2 * e + 1] * a.columns + c]) / 2;
      }
    }
    return this.#record(a.rows + added, a.columns, values, (g) => {
      for (let i = 0; i < a.gradient.length; i++) a.gradient[i] += g[i];
      for (let e = 0; e < added; e++) {
        for (let c = 0; c < a.columns; c++) {
          const half = g[(a.rows + e) * a.columns + c] / 2;
          a.gradient[pairs[2 * e] * a.columns + c] += half;
          a.gradient[pairs[2 * e + 1] * a.columns + c] += half;
        }
      }
    });
  }

  /**
   * A picture [size², channels] under a kernel [taps², in, out] as a matrix [taps²·in, out]; TensorFlow's SAME padding.
   */
  convolve(picture: Matrix, size: number, kernel: Matrix, taps: number, stride: number): Matrix {
    const outSize = Math.ceil(size / stride);
    const before = Math.floor(Math.max((outSize - 1) * stride + taps - size, 0) / 2);
    const channels = picture.columns;
    const patches = new Float64Array(outSize * outSize * taps * taps * channels);
    const each = (visit: (pixel: number, patch: number) => void) => {
      for (let row = 0; row < outSize; row++) {
        for (let column = 0; column < outSize; column++) {
          for (let tap = 0; tap < taps * taps; tap++) {
            const y = row * stride - before + Math.floor(tap / taps);
            const x = column * stride - before + (tap % taps);
            if (y < 0 || y >= size || x < 0 || x >= size) continue;
            visit((y * size + x) * channels, ((row * outSize + column) * taps * taps + tap) * channels);
          }
        }
      }
    };
    each((pixel, patch) => {
      for (let c = 0; c < channels; c++) patches[patch + c] = picture.values[pixel + c];
    });
    const gathered = this.#record(outSize * outSize, taps * taps * channels, patches, (g) =>
      each((pixel, patch) => {
        for (let c = 0; c < channels; c++) picture.gradient[pixel + c] += g[patch + c];
      }),
    );
    return this.multiply(gathered, kernel);
  }

  /**
   * `project` of Pixel2Mesh's code (nywang16/Pixel2Mesh, p2m/layers.py): rows of `vertices` look up a map [size², channels] of a picture of
   * `pictureSize` pixels.
   */
  project(vertices: Matrix, map: Matrix, size: number, pictureSize: number): Matrix {
    const { columns } = map;
    const values = new Float64Array(vertices.rows * columns);
    const corners = Array.from({ length: vertices.rows }, (_, v) => {
      const [x, y, z] = vertices.values.subarray(3 * v, 3 * v + 3);
      const focal = (250 / 224) * pictureSize;
      const [h, w] = [focal * (-y / -z) + pictureSize / 2, focal * (x / -z) + pictureSize / 2];
      const [hc, wc] = [h, w].map((value) => Math.min(Math.max(value, 0), pictureSize - 1));
      const [row, column] = [hc, wc].map((value) => value / (pictureSize / size));
      const [x1, x2, y1, y2] = [Math.floor(row), Math.ceil(row), Math.floor(column), Math.ceil(column)];
      const texel = (r: number, c: number) => (r < size && c < size ? (r * size + c) * columns : -1);
      return {
        texels: [texel(x1, y1), texel(x2, y1), texel(x1, y2), texel(x2, y2)],
        weights: [
          (x2 - row) * (y2 - column),
          (row - x1) * (y2 - column),
          (x2 - row) * (column - y1),
          (row - x1) * (column - y1),
        ],
        byRow: [-(y2 - column), y2 - column, -(column - y1), column - y1],
        byColumn: [-(x2 - row), -(row - x1), x2 - row, row - x1],
        rowScale: hc === h ? (focal * size) / pictureSize : 0,
        columnScale: wc === w ? (focal * size) / pictureSize : 0,
      };
    });
    for (const [v, { texels, weights }] of corners.entries()) {
      for (const [k, texel] of texels.entries()) {
        if (texel < 0) continue;
        for (let c = 0; c < columns; c++) values[v * columns + c] += weights[k] * map.values[texel + c];
      }
    }
    return this.#record(vertices.rows, columns, values, (g) => {
      for (const [v, { texels, weights, byRow, byColumn, rowScale, columnScale }] of corners.entries()) {
        let [dRow, dColumn] = [0, 0];
        for (const [k, texel] of texels.entries()) {
          if (texel < 0) continue;
          for (let c = 0; c < columns; c++) {
            const upstream = g[v * columns + c];
            map.gradient[texel + c] += weights[k] * upstream;
            dRow += byRow[k] * upstream * map.values[texel + c];
            dColumn += byColumn[k] * upstream * map.values[texel + c];
          }
        }
        const [x, y, z] = vertices.values.subarray(3 * v, 3 * v + 3);
        // row = scale · y/z, column = −scale · x/z
        vertices.gradient[3 * v] -= (dColumn * columnScale) / z;
        vertices.gradient[3 * v + 1] += (dRow * rowScale) / z;
        vertices.gradient[3 * v + 2] += (dColumn * columnScale * x) / z ** 2 - (dRow * rowScale * y) / z ** 2;
      }
    });
  }

  /** A number made of one matrix, whose derivative `compute` adds to `gradient` when it is given one. */
  scalar(inputs: Matrix[], compute: (scale?: number) => number): Matrix {
    return this.#record(1, 1, Float64Array.of(compute()), ([g]) => void (inputs.length > 0 && compute(g)));
  }

  /** Sets every gradient that leads to `result`, whose own is 1. */
  backward(result: Matrix): void {
    result.gradient[0] = 1;
    for (const step of this.#steps.toReversed()) step();
  }
}
