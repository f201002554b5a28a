// Meshes to start from that carry texture coordinates: plane, box, sphere and torus, cut along lines of constant u and v.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import type { Mesh } from './mesh.ts';
import { Topology } from './topology.ts';

/** A mesh that has texture coordinates. */
export type MeshWithUv = Mesh & Required<Pick<Mesh, 'uv'>>;

export interface PlaneOptions {
  /** Along x and y. Default 1. */
  size?: number | readonly [number, number];
  /** Cells along x and y. Default 1. */
  segments?: number | readonly [number, number];
}

/** A rectangle in the plane z = 0 about the origin that faces +z; u runs along x and v along y, 0 … 1. */
export function plane({ size = 1, segments = 1 }: PlaneOptions = {}): MeshWithUv {
  const [width, height] = pair(size);
  const [columns, rows] = pair(segments);
  expectSizes({ size: [width, height] });
  expectCounts({ segments: [columns, rows] }, 1);
  return patch({ columns, rows }, (u, v) => [(u - 0.5) * width, (v - 0.5) * height, 0]);
}

export interface BoxOptions {
  /** Along x, y and z. Default 1. */
  size?: number | readonly [number, number, number];
}

// Vertex v lies at the high end of axis k where bit k of v is set. Sides as seen from outside: lower left, lower right, upper right,
// upper left corner; those that face ±y with the far edge up.
const boxSides = [
  [4, 5, 7, 6], // front, +z
  [1, 0, 2, 3], // back, −z
  [5, 1, 3, 7], // right, +x
  [0, 4, 6, 2], // left, −x
  [6, 7, 3, 2], // top, +y
  [0, 1, 5, 4], // bottom, −y
];

/** A box about the origin with eight vertices. Each side shows all of 0 … 1 in u and v, upright as seen from outside. */
export function box({ size = 1 }: BoxOptions = {}): MeshWithUv {
  const sizes = typeof size === 'number' ? [size, size, size] : size;
  expectSizes({ size: sizes });
  const vertices = Array.from({ length: 24 }, (_, i) => {
    const high = (Math.floor(i / 3) >> (i % 3)) & 1;
    return (high - 0.5) * sizes[i % 3];
  });
  const halves = (corners: readonly number[]) => [0, 1, 2, 0, 2, 3].map((k) => corners[k]);
  const faces = boxSides.flatMap(halves);
  return {
    vertices: tf.tensor2d(vertices, [8, 3]),
    topology: new Topology(Int32Array.from(faces), 8),
    uv: {
      values: tf.tensor2d([0, 0, 1, 0, 1, 1, 0, 1], [4, 2]),
      indices: Int32Array.from(boxSides.flatMap(() => halves([0, 1, 2, 3]))),
    },
  };
}

export interface UvSphereOptions {
  /** Default 1. */
  radius?: number;
  /** Cells around, along u. Default 32. */
  segments?: number;
  /** Cells from pole to pole, along v. Default 16. */
  rings?: number;
}

/**
 * A sphere about the origin, cut along meridians and circles of latitude, with poles at ±y. u runs once around, ½ at +z and to the right
 * from there; v from 0 at the lower pole to 1 at the upper one. Vertices are shared, also along the seam at −z and at the poles, where
 * only texture coordinates are doubled: a texture can be learnt without the surface coming apart.
 */
export function uvSphere({ radius = 1, segments = 32, rings = 16 }: UvSphereOptions = {}): MeshWithUv {
  expectSizes({ radius: [radius] });
  expectCounts({ segments: [segments] }, 3);
  expectCounts({ rings: [rings] }, 2);
  return patch({ columns: segments, rows: rings, closedColumns: true, poles: true }, (u, v) => {
    const [longitude, latitude] = [2 * Math.PI * (u - 0.5), Math.PI * (v - 0.5)];
    const around = radius * Math.cos(latitude);
    return [around * Math.sin(longitude), radius * Math.sin(latitude), around * Math.cos(longitude)];
  });
}

export interface TorusOptions {
  /** From the middle to that of the tube. Default 1. */
  radius?: number;
  /** Of the tube. Default 0.4. */
  tubeRadius?: number;
  /** Cells around the axis, along u. Default 32. */
  segments?: number;
  /** Cells around the tube, along v. Default 16. */
  tubeSegments?: number;
}

/**
 * A torus about the y axis with shared vertices and doubled texture coordinates along its two seams. u runs around the axis, ½ at +z, v
 * around the tube, ½ outermost and upwards from there.
 *
 * @throws ArgumentError, as the other shapes do, where a size is not positive or a count too small.
 */
export function torus({
  radius = 1,
  tubeRadius = 0.4,
  segments = 32,
  tubeSegments = 16,
}: TorusOptions = {}): MeshWithUv {
  expectSizes({ radius: [radius], tubeRadius: [tubeRadius] });
  expectCounts({ segments: [segments], tubeSegments: [tubeSegments] }, 3);
  const grid = { columns: segments, rows: tubeSegments, closedColumns: true, closedRows: true };
  return patch(grid, (u, v) => {
    const [around, across] = [2 * Math.PI * (u - 0.5), 2 * Math.PI * (v - 0.5)];
    const distance = radius + tubeRadius * Math.cos(across);
    return [distance * Math.sin(around), tubeRadius * Math.sin(across), distance * Math.cos(around)];
  });
}

interface Grid {
  columns: number;
  rows: number;
  /** The last column of vertices is the first one. */
  closedColumns?: boolean;
  closedRows?: boolean;
  /** The first and the last row are one vertex each. */
  poles?: boolean;
}

/** A surface over 0 … 1 in u and v, which u to the right and v upwards show from outside. */
function patch(
  { columns, rows, closedColumns = false, closedRows = false, poles = false }: Grid,
  point: (u: number, v: number) => [number, number, number],
): MeshWithUv {
  const isPole = (row: number) => poles && (row === 0 || row === rows);
  const vertices: number[] = [];
  const vertexAt: number[] = [];
  const uv: number[] = [];
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      // At a pole every triangle has a u of its own: that of its middle.
      uv.push((isPole(row) ? Math.min(column + 0.5, columns) : column) / columns, row / rows);
      if (closedRows && row === rows) vertexAt.push(vertexAt[column]);
      else if (column > 0 && (isPole(row) || (closedColumns && column === columns))) {
        vertexAt.push(vertexAt[row * (columns + 1)]);
      } else {
        vertexAt.push(vertices.length / 3);
        vertices.push(...point(column / columns, row / rows));
      }
    }
  }
  const indices: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const lowerLeft = row * (columns + 1) + column;
      const upperLeft = lowerLeft + columns + 1;
      if (isPole(row)) indices.push(lowerLeft, upperLeft + 1, upperLeft);
      else if (isPole(row + 1)) indices.push(lowerLeft, lowerLeft + 1, upperLeft);
      else indices.push(lowerLeft, lowerLeft + 1, upperLeft + 1, lowerLeft, upperLeft + 1, upperLeft);
    }
  }
  const vertexCount = vertices.length / 3;
  return {
    vertices: tf.tensor2d(vertices, [vertexCount, 3]),
    topology: new Topology(
      Int32Array.from(indices, (place) => vertexAt[place]),
      vertexCount,
    ),
    uv: { values: tf.tensor2d(uv, [uv.length / 2, 2]), indices: Int32Array.from(indices) },
  };
}

const pair = (value: number | readonly [number, number]) =>
  typeof value === 'number' ? ([value, value] as const) : value;

function expectSizes(named: Record<string, readonly number[]>): void {
  for (const [name, values] of Object.entries(named)) {
    if (values.every((value) => value > 0 && value < Number.POSITIVE_INFINITY)) continue;
    throw new ArgumentError(`${name} is ${values}, expected positive numbers`);
  }
}

function expectCounts(named: Record<string, readonly number[]>, least: number): void {
  for (const [name, values] of Object.entries(named)) {
    if (values.every((value) => Number.isInteger(value) && value >= least)) continue;
    throw new ArgumentError(`${name} is ${values}, expected whole numbers from ${least} up`);
  }
}
