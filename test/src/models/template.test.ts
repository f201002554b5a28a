import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Topology } from '../../../renderer/mesh/index.ts';
import { decodeOfficialTemplate, makeTemplate, readOfficialTemplate } from '../../../src/models/index.ts';
import { finestTemplate } from '../../../src/models/template.ts';
import { chebyshevTerm, largestLaplacianEigenvalue } from '../../../src/nn/index.ts';
import { encodePickle, NumpyArray } from '../../../src/tensor/pickle.ts';
import { useTestBackend } from '../../backend.ts';

const file = '../shared/data/pixel2mesh/info_ellipsoid.dat';
/** The file is not ours to ship: its users have it. */
const withFile = existsSync(file) ? it : it.skip;

await useTestBackend();

/** How many faces look away from the middle of the mesh. */
function outwardFaces(vertices: ArrayLike<number>, { faces, faceCount }: Topology): number {
  const count = vertices.length / 3;
  const middle = [0, 1, 2].map((axis) => {
    let sum = 0;
    for (let v = 0; v < count; v++) sum += vertices[3 * v + axis] / count;
    return sum;
  });
  let outward = 0;
  for (let f = 0; f < faceCount; f++) {
    const [a, b, c] = [0, 1, 2].map((k) =>
      middle.map((value, axis) => vertices[3 * faces[3 * f + k] + axis] - value),
    );
    const u = b.map((value, axis) => value - a[axis]);
    const v = c.map((value, axis) => value - a[axis]);
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    if (normal.reduce((sum, value, axis) => sum + value * (a[axis] + b[axis] + c[axis]), 0) > 0) outward++;
  }
  return outward;
}

describe('the official template', () => {
  withFile('has 156, 618 and 2466 vertices, and closed meshes whose faces all wind outwards', () => {
    const { vertices, topologies, unpoolEdges } = readOfficialTemplate(file);
    expect(topologies.map(({ vertexCount }) => vertexCount)).toEqual([156, 618, 2466]);
    expect(topologies.map(({ faceCount }) => faceCount)).toEqual([308, 1232, 4928]);
    expect(topologies.map(({ edgeCount }) => edgeCount)).toEqual([462, 1848, 7392]);
    let coordinates = Array.from(vertices);
    for (const [level, topology] of topologies.entries()) {
      expect(outwardFaces(coordinates, topology)).toBe(topology.faceCount);
      expect(topology.edgeFaces.every((face) => face >= 0)).toBe(true);
      const edges = unpoolEdges[level] ?? [];
      const added = Array.from({ length: edges.length / 2 }, (_, e) =>
        [0, 1, 2].map(
          (axis) => (coordinates[3 * edges[2 * e] + axis] + coordinates[3 * edges[2 * e + 1] + axis]) / 2,
        ),
      );
      coordinates = [...coordinates, ...added.flat()];
    }
  });

  withFile('lies around the origin, 0.8 nearer than in its file', () => {
    const { vertices } = readOfficialTemplate(file);
    const extent = [0, 1, 2].map((axis) => {
      const values = vertices.filter((_, i) => i % 3 === axis);
      return [Math.min(...values), Math.max(...values)];
    });
    // Figures of the file: x ±0.2765, y ±0.1936, z −0.9997 … −0.6020.
    expect(extent[0][1]).toBeCloseTo(0.2765, 3);
    expect(extent[1][1]).toBeCloseTo(0.1936, 3);
    expect(extent[2][0]).toBeCloseTo(-0.9997 + 0.8, 3);
    expect(extent[2][1]).toBeCloseTo(-0.602 + 0.8, 3);
  });

  withFile('has the supports that its meshes have by formula', () => {
    const { topologies, supports } = readOfficialTemplate(file);
    for (const [level, topology] of topologies.entries()) {
      const computed = chebyshevTerm(topology);
      expect(supports![level].indices).toEqual(computed.indices);
      for (const [k, value] of computed.values.entries())
        expect(supports![level].values[k]).toBeCloseTo(value, 6);
      expect(largestLaplacianEigenvalue(topology)).toBeCloseTo([1.4762, 1.4914, 1.4977][level], 4);
    }
  });

  withFile('is the finest start shape', () => {
    const { vertices, topology } = finestTemplate({ type: 'official', file });
    expect(vertices.shape).toEqual([2466, 3]);
    expect(outwardFaces(vertices.dataSync(), topology)).toBe(4928);
  });

  withFile('is refused where it is cut off', () => {
    const bytes = readFileSync(file);
    for (const length of [0, 100, bytes.length - 1]) {
      expect(() => decodeOfficialTemplate(bytes.subarray(0, length), 'cut.dat')).toThrow(/^cut\.dat: /);
    }
  });

  it('is refused where the file is missing, or another pickle', () => {
    expect(() => readOfficialTemplate('nowhere.dat')).toThrow('nowhere.dat');
    const other = path.join(mkdtempSync(path.join(tmpdir(), 'template-')), 'other.dat');
    writeFileSync(other, encodePickle(new NumpyArray([1, 6], 'float32', new Float32Array(6))));
    expect(() => readOfficialTemplate(other)).toThrow(
      `${other}: is not Pixel2Mesh's template: expected the pickle to be a list of 8`,
    );
  });
});

describe('the built-in template', () => {
  it('has the sizes of subdivided icosahedra, its first vertices those of the level before', () => {
    const template = makeTemplate({ type: 'ellipsoid', level: 2, levels: 3, radii: [0.3, 0.2, 0.2] });
    expect(template.topologies.map(({ vertexCount }) => vertexCount)).toEqual([162, 642, 2562]);
    expect(template.unpoolEdges.map((edges) => edges.length / 2)).toEqual([480, 1920]);
    expect(outwardFaces(template.vertices, template.topologies[0])).toBe(320);
  });
});
