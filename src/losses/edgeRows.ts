// What a mean over edges goes over. Pixel2Mesh's code takes every edge in both directions and, as the rows are the entries of its
// support matrix that are not zero, every vertex as an edge to itself, which makes such a mean a seventh smaller.

import { z } from 'zod';
import type { Topology } from '../../renderer/mesh/topology.ts';

/** The setting of losses over edges that brings these edges of length zero into the mean. */
export const legacySetting = z
  .boolean()
  .default(false)
  .describe("count every vertex as an edge of length zero in the mean, as Pixel2Mesh's code does");

export interface EdgeRowOptions {
  /** Count the V vertices as edges to themselves: a mean over 2E + V instead of 2E rows. Default false. */
  legacy?: boolean;
}

/** Rows of a mean over the directed edges of one mesh. */
export const edgeRowCount = ({ edgeCount, vertexCount }: Topology, legacy: boolean) =>
  2 * edgeCount + (legacy ? vertexCount : 0);
