// Meshes to start from: spheres and ellipsoids of nearly equal triangles.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import type { Mesh } from './mesh.ts';
import { subdivide } from './subdivide.ts';
import { Topology } from './topology.ts';

type Triple = readonly [number, number, number];

export interface IcosphereOptions {
  /** One radius, or the three semi-axes of an ellipsoid. Default 1. */
  radii?: number | Triple;
  /** Default the origin. */
  center?: Triple;
}

const maxLevel = 8;

// The corners of three golden rectangles, one in each coordinate plane; faces wind counter-clockwise seen from outside.
const φ = (1 + Math.sqrt(5)) / 2;
// biome-ignore format: a row of corners and a row of faces a line
const icosahedronVertices = new Float64Array([
  -1, φ, 0, 1, φ, 0, -1, -φ, 0, 1, -φ, 0,
  0, -1, φ, 0, 1, φ, 0, -1, -φ, 0, 1, -φ,
  φ, 0, -1, φ, 0, 1, -φ, 0, -1, -φ, 0, 1,
]);
// biome-ignore format: five faces a line
const icosahedronFaces = new Int32Array([
  0, 5, 1, 0, 1, 7, 0, 11, 5, 0, 7, 10, 0, 10, 11,
  1, 5, 9, 1, 8, 7, 1, 9, 8, 2, 3, 4, 2, 6, 3,
  2, 4, 11, 2, 10, 6, 2, 11, 10, 3, 9, 4, 3, 6, 8,
  3, 8, 9, 4, 9, 5, 4, 5, 11, 6, 7, 8, 6, 10, 7,
]);

/**
 * An icosahedron subdivided `level` times, every vertex on the sphere: 12, 42, 162, 642, 2562, … vertices. Its topology is
 * `subdivide`'s of the level below, so that the vertices of a coarser icosphere are the first ones of a finer one.
 *
 * @throws ArgumentError unless `level` is a whole number from 0 to 8 and every radius is positive.
 */
export function icosphere(level: number, { radii = 1, center = [0, 0, 0] }: IcosphereOptions = {}): Mesh {
  const semiAxes: Triple = typeof radii === 'number' ? [radii, radii, radii] : radii;
  if (!semiAxes.every((radius) => radius > 0 && Number.isFinite(radius))) {
    throw new ArgumentError(`radii is ${radii}, expected positive numbers`);
  }
  const { vertices, topology } = unitIcosphere(level);
  const placed = Float32Array.from(vertices, (value, i) => center[i % 3] + semiAxes[i % 3] * value);
  return { vertices: tf.tensor2d(placed, [topology.vertexCount, 3]), topology };
}

/** The icosphere of radius 1 about the origin in double precision, without tensors: [V·3] vertices. */
export function unitIcosphere(level: number): { vertices: Float64Array; topology: Topology } {
  if (!Number.isInteger(level) || level < 0 || level > maxLevel) {
    throw new ArgumentError(`level is ${level}, expected a whole number from 0 to ${maxLevel}`);
  }
  let topology = new Topology(icosahedronFaces, icosahedronVertices.length / 3);
  let vertices = ontoSphere(icosahedronVertices.slice());
  for (let i = 0; i < level; i++) {
    const { topology: fine, edges } = subdivide(topology);
    vertices = ontoSphere(appendMidpoints(vertices, edges));
    topology = fine;
  }
  return { vertices, topology };
}

function appendMidpoints(vertices: Float64Array, edges: Int32Array): Float64Array {
  const fine = new Float64Array(vertices.length + (edges.length / 2) * 3);
  fine.set(vertices);
  for (let e = 0, next = vertices.length; e < edges.length; e += 2) {
    for (let axis = 0; axis < 3; axis++) {
      fine[next++] = (vertices[3 * edges[e] + axis] + vertices[3 * edges[e + 1] + axis]) / 2;
    }
  }
  return fine;
}

function ontoSphere(vertices: Float64Array): Float64Array {
  for (let i = 0; i < vertices.length; i += 3) {
    const length = Math.hypot(vertices[i], vertices[i + 1], vertices[i + 2]);
    for (let axis = 0; axis < 3; axis++) vertices[i + axis] /= length;
  }
  return vertices;
}
