// The ellipsoid that a mesh starts as: what a configuration says of it, and its meshes, coarse to fine.

import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { icosphere, type Mesh, subdivide, type Topology } from '../../renderer/mesh/index.ts';
import type { GraphSupport } from '../nn/index.ts';
import { readOfficialTemplate } from './officialTemplate.ts';
import { typedUnion } from './typedUnion.ts';

/** A start shape and how it is refined. */
export interface Template {
  /** [V·3] vertices of the coarsest mesh, in the frame of samples: centred at the object. */
  vertices: Float32Array;
  /** Coarse to fine. The vertices of a level are the first ones of the next. */
  topologies: Topology[];
  /** [E·2] of level i: pairs of vertices at whose midpoints level i + 1 has its new vertices, in order. */
  unpoolEdges: Int32Array[];
  /** Chebyshev terms that come with the template, a level each; otherwise they follow from the topologies. */
  supports?: GraphSupport[];
}

const halfAxis = z.number().gt(0);

export const templateLevel = z
  .int()
  .min(0)
  .max(5)
  .describe(
    'Subdivisions of the icosahedron that the mesh starts as: 12, 42, 162, 642, 2562, 10242 vertices.',
  );

export const templateRadii = z
  .tuple([halfAxis, halfAxis, halfAxis])
  .describe(
    "Half axes of the ellipsoid along x, y and z, in the data set's unit (its objects have radius 0.5).",
  );

const builtIn = z
  .strictObject({
    type: z.literal('ellipsoid').describe('An icosphere, stretched; finer levels split every face in four.'),
    level: templateLevel.default(1),
    levels: z
      .int()
      .min(1)
      .max(6)
      .default(3)
      .describe(
        'Number of meshes, coarse to fine, each with one deformation block; level 1, 3 levels: 42 → 162 → 642 vertices.',
      ),
    radii: templateRadii.default([0.3, 0.3, 0.3]),
  })
  .superRefine(({ level, levels }, context) => {
    const finest = level + levels - 1;
    if (finest <= 5) return;
    context.addIssue({
      code: 'custom',
      path: ['levels'],
      message: `level ${level} and ${levels} levels end at subdivision ${finest}, but 5 is the finest`,
    });
  });

const official = z.strictObject({
  type: z.literal('official').describe("Pixel2Mesh's own: 156 → 618 → 2466 vertices, read from its file."),
  file: z
    .string()
    .min(1)
    .default('info_ellipsoid.dat')
    .describe('The file info_ellipsoid.dat of nywang16/Pixel2Mesh, relative to where the command runs.'),
});

export type TemplateOptions =
  | ({ type: 'ellipsoid' } & Omit<z.output<typeof builtIn>, 'type'>)
  | ({ type: 'official' } & Omit<z.output<typeof official>, 'type'>);

export const templateOptions = typedUnion<TemplateOptions>([
  { type: 'ellipsoid', options: builtIn },
  { type: 'official', options: official },
])
  .prefault({ type: 'ellipsoid' })
  .describe('The ellipsoid that is deformed. A `type` other than the inherited one drops its options.');

export const templateLevelCount = (options: TemplateOptions) =>
  options.type === 'official' ? 3 : options.levels;

/** Vertices of each level, without making it. */
export const templateVertexCounts = (options: TemplateOptions): number[] =>
  options.type === 'official'
    ? [156, 618, 2466]
    : Array.from({ length: options.levels }, (_, i) => 10 * 4 ** (options.level + i) + 2);

/** @throws FileError where the official file cannot be read or is another one */
export function makeTemplate(options: TemplateOptions): Template {
  if (options.type === 'official') return readOfficialTemplate(options.file);
  const { level, levels, radii } = options;
  const coarse = icosphere(level, { radii });
  const vertices = coarse.vertices.dataSync() as Float32Array;
  coarse.vertices.dispose();
  const topologies = [coarse.topology];
  const unpoolEdges: Int32Array[] = [];
  for (let i = 1; i < levels; i++) {
    const { topology, edges } = subdivide(topologies[i - 1]);
    topologies.push(topology);
    unpoolEdges.push(edges);
  }
  return { vertices, topologies, unpoolEdges };
}

/** The finest mesh before anything is deformed. Its tensors are the caller's. */
export function finestTemplate(options: TemplateOptions): Mesh {
  if (options.type === 'ellipsoid') {
    const { level, levels, radii } = options;
    return icosphere(level + levels - 1, { radii });
  }
  const { vertices, topologies, unpoolEdges } = makeTemplate(options);
  const coordinates = Array.from(vertices);
  for (const edges of unpoolEdges) {
    for (let e = 0; e < edges.length; e += 2) {
      const [a, b] = [3 * edges[e], 3 * edges[e + 1]];
      for (let axis = 0; axis < 3; axis++)
        coordinates.push((coordinates[a + axis] + coordinates[b + axis]) / 2);
    }
  }
  const topology = topologies.at(-1)!;
  return { vertices: tf.tensor2d(coordinates, [topology.vertexCount, 3]), topology };
}
